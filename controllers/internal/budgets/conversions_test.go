package budgets

import (
	"encoding/json"
	"errors"
	"math/rand"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/budgets/types"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/randfill"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/budgets/v1alpha1"
)

// FuzzConversions fills a spec with random values, converts it to what AWS is sent and back, and does the same with what AWS
// answers: nothing may be lost or changed either way. New values: go test -fuzz FuzzConversions ./internal/budgets
func FuzzConversions(f *testing.F) {
	for seed := range int64(50) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed int64) {
		filler := newFiller(seed)

		spec := &v1alpha1.BudgetSpec{}
		filler.Fill(spec)
		// Conversions of their own.
		spec.Notifications, spec.Tags = nil, nil
		same(t, spec, budgetSpecFrom(toBudget(spec)))

		budget := &types.Budget{}
		filler.Fill(budget)
		dropWhatAWSKeeps(budget)
		cut(budget.FilterExpression, 3)
		same(t, budget, toBudget(budgetSpecFrom(budget)))

		told := &v1alpha1.NotificationWithSubscribers{}
		filler.Fill(told)
		if told.Threshold == nil {
			// The API server asks for it.
			told.Threshold = new(float64)
		}
		subscribers := told.Subscribers
		told.Subscribers = nil
		same(t, told, notificationWithSubscribersFrom(toNotification(told)))
		for i, subscriber := range toSubscribers(subscribers) {
			same(t, &subscribers[i], fromSubscriber(&subscriber))
		}

		notification, subscriber := &types.Notification{}, &types.Subscriber{}
		filler.Fill(notification)
		filler.Fill(subscriber)
		notification.NotificationState = ""
		same(t, notification, toNotification(notificationWithSubscribersFrom(notification)))
		same(t, subscriber, toSubscriber(fromSubscriber(subscriber)))
	})
}

// newFiller fills both our types and the SDK's with what the API server lets through.
func newFiller(seed int64) *randfill.Filler {
	return randfill.New().RandSource(rand.NewSource(seed)).NilChance(0.3).NumElements(1, 3).MaxDepth(12).Funcs(
		func(text *string, c randfill.Continue) { *text = "x" + c.String(10) },
		// Kubernetes stores seconds.
		func(at *metav1.Time, c randfill.Continue) { at.Time = seconds(c) },
		func(at *time.Time, c randfill.Continue) { *at = seconds(c) },
		// The CRD keeps numbers within what AWS takes.
		func(number *int64, c randfill.Continue) { *number = int64(c.Int31()) },
	)
}

func seconds(c randfill.Continue) time.Time { return time.Unix(c.Int63n(1<<32), 0).UTC() }

// dropWhatAWSKeeps removes what AWS tells and does not take.
func dropWhatAWSKeeps(budget *types.Budget) {
	budget.CalculatedSpend, budget.HealthStatus, budget.LastUpdatedTime = nil, nil, nil
	if adjusting := budget.AutoAdjustData; adjusting != nil {
		adjusting.LastAutoAdjustTime = nil
		if adjusting.HistoricalOptions != nil {
			adjusting.HistoricalOptions.LookBackAvailablePeriods = nil
		}
	}
}

// cut takes away what is below the levels that an expression may have.
func cut(e *types.Expression, levels int) {
	if e == nil {
		return
	}
	if levels == 1 {
		e.And, e.Or, e.Not = nil, nil, nil
	}
	for _, operands := range [][]types.Expression{e.And, e.Or} {
		for i := range operands {
			cut(&operands[i], levels-1)
		}
	}
	cut(e.Not, levels-1)
}

func same[S any](t *testing.T, want, got *S) {
	t.Helper()
	if reflect.DeepEqual(want, got) {
		return
	}
	before, err := json.Marshal(want)
	after, err2 := json.Marshal(got)
	t.Errorf("%T changed on its way and back: was\n%s\nis\n%s %v", want, before, after, errors.Join(err, err2))
}
