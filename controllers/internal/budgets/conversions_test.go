package budgets

import (
	"math/rand"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/diff"
	"sigs.k8s.io/randfill"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/budgets/v1alpha1"
)

// FuzzConversions fills a spec with random values, converts it to what AWS is sent and back: nothing may be lost or
// changed. New values: go test -fuzz FuzzConversions ./internal/budgets
func FuzzConversions(f *testing.F) {
	for seed := range int64(50) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed int64) {
		want := &v1alpha1.BudgetSpec{}
		randfill.New().RandSource(rand.NewSource(seed)).NilChance(0.3).NumElements(0, 3).Funcs(
			func(text *string, c randfill.Continue) { *text = "x" + c.String(10) },
			// Kubernetes stores seconds.
			func(at *metav1.Time, c randfill.Continue) { at.Time = time.Unix(c.Int63n(1<<32), 0).UTC() },
		).Fill(want)
		got := budgetSpecFrom(toBudget(&v1alpha1.BudgetSpec{
			BudgetLimit: want.BudgetLimit, BudgetType: want.BudgetType, CostFilters: want.CostFilters, CostTypes: want.CostTypes,
			Name: want.Name, TimePeriod: want.TimePeriod, TimeUnit: want.TimeUnit,
		}))
		got.Tags = want.Tags // see toTags
		for i := range want.Notifications {
			notification := &want.Notifications[i]
			if notification.Threshold == nil {
				// The API server asks for it.
				notification.Threshold = new(float64)
			}
			back := notificationWithSubscribersFrom(toNotification(notification))
			for _, subscriber := range toSubscribers(notification.Subscribers) {
				back.Subscribers = append(back.Subscribers, *fromSubscriber(&subscriber))
			}
			got.Notifications = append(got.Notifications, *back)
		}
		if !equality.Semantic.DeepEqual(want, got) {
			t.Errorf("the spec changed on its way to AWS and back (-want +got):\n%s", diff.Diff(want, got))
		}
	})
}
