package budgets_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsbudgets "github.com/aws/aws-sdk-go-v2/service/budgets"
	"github.com/aws/aws-sdk-go-v2/service/budgets/types"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// budgetYAML is a monthly budget of 10 USD named after the test, with more fields of its spec.
func budgetYAML(t *testing.T, more string) string {
	return fmt.Sprintf(`
apiVersion: budgets.services.k8s.aws/v1alpha1
kind: Budget
metadata: {name: budget}
spec: {name: %s, budgetType: COST, timeUnit: MONTHLY, budgetLimit: {amount: "10", unit: USD}%s}
`, awsName(t), more)
}

// awsName is the name of a test's budget in AWS.
func awsName(t *testing.T) string { return testworld.Name(t) }

// readyBudget creates a budget and waits until it is ready.
func readyBudget(t *testing.T, more string) *unstructured.Unstructured {
	t.Helper()
	made := world.Create(t, world.Namespace(t), budgetYAML(t, more))
	world.AwaitReady(t, made)
	return made
}

// found is all that AWS has of a budget, notifications written as "ACTUAL > 80 PERCENTAGE: a@example.com".
type found struct {
	*types.Budget
	filters       map[string][]string
	costTypes     *types.CostTypes
	notifications []string
	tags          map[string]string
}

// inAWS is what AWS has under the test's name; nil when it has nothing.
func inAWS(t *testing.T) *found {
	t.Helper()
	account, name := aws.String(world.AWS.Account(t)), aws.String(awsName(t))
	all, err := api(t).DescribeBudgets(t.Context(), &awsbudgets.DescribeBudgetsInput{AccountId: account, ShowFilterExpression: aws.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range all.Budgets {
		if *one.BudgetName != *name {
			continue
		}
		//nolint:staticcheck // SA1019: AWS has newer fields for both, and goes on taking these, as our kind does
		result := &found{Budget: &one, filters: one.CostFilters, costTypes: one.CostTypes, tags: map[string]string{}}
		notifications, err := api(t).DescribeNotificationsForBudget(t.Context(), &awsbudgets.DescribeNotificationsForBudgetInput{AccountId: account, BudgetName: name})
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range notifications.Notifications {
			subscribers, err := api(t).DescribeSubscribersForNotification(t.Context(), &awsbudgets.DescribeSubscribersForNotificationInput{AccountId: account, BudgetName: name, Notification: &n})
			var missing *types.NotFoundException
			if errors.As(err, &missing) {
				// The controller is changing it.
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			var addresses []string
			for _, s := range subscribers.Subscribers {
				addresses = append(addresses, aws.ToString(s.Address))
			}
			sign := map[types.ComparisonOperator]string{types.ComparisonOperatorGreaterThan: ">", types.ComparisonOperatorLessThan: "<"}[n.ComparisonOperator]
			result.notifications = append(result.notifications, fmt.Sprintf("%s %s %v %s: %s", n.NotificationType, sign, n.Threshold, n.ThresholdType, strings.Join(addresses, " ")))
		}
		tags, err := api(t).ListTagsForResource(t.Context(), &awsbudgets.ListTagsForResourceInput{ResourceARN: aws.String("arn:aws:budgets::" + world.AWS.Account(t) + ":budget/" + *name)})
		if err != nil {
			t.Fatal(err)
		}
		for _, tag := range tags.ResourceTags {
			result.tags[*tag.Key] = *tag.Value
		}
		return result
	}
	return nil
}

// assertQuiet reconciles a budget and complains about writes to AWS, more reads than needed, and changes to the object.
func assertQuiet(t *testing.T, object *unstructured.Unstructured) {
	t.Helper()
	if err := world.Refresh(t.Context(), object); err != nil {
		t.Fatal(err)
	}
	spec := fmt.Sprint(object.Object["spec"])
	notifications, _, _ := unstructured.NestedSlice(object.Object, "spec", "notifications")
	calls := world.Reconcile(t, object)
	version := object.GetResourceVersion()
	if writes := testworld.Writes(calls); len(writes) != 0 || len(calls) != 3+len(notifications) {
		t.Errorf("a reconcile with nothing to do made the calls %v", testworld.Actions(calls))
	}
	if err := world.Refresh(t.Context(), object); err != nil {
		t.Fatal(err)
	}
	if object.GetResourceVersion() != version || fmt.Sprint(object.Object["spec"]) != spec {
		t.Errorf("a reconcile with nothing to do changed the object: %v", object.Object)
	}
}
