package budgets_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsbudgets "github.com/aws/aws-sdk-go-v2/service/budgets"
	"github.com/aws/aws-sdk-go-v2/service/budgets/types"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

const full = `, costFilters: {TagKeyValue: ["user:Project$sanders", "user:Environment$dev"]}, costTypes: {includeTax: false},
  timePeriod: {start: "2026-01-01T00:00:00Z", end: "2030-01-01T00:00:00Z"}, tags: {team: data},
  notifications: [
    {notificationType: FORECASTED, comparisonOperator: GREATER_THAN, threshold: 100, subscribers: [{subscriptionType: EMAIL, address: a@example.com}]},
    {notificationType: ACTUAL, comparisonOperator: GREATER_THAN, threshold: 80, thresholdType: PERCENTAGE, subscribers: [
      {subscriptionType: SNS, address: "arn:aws:sns:eu-central-1:120569615884:alarms"}, {subscriptionType: EMAIL, address: b@example.com}, {subscriptionType: EMAIL, address: a@example.com}]}]`

// newTerms are AWS's for what a budget counts, and a view of somebody else's bill.
const newTerms = `, billingViewARN: "arn:aws:billing::120569615884:billingview/custom-1", metrics: [UnblendedCost],
  filterExpression: {and: [{tags: {key: Project, values: [sanders]}}, {not: {tags: {key: Environment, values: [prod, staging], matchOptions: [EQUALS]}}}, {or: [{dimensions: {key: RECORD_TYPE, values: [Usage]}}, {dimensions: {key: RECORD_TYPE, values: [Tax]}}]}]}`

// TestBudgetCreated makes a budget with all that it can have, in one call, and one with nothing but what it must have.
// Neither differs from what AWS makes of it, and what AWS fills in does not get into the spec.
func TestBudgetCreated(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reason, more  string
		notifications []string
		tag           string
	}{
		"full":      {"everything is declared, lists out of order", full, []string{"FORECASTED > 100 PERCENTAGE: a@example.com", "ACTUAL > 80 PERCENTAGE: arn:aws:sns:eu-central-1:120569615884:alarms b@example.com a@example.com"}, "data"},
		"minimal":   {"AWS gives defaults to all the rest", "", nil, ""},
		"new terms": {"AWS has none of the old ones then", newTerms, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			world.Parallel(t)
			since := world.AWS.LastCall(t)
			made := readyBudget(t, c.more)
			if calls := testworld.Writes(world.AWS.Calls(t, since)); !slices.Equal(calls, []string{"CreateBudget"}) {
				t.Errorf("made the calls %v", calls)
			}
			got := inAWS(t)
			if *got.BudgetLimit.Amount != "10.0" || !slices.Equal(got.notifications, c.notifications) || got.tags["team"] != c.tag {
				t.Errorf("AWS has %v %v %v", got.BudgetLimit, got.notifications, got.tags)
			}
			if owner := got.tags["services.k8s.aws/owner"]; owner != made.GetNamespace()+"/"+made.GetName() {
				t.Errorf("the tag of the owner is %q", owner)
			}
			declared := testworld.Parse(t, "", budgetYAML(t, c.more)).Object["spec"]
			if fmt.Sprint(made.Object["spec"]) != fmt.Sprint(declared) {
				t.Errorf("the spec became %v", made.Object["spec"])
			}
			assertQuiet(t, made)
		})
	}
}

