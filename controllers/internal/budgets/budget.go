package budgets

import (
	"context"
	"fmt"

	ackcompare "github.com/aws-controllers-k8s/runtime/pkg/compare"
	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/budgets"
	"github.com/aws/aws-sdk-go-v2/service/budgets/types"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/budgets/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
)

var budgetKind = ack.Kind[*v1alpha1.Budget]{
	GroupVersionKind: v1alpha1.GroupVersion.WithKind("Budget"),
	Operations:       newBudgets,
	Normalise:        normalise,
	Errors:           errorRules,
}

// budgets are the calls for budgets of one account.
type budgets struct {
	api     *sdk.Client
	account ack.Account
}

func newBudgets(account ack.Account) ack.Operations[*v1alpha1.Budget] {
	return &budgets{api: sdk.NewFromConfig(account.Config), account: account}
}

func (b *budgets) accountID() *string { return aws.String(string(b.account.ID)) }

// arn of a budget: AWS does not tell it in any answer, but tags need it.
func (b *budgets) arn(name *string) *string {
	return aws.String(fmt.Sprintf("arn:%s:budgets::%s:budget/%s", b.account.Partition, b.account.ID, aws.ToString(name)))
}

// Read makes three calls, and one a notification for its subscribers.
func (b *budgets) Read(ctx context.Context, declared *v1alpha1.Budget) (*v1alpha1.Budget, error) {
	name := declared.Spec.Name
	answer, err := b.api.DescribeBudget(ctx, &sdk.DescribeBudgetInput{
		AccountId: b.accountID(), BudgetName: name, ShowFilterExpression: aws.Bool(true),
	})
	if isMissing(err) {
		return nil, ack.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	found := answer.Budget
	if found.AutoAdjustData != nil || len(found.PlannedBudgetLimits) > 0 {
		// The limit is what AWS makes of those, and nobody's wish.
		found.BudgetLimit = nil
	}
	observed := &v1alpha1.Budget{Spec: *budgetSpecFrom(found), Status: *budgetStatusFrom(found)}
	oneFilter(&observed.Spec, &declared.Spec)
	ack.SetARN(observed, b.arn(name))
	if observed.Spec.Notifications, err = b.readNotifications(ctx, name); err != nil {
		return nil, err
	}
	tags, err := b.api.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceARN: b.arn(name)})
	if err != nil {
		return nil, err
	}
	observed.Spec.Tags = map[string]string{}
	for _, tag := range tags.ResourceTags {
		observed.Spec.Tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return observed, nil
}

// oneFilter leaves what AWS filters by in one notation where it tells both: in the declared one. A budget in the new terms
// shows no others (https://github.com/hashicorp/terraform-provider-aws/issues/42589); of one in the old terms, AWS may tell
// the filter in the new ones as well, since we ask for it.
func oneFilter(observed, declared *v1alpha1.BudgetSpec) {
	switch isOld := len(observed.CostFilters) > 0 || observed.CostTypes != nil; {
	case !isOld || !isNewFilter(observed):
	case isNewFilter(declared):
		observed.CostFilters, observed.CostTypes = nil, nil
	default:
		observed.FilterExpression, observed.Metrics = nil, nil
	}
}

func (b *budgets) Create(ctx context.Context, declared *v1alpha1.Budget) error {
	input := &sdk.CreateBudgetInput{AccountId: b.accountID(), Budget: toBudget(&declared.Spec), ResourceTags: toTags(declared.Spec.Tags)}
	for _, notification := range declared.Spec.Notifications {
		input.NotificationsWithSubscribers = append(input.NotificationsWithSubscribers, types.NotificationWithSubscribers{
			Notification: toNotification(&notification), Subscribers: toSubscribers(notification.Subscribers),
		})
	}
	_, err := b.api.CreateBudget(ctx, input)
	return err
}

func (b *budgets) Update(ctx context.Context, declared, observed *v1alpha1.Budget, delta *ackcompare.Delta) error {
	if delta.DifferentAt("Spec.Tags") {
		if err := b.syncTags(ctx, declared, observed); err != nil {
			return err
		}
	}
	// With what is left out filled in: UpdateBudget replaces the budget, and without a start, history would start anew.
	declared = declared.DeepCopy()
	normalise(declared, observed)
	if delta.DifferentExcept("Spec.Tags", "Spec.Notifications") {
		if _, err := b.api.UpdateBudget(ctx, &sdk.UpdateBudgetInput{AccountId: b.accountID(), NewBudget: toBudget(&declared.Spec)}); err != nil {
			return err
		}
	}
	if delta.DifferentAt("Spec.Notifications") {
		return b.syncNotifications(ctx, declared, observed)
	}
	return nil
}

// Delete takes the budget's notifications with it.
func (b *budgets) Delete(ctx context.Context, _, observed *v1alpha1.Budget) error {
	_, err := b.api.DeleteBudget(ctx, &sdk.DeleteBudgetInput{AccountId: b.accountID(), BudgetName: observed.Spec.Name})
	return err
}

func (b *budgets) syncTags(ctx context.Context, declared, observed *v1alpha1.Budget) error {
	return ack.SyncTags(declared, observed, func(arn *string, set map[string]string) error {
		_, err := b.api.TagResource(ctx, &sdk.TagResourceInput{ResourceARN: arn, ResourceTags: toTags(set)})
		return err
	}, func(arn *string, keys []string) error {
		_, err := b.api.UntagResource(ctx, &sdk.UntagResourceInput{ResourceARN: arn, ResourceTagKeys: keys})
		return err
	})
}

func toTags(tags map[string]string) []types.ResourceTag {
	return ack.TagList(tags, func(key, value *string) types.ResourceTag { return types.ResourceTag{Key: key, Value: value} })
}
