package budgets

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/budgets/types"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/budgets/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
)

// normalise gives both the form in which equal meanings are equal values: what is left out is AWS's documented default
// or, where that depends on the day of creation, what AWS has; filters, notifications and subscribers are sets.
func normalise(declared, observed *v1alpha1.Budget) { normaliseAt(declared, observed, time.Now()) }

func normaliseAt(declared, observed *v1alpha1.Budget, now time.Time) {
	normaliseLimits(declared, observed, now)
	if declared.Spec.BudgetLimit == nil && !isSpending(declared) {
		// Utilization and coverage budgets have a limit of 100 per cent unless told otherwise.
		declared.Spec.BudgetLimit = observed.Spec.BudgetLimit
	}
	normaliseCostTypes(declared, observed)
	normaliseTimePeriod(declared, observed)
	for _, spec := range []*v1alpha1.BudgetSpec{&declared.Spec, &observed.Spec} {
		if strings.HasSuffix(aws.ToString(spec.BillingViewARN), primaryView) {
			spec.BillingViewARN = nil
		}
		spec.FilterExpression = normaliseExpression(spec.FilterExpression)
		normaliseFilters(spec)
		normaliseNotifications(spec.Notifications)
	}
}

// primaryView is the billing view of an account's own costs, which a budget has unless it names another.
const primaryView = ":billingview/primary"

// isNewFilter says whether a budget is in AWS's new terms, filterExpression and metrics, rather than in costFilters and
// costTypes. A budget is in one of them only.
func isNewFilter(spec *v1alpha1.BudgetSpec) bool {
	return spec.FilterExpression != nil || len(spec.Metrics) > 0
}

// isSpending says whether a budget limits what is spent or used, rather than sets a percentage to reach.
func isSpending(budget *v1alpha1.Budget) bool {
	kind := types.BudgetType(aws.ToString(budget.Spec.BudgetType))
	return kind == types.BudgetTypeCost || kind == types.BudgetTypeUsage
}

// defaultCostTypes are AWS's, as its reference of the type CostTypes has them.
var defaultCostTypes = v1alpha1.CostTypes{
	IncludeCredit: aws.Bool(true), IncludeDiscount: aws.Bool(true), IncludeOtherSubscription: aws.Bool(true),
	IncludeRecurring: aws.Bool(true), IncludeRefund: aws.Bool(true), IncludeSubscription: aws.Bool(true),
	IncludeSupport: aws.Bool(true), IncludeTax: aws.Bool(true), IncludeUpfront: aws.Bool(true),
	UseAmortized: aws.Bool(false), UseBlended: aws.Bool(false),
}

func normaliseCostTypes(declared, observed *v1alpha1.Budget) {
	if aws.ToString(declared.Spec.BudgetType) != string(types.BudgetTypeCost) {
		// Only a COST budget has them; what AWS reports for others means nothing.
		declared.Spec.CostTypes, observed.Spec.CostTypes = nil, nil
		return
	}
	for _, spec := range []*v1alpha1.BudgetSpec{&declared.Spec, &observed.Spec} {
		if isNewFilter(spec) {
			// AWS takes one notation or the other.
			continue
		}
		if spec.CostTypes == nil {
			spec.CostTypes = &v1alpha1.CostTypes{}
		}
		ack.FillUnset(spec.CostTypes, &defaultCostTypes)
	}
}

// endOfTime is what AWS takes for a budget without an end.
var endOfTime = metav1.Date(2087, time.June, 15, 0, 0, 0, 0, time.UTC)

// normaliseTimePeriod gives a budget without an end AWS's, and one without a start the one that it got at creation.
func normaliseTimePeriod(declared, observed *v1alpha1.Budget) {
	for _, spec := range []*v1alpha1.BudgetSpec{&declared.Spec, &observed.Spec} {
		if spec.TimePeriod == nil {
			spec.TimePeriod = &v1alpha1.TimePeriod{}
		}
		if spec.TimePeriod.End == nil {
			spec.TimePeriod.End = endOfTime.DeepCopy()
		}
	}
	if declared.Spec.TimePeriod.Start == nil {
		declared.Spec.TimePeriod.Start = observed.Spec.TimePeriod.Start
	}
}

func normaliseFilters(spec *v1alpha1.BudgetSpec) {
	maps.DeleteFunc(spec.CostFilters, func(_ string, values []string) bool { return len(values) == 0 })
	for _, values := range spec.CostFilters {
		slices.Sort(values)
	}
}

func normaliseNotifications(notifications []v1alpha1.NotificationWithSubscribers) {
	for i := range notifications {
		if notifications[i].ThresholdType == nil {
			notifications[i].ThresholdType = aws.String(string(types.ThresholdTypePercentage))
		}
		slices.SortFunc(notifications[i].Subscribers, func(a, b v1alpha1.Subscriber) int { return subscriberOf(a).compare(subscriberOf(b)) })
	}
	slices.SortFunc(notifications, func(a, b v1alpha1.NotificationWithSubscribers) int { return settingsOf(a).compare(settingsOf(b)) })
}

// settings are what identifies a notification of a budget: all but its subscribers.
type settings struct {
	notificationType, comparisonOperator, thresholdType string
	threshold                                           float64
}

func settingsOf(n v1alpha1.NotificationWithSubscribers) settings {
	return settings{aws.ToString(n.NotificationType), aws.ToString(n.ComparisonOperator), aws.ToString(n.ThresholdType), aws.ToFloat64(n.Threshold)}
}

func (s settings) compare(other settings) int {
	return cmp.Or(cmp.Compare(s.notificationType, other.notificationType), cmp.Compare(s.comparisonOperator, other.comparisonOperator),
		cmp.Compare(s.thresholdType, other.thresholdType), cmp.Compare(s.threshold, other.threshold))
}

// subscriber is what identifies one who is told.
type subscriber struct{ subscriptionType, address string }

func subscriberOf(s v1alpha1.Subscriber) subscriber {
	return subscriber{aws.ToString(s.SubscriptionType), aws.ToString(s.Address)}
}

func (s subscriber) compare(other subscriber) int {
	return cmp.Or(cmp.Compare(s.subscriptionType, other.subscriptionType), cmp.Compare(s.address, other.address))
}