// TestBudgetUpdates changes every field that can be changed, one by one, and looks at AWS.
func TestBudgetUpdates(t *testing.T) {
	world.Parallel(t)
	made := readyBudget(t, full)
	start := inAWS(t).TimePeriod.Start
	for _, c := range []struct {
		reason, patch string
		calls         []string
		want          func(*found) bool
	}{
		{"the limit", `{budgetLimit: {amount: "12.50"}}`, []string{"UpdateBudget"}, func(f *found) bool { return *f.BudgetLimit.Amount == "12.50" }},
		{"the filters", `{costFilters: {TagKeyValue: ["user:Project$other"], Service: [AWS Batch]}}`, []string{"UpdateBudget"},
			func(f *found) bool {
				return maps.EqualFunc(f.filters, map[string][]string{"TagKeyValue": {"user:Project$other"}, "Service": {"AWS Batch"}}, slices.Equal[[]string])
			}},
		{"a filter in new terms, for costs as they are billed", `{costFilters: null, costTypes: null, metrics: [UnblendedCost], filterExpression: {and: [{tags: {key: Project, values: [other]}}, {tags: {key: Environment, values: [dev]}}]}}`,
			[]string{"UpdateBudget"}, func(f *found) bool {
				return f.FilterExpression != nil && len(f.FilterExpression.And) == 2 && f.costTypes == nil && f.Metrics[0] == types.MetricUnblendedCost
			}},
		{"another operator", `{metrics: [AmortizedCost], filterExpression: {and: null, or: [{tags: {key: Project, values: [other]}}, {tags: {key: Environment, values: [dev]}}]}}`,
			[]string{"UpdateBudget"}, func(f *found) bool {
				return len(f.FilterExpression.Or) == 2 && f.Metrics[0] == types.MetricAmortizedCost
			}},
		{"a billing view", `{billingViewARN: "arn:aws:billing::120569615884:billingview/custom-1"}`, []string{"UpdateBudget"}, func(f *found) bool { return f.BillingViewArn != nil }},
		{"no billing view", `{billingViewARN: null}`, []string{"UpdateBudget"}, func(f *found) bool { return f.BillingViewArn == nil }},
		{"a limit that AWS adjusts", `{budgetLimit: null, autoAdjustData: {autoAdjustType: HISTORICAL, historicalOptions: {budgetAdjustmentPeriod: 3}}}`, []string{"UpdateBudget"},
			func(f *found) bool {
				return f.AutoAdjustData != nil && *f.AutoAdjustData.HistoricalOptions.BudgetAdjustmentPeriod == 3
			}},
		{"a fixed limit, and the filter in old terms", `{budgetLimit: {amount: "12.50", unit: USD}, autoAdjustData: null, metrics: null, filterExpression: null, costFilters: {Service: [AWS Batch]}, costTypes: {includeTax: false}}`,
			[]string{"UpdateBudget"}, func(f *found) bool {
				return f.AutoAdjustData == nil && f.FilterExpression == nil && !*f.costTypes.IncludeTax && len(f.filters["Service"]) == 1
			}},
		{"no filter", `{costFilters: null}`, []string{"UpdateBudget"}, func(f *found) bool { return len(f.filters) == 0 }},
		{"a type of cost", `{costTypes: {includeCredit: false}}`, []string{"UpdateBudget"}, func(f *found) bool { return !*f.costTypes.IncludeCredit && !*f.costTypes.IncludeTax }},
		{"AWS's default types of cost", `{costTypes: null}`, []string{"UpdateBudget"}, func(f *found) bool { return *f.costTypes.IncludeCredit && *f.costTypes.IncludeTax }},
		{"the end", `{timePeriod: {end: "2031-01-01T00:00:00Z"}}`, []string{"UpdateBudget"}, func(f *found) bool { return f.TimePeriod.End.Year() == 2031 }},
		{"no end, and the start as it is", `{timePeriod: null}`, []string{"UpdateBudget"}, func(f *found) bool { return f.TimePeriod.End.Year() == 2087 && f.TimePeriod.Start.Equal(*start) }},
		{"another start", `{timePeriod: {start: "2026-02-01T00:00:00Z"}}`, []string{"UpdateBudget"}, func(f *found) bool { return f.TimePeriod.Start.Month() == time.February }},
		{"the unit of time", `{timeUnit: QUARTERLY}`, []string{"UpdateBudget"}, func(f *found) bool { return f.TimeUnit == types.TimeUnitQuarterly }},
		{"a tag more, one other, one less", `{tags: {team: null, cost: "1"}}`, []string{"TagResource", "UntagResource"}, func(f *found) bool { return f.tags["cost"] == "1" && f.tags["team"] == "" }},
		{"a threshold, whose subscribers stay", patchNotifications("ACTUAL 90 a@example.com b@example.com", "FORECASTED 100 a@example.com"),
			[]string{"UpdateNotification", "DeleteSubscriber"}, wantNotifications("ACTUAL > 90 PERCENTAGE: b@example.com a@example.com", "FORECASTED > 100 PERCENTAGE: a@example.com")},
		{"the only subscriber exchanged", patchNotifications("ACTUAL 90 a@example.com b@example.com", "FORECASTED 100 c@example.com"),
			[]string{"UpdateSubscriber"}, wantNotifications("ACTUAL > 90 PERCENTAGE: b@example.com a@example.com", "FORECASTED > 100 PERCENTAGE: c@example.com")},
		{"the only subscriber of one kind becomes one of another", patchNotifications("ACTUAL 90 a@example.com b@example.com", "FORECASTED 100 arn:aws:sns:eu-central-1:120569615884:alarms"),
			[]string{"CreateSubscriber", "DeleteSubscriber"}, wantNotifications("ACTUAL > 90 PERCENTAGE: b@example.com a@example.com", "FORECASTED > 100 PERCENTAGE: arn:aws:sns:eu-central-1:120569615884:alarms")},
		{"another topic, of which there can be one only", patchNotifications("ACTUAL 90 a@example.com b@example.com", "FORECASTED 100 arn:aws:sns:eu-central-1:120569615884:other"),
			[]string{"UpdateSubscriber"}, wantNotifications("ACTUAL > 90 PERCENTAGE: b@example.com a@example.com", "FORECASTED > 100 PERCENTAGE: arn:aws:sns:eu-central-1:120569615884:other")},
		{"a subscriber more", patchNotifications("ACTUAL 90 a@example.com b@example.com d@example.com", "FORECASTED 100 arn:aws:sns:eu-central-1:120569615884:other"),
			[]string{"CreateSubscriber"}, wantNotifications("ACTUAL > 90 PERCENTAGE: b@example.com a@example.com d@example.com", "FORECASTED > 100 PERCENTAGE: arn:aws:sns:eu-central-1:120569615884:other")},
		{"a notification more", patchNotifications("ACTUAL 50 a@example.com", "ACTUAL 90 a@example.com b@example.com d@example.com", "FORECASTED 100 arn:aws:sns:eu-central-1:120569615884:other"),
			[]string{"CreateNotification"}, wantNotifications("ACTUAL > 50 PERCENTAGE: a@example.com", "ACTUAL > 90 PERCENTAGE: b@example.com a@example.com d@example.com", "FORECASTED > 100 PERCENTAGE: arn:aws:sns:eu-central-1:120569615884:other")},
		{"two notifications less", patchNotifications("ACTUAL 50 a@example.com"), []string{"DeleteNotification", "DeleteNotification"}, wantNotifications("ACTUAL > 50 PERCENTAGE: a@example.com")},
		{"an absolute threshold", `{notifications: [{notificationType: ACTUAL, comparisonOperator: LESS_THAN, threshold: 5, thresholdType: ABSOLUTE_VALUE, subscribers: [{subscriptionType: EMAIL, address: a@example.com}]}]}`,
			[]string{"UpdateNotification"}, wantNotifications("ACTUAL < 5 ABSOLUTE_VALUE: a@example.com")},
		{"no notification", `{notifications: null}`, []string{"DeleteNotification"}, wantNotifications()},
	} {
		since := world.AWS.LastCall(t)
		world.Patch(t, made, "{spec: "+c.patch+"}")
		testworld.Eventually(t, func() error {
			if got := inAWS(t); !c.want(got) {
				return fmt.Errorf("%s: AWS has %+v %v %v", c.reason, *got.Budget, got.notifications, got.tags)
			}
			return nil
		})
		world.AwaitReady(t, made)
		if calls := testworld.Writes(world.AWS.Calls(t, since)); !slices.Equal(calls, c.calls) {
			t.Errorf("%s: made the calls %v, want %v", c.reason, calls, c.calls)
		}
	}
	assertQuiet(t, made)
}

// TestBudgetDrift changes the budget behind the controller's back.
func TestBudgetDrift(t *testing.T) {
	world.Parallel(t)
	made := readyBudget(t, full)
	account, name := aws.String(world.AWS.Account(t)), aws.String(awsName(t))
	notification := &types.Notification{NotificationType: types.NotificationTypeActual, ComparisonOperator: types.ComparisonOperatorGreaterThan, Threshold: 80}
	email := &types.Subscriber{SubscriptionType: types.SubscriptionTypeEmail, Address: aws.String("b@example.com")}
	before := inAWS(t)
	for _, c := range []struct {
		reason string
		change func() error
		calls  []string
	}{
		{"another limit, and a cost type that the spec leaves to its default", func() error {
			changed := *before.Budget
			changed.BudgetLimit = &types.Spend{Amount: aws.String("1000"), Unit: aws.String("USD")}
			//nolint:staticcheck // SA1019: as in inAWS
			changed.CostTypes = &types.CostTypes{IncludeTax: aws.Bool(false), UseBlended: aws.Bool(true)}
			_, err := api(t).UpdateBudget(t.Context(), &awsbudgets.UpdateBudgetInput{AccountId: account, NewBudget: &changed})
			return err
		}, []string{"UpdateBudget"}},
		{"a limit that AWS adjusts, even if it is the declared one today", func() error {
			changed := *before.Budget
			changed.AutoAdjustData = &types.AutoAdjustData{AutoAdjustType: types.AutoAdjustTypeHistorical, HistoricalOptions: &types.HistoricalOptions{BudgetAdjustmentPeriod: aws.Int32(3)}}
			_, err := api(t).UpdateBudget(t.Context(), &awsbudgets.UpdateBudgetInput{AccountId: account, NewBudget: &changed})
			return err
		}, []string{"UpdateBudget"}},
		{"a subscriber gone", func() error {
			_, err := api(t).DeleteSubscriber(t.Context(), &awsbudgets.DeleteSubscriberInput{AccountId: account, BudgetName: name, Notification: notification, Subscriber: email})
			return err
		}, []string{"CreateSubscriber"}},
		{"a notification gone", func() error {
			_, err := api(t).DeleteNotification(t.Context(), &awsbudgets.DeleteNotificationInput{AccountId: account, BudgetName: name, Notification: notification})
			return err
		}, []string{"CreateNotification"}},
		{"a tag gone and one more", func() error {
			_, err := api(t).UntagResource(t.Context(), &awsbudgets.UntagResourceInput{ResourceARN: aws.String("arn:aws:budgets::" + world.AWS.Account(t) + ":budget/" + *name), ResourceTagKeys: []string{"team"}})
			return err
		}, []string{"TagResource"}},
		{"the budget itself gone", func() error {
			_, err := api(t).DeleteBudget(t.Context(), &awsbudgets.DeleteBudgetInput{AccountId: account, BudgetName: name})
			return err
		}, []string{"CreateBudget"}},
	} {
		if err := c.change(); err != nil {
			t.Fatalf("%s: %v", c.reason, err)
		}
		if calls := testworld.Writes(world.Reconcile(t, made)); !slices.Equal(calls, c.calls) {
			t.Errorf("%s: made the calls %v, want %v", c.reason, calls, c.calls)
		}
		got := inAWS(t)
		slices.Sort(got.notifications)
		slices.Sort(before.notifications)
		if *got.BudgetLimit.Amount != "10.0" || got.AutoAdjustData != nil || *got.costTypes.UseBlended || len(got.notifications) != 2 || !maps.Equal(got.tags, before.tags) {
			t.Errorf("%s: is not repaired: %+v %v %v", c.reason, *got.Budget, got.notifications, got.tags)
		}
	}
	assertQuiet(t, made)
}

// TestBudgetDeleted takes the AWS object along, unless told to retain it.
func TestBudgetDeleted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reason, policy string
		stays          bool
	}{
		"delete": {"the default", "", false},
		"retain": {"the annotation protects it", "retain", true},
	} {
		t.Run(name, func(t *testing.T) {
			world.Parallel(t)
			made := readyBudget(t, full)
			if c.policy != "" {
				world.Patch(t, made, "{metadata: {annotations: {services.k8s.aws/deletion-policy: "+c.policy+"}}}")
			}
			world.Delete(t, made)
			world.AwaitGone(t, made)
			if got := inAWS(t); (got != nil) != c.stays {
				t.Errorf("%s: AWS has %v", c.reason, got)
			}
		})
	}
}

// TestBudgetAdopted takes over a budget that somebody made by hand, which is how the original platform's came about.
func TestBudgetAdopted(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reason, annotations, limit string
		spec                       string
		calls                      []string
	}{
		"adopt": {
			"AWS's budget becomes the spec, and only gets the controller's tags", `{services.k8s.aws/adoption-policy: adopt, services.k8s.aws/adoption-fields: '{"name": "%s"}'}`, "99.0",
			`{name: %s, budgetType: COST, timeUnit: DAILY, budgetLimit: {amount: "1", unit: USD}}`, []string{"TagResource"},
		},
		"adopt or create": {
			"the spec becomes AWS's budget", `{services.k8s.aws/adoption-policy: adopt-or-create, services.k8s.aws/adoption-fields: '{"name": "%s"}'}`, "10.0",
			`{name: %s, budgetType: COST, timeUnit: MONTHLY, budgetLimit: {amount: "10", unit: USD}}`, []string{"TagResource", "UpdateBudget", "DeleteNotification"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			world.Parallel(t)
			budget := &types.Budget{BudgetName: aws.String(awsName(t)), BudgetType: types.BudgetTypeCost, TimeUnit: types.TimeUnitMonthly, BudgetLimit: &types.Spend{Amount: aws.String("99"), Unit: aws.String("USD")}}
			if _, err := api(t).CreateBudget(t.Context(), &awsbudgets.CreateBudgetInput{AccountId: aws.String(world.AWS.Account(t)), Budget: budget, NotificationsWithSubscribers: []types.NotificationWithSubscribers{{
				Notification: &types.Notification{NotificationType: types.NotificationTypeActual, ComparisonOperator: types.ComparisonOperatorGreaterThan, Threshold: 80},
				Subscribers:  []types.Subscriber{{SubscriptionType: types.SubscriptionTypeEmail, Address: aws.String("a@example.com")}},
			}}}); err != nil {
				t.Fatal(err)
			}
			since := world.AWS.LastCall(t)
			text := "apiVersion: budgets.services.k8s.aws/v1alpha1\nkind: Budget\nmetadata: {name: budget, annotations: " + c.annotations + "}\nspec: " + c.spec
			made := world.Create(t, world.Namespace(t), strings.ReplaceAll(text, "%s", awsName(t)))
			world.AwaitReady(t, made)
			if calls := testworld.Writes(world.Settle(t, since)); !slices.Equal(calls, c.calls) {
				t.Errorf("%s: made the calls %v, want %v", c.reason, calls, c.calls)
			}
			if got := inAWS(t); *got.BudgetLimit.Amount != c.limit {
				t.Errorf("%s: AWS has %s", c.reason, *got.BudgetLimit.Amount)
			}
			assertQuiet(t, made)
		})
	}
}

// TestBudgetAdoptedWhole takes over a budget that has all that AWS knows, and changes one thing: the rest must stay.
func TestBudgetAdoptedWhole(t *testing.T) {
	world.Parallel(t)
	tag := func(key string) types.Expression {
		return types.Expression{Tags: &types.TagValues{Key: aws.String(key), Values: []string{"x"}, MatchOptions: []types.MatchOption{types.MatchOptionEquals}}}
	}
	before := &types.Budget{
		BudgetName: aws.String(awsName(t)), BudgetType: types.BudgetTypeCost, TimeUnit: types.TimeUnitMonthly,
		AutoAdjustData: &types.AutoAdjustData{AutoAdjustType: types.AutoAdjustTypeForecast},
		BillingViewArn: aws.String("arn:aws:billing::120569615884:billingview/custom-1"), Metrics: []types.Metric{types.MetricNetAmortizedCost},
		FilterExpression: &types.Expression{And: []types.Expression{tag("b"), {Or: []types.Expression{tag("d"), tag("c")}}}},
	}
	if _, err := api(t).CreateBudget(t.Context(), &awsbudgets.CreateBudgetInput{AccountId: aws.String(world.AWS.Account(t)), Budget: before}); err != nil {
		t.Fatal(err)
	}
	made := world.Create(t, world.Namespace(t), fmt.Sprintf(`
apiVersion: budgets.services.k8s.aws/v1alpha1
kind: Budget
metadata: {name: budget, annotations: {services.k8s.aws/adoption-policy: adopt, services.k8s.aws/adoption-fields: '{"name": %q}'}}
`, awsName(t)))
	world.AwaitReady(t, made)
	assertQuiet(t, made)
	world.Patch(t, made, "{spec: {timeUnit: QUARTERLY}}")
	testworld.Eventually(t, func() error {
		if got := inAWS(t); got.TimeUnit != types.TimeUnitQuarterly {
			return fmt.Errorf("AWS has %s", got.TimeUnit)
		}
		return nil
	})
	got := inAWS(t)
	filter, err := json.Marshal(got.FilterExpression)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{`"b"`, `"c"`, `"d"`} {
		if !strings.Contains(string(filter), key) {
			t.Errorf("the filter has lost %s: %s", key, filter)
		}
	}
	if got.AutoAdjustData == nil || aws.ToString(got.BillingViewArn) != *before.BillingViewArn || !slices.Equal(got.Metrics, before.Metrics) || len(got.FilterExpression.And) != 2 {
		t.Errorf("AWS has lost something: %+v", *got.Budget)
	}
	world.AwaitReady(t, made)
	assertQuiet(t, made)
}

// TestBudgetProblems are told on the object: what is wrong, and what to do.
func TestBudgetProblems(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reason, more    string
		fault           *testenv.Fault
		condition, text string
	}{
		"bad input": {"AWS takes USD only; retrying is in vain", `, costFilters: {}, timePeriod: {}, tags: {"aws:x": "y"}`, nil, "ACK.Terminal", "InvalidParameterException"},
		"throttled": {"goes away by itself", "", &testenv.Fault{Kind: "throttle", Service: "budgets", Action: "CreateBudget", Rate: 1}, "ACK.Recoverable", "Throttled"},
		"locked":    {"a budget action runs: goes away by itself", "", &testenv.Fault{Kind: "error", Service: "budgets", Action: "CreateBudget", Code: "ResourceLockedException", Status: 400, Rate: 1}, "ACK.Recoverable", "Busy"},
		"missing permission, unnamed": {"the action is not the call, and AWS does not name it", "", &testenv.Fault{Kind: "error", Service: "budgets", Action: "CreateBudget", Code: "AccessDeniedException", Status: 400, Rate: 1},
			"ACK.Recoverable", "not allowed to call budgets:ModifyBudget"},
		"missing permission": {"the action is not the call: AWS names it", "", &testenv.Fault{Kind: "error", Service: "budgets", Action: "CreateBudget", Code: "AccessDeniedException", Status: 400, Rate: 1,
			Message: "User: u is not authorized to perform: budgets:ModifyBudget on resource: r"}, "ACK.Recoverable", "not allowed to call budgets:ModifyBudget: add the action to the controller's IAM policy"},
	} {
		t.Run(name, func(t *testing.T) {
			world.Parallel(t)
			if c.fault != nil {
				world.AWS.Inject(t, *c.fault)
			}
			made := world.Create(t, world.Namespace(t), budgetYAML(t, c.more))
			world.AwaitCondition(t, made, c.condition, "True", c.text)
			world.AwaitCondition(t, made, "Ready", "False", "")
			if c.fault == nil {
				return
			}
			world.AWS.ClearFaults(t)
			world.Reconcile(t, made)
			world.AwaitReady(t, made)
		})
	}
}

// TestBudgetOwnerAccount makes the budget in the account that its namespace names, with the credentials of the role that is
// mapped to it, and nothing in the controller's own.
func TestBudgetOwnerAccount(t *testing.T) {
	world.Parallel(t)
	made := readyBudget(t, full)
	if got := inAWS(t); got == nil {
		t.Fatal("the account does not have the budget")
	}
	arn, _, _ := unstructured.NestedString(made.Object, "status", "ackResourceMetadata", "arn")
	if want := "arn:aws:budgets::" + world.AWS.Account(t) + ":budget/" + awsName(t); arn != want {
		t.Errorf("the status says %s, want %s", arn, want)
	}
	own, err := awsbudgets.NewFromConfig(world.AWS.ConfigOf(t, testenv.AccountID)).DescribeBudgets(t.Context(), &awsbudgets.DescribeBudgetsInput{AccountId: aws.String(testenv.AccountID)})
	if err != nil || slices.ContainsFunc(own.Budgets, func(b types.Budget) bool { return *b.BudgetName == awsName(t) }) {
		t.Errorf("the controller's own account has %v, %v", own, err)
	}
	world.Delete(t, made)
	world.AwaitGone(t, made)
	if inAWS(t) != nil {
		t.Error("the account still has the budget")
	}
}

// TestBudgetTakenByAnother is neither overwritten nor claimed, and does not go when the one that asked for it goes.
func TestBudgetTakenByAnother(t *testing.T) {
	world.Parallel(t)
	readyBudget(t, "")
	other := world.Create(t, world.Namespace(t), budgetYAML(t, ", tags: {team: other}"))
	world.AwaitCondition(t, other, "ACK.Terminal", "True", "already exists")
	world.Delete(t, other)
	world.AwaitGone(t, other)
	if got := inAWS(t); got == nil || got.tags["team"] != "" {
		t.Errorf("AWS has %v", got)
	}
}

// patchNotifications writes notifications from "ACTUAL 80 a@example.com b@example.com".
func patchNotifications(texts ...string) string {
	patch := ""
	for _, text := range texts {
		fields := strings.Fields(text)
		subscribers := ""
		for _, address := range fields[2:] {
			kind := "EMAIL"
			if strings.HasPrefix(address, "arn:") {
				kind = "SNS"
			}
			subscribers += fmt.Sprintf("{subscriptionType: %s, address: %q}, ", kind, address)
		}
		patch += fmt.Sprintf("{notificationType: %s, comparisonOperator: GREATER_THAN, threshold: %s, subscribers: [%s]}, ", fields[0], fields[1], subscribers)
	}
	return "{notifications: [" + patch + "]}"
}

// wantNotifications checks for notifications as inAWS writes them, in any order.
func wantNotifications(texts ...string) func(*found) bool {
	return func(f *found) bool {
		got := slices.Clone(f.notifications)
		slices.Sort(got)
		return slices.Equal(got, slices.Sorted(slices.Values(texts)))
	}
}
