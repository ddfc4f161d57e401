package budgets

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/budgets/types"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/diff"
	"sigs.k8s.io/yaml"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/budgets/v1alpha1"
)

func specOf(t *testing.T, text string) v1alpha1.BudgetSpec {
	t.Helper()
	var spec v1alpha1.BudgetSpec
	if err := yaml.UnmarshalStrict([]byte(text), &spec); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return spec
}

// TestNormalise has pairs of what is declared and what AWS tells; those that mean the same must have one form.
func TestNormalise(t *testing.T) {
	for name, c := range map[string]struct {
		reason, declared, observed string
		differ                     bool
	}{
		"values out of order": {"a filter's values are a set",
			`{budgetType: COST, metrics: [UnblendedCost], filterExpression: {tags: {key: a, values: [y, x, x]}}}`,
			`{budgetType: COST, metrics: [UnblendedCost], filterExpression: {tags: {key: a, values: [x, y]}}}`, false},
		"operands out of order": {"and so are operands, at every level",
			`{budgetType: COST, metrics: [UnblendedCost], filterExpression: {and: [{or: [{tags: {key: b}}, {tags: {key: a}}]}, {not: {tags: {key: c, values: [y, x]}}}]}}`,
			`{budgetType: COST, metrics: [UnblendedCost], filterExpression: {and: [{not: {tags: {key: c, values: [x, y]}}}, {or: [{tags: {key: a}}, {tags: {key: b}}]}]}}`, false},
		"the default match spelled out": {"Cost Explorer matches so unless told otherwise",
			`{budgetType: COST, metrics: [UnblendedCost], filterExpression: {dimensions: {key: SERVICE, values: [x], matchOptions: [EQUALS, CASE_SENSITIVE]}}}`,
			`{budgetType: COST, metrics: [UnblendedCost], filterExpression: {dimensions: {key: SERVICE, values: [x]}}}`, false},
		"another match": {"it selects other costs",
			`{budgetType: COST, metrics: [UnblendedCost], filterExpression: {costCategories: {key: SERVICE, values: [x], matchOptions: [STARTS_WITH]}}}`,
			`{budgetType: COST, metrics: [UnblendedCost], filterExpression: {costCategories: {key: SERVICE, values: [x]}}}`, true},
		"and for or": {"they are not the same",
			`{budgetType: COST, metrics: [UnblendedCost], filterExpression: {and: [{tags: {key: a}}, {tags: {key: b}}]}}`,
			`{budgetType: COST, metrics: [UnblendedCost], filterExpression: {or: [{tags: {key: a}}, {tags: {key: b}}]}}`, true},
		"types of cost of a budget in new terms": {"AWS has none, and takes none",
			`{budgetType: COST, metrics: [UnblendedCost]}`, `{budgetType: COST, metrics: [UnblendedCost]}`, false},
		"new terms for old ones": {"AWS has to be told",
			`{budgetType: COST, metrics: [UnblendedCost]}`, `{budgetType: COST, costTypes: {includeTax: true}}`, true},
		"old terms for new ones": {"AWS has to be told",
			`{budgetType: COST}`, `{budgetType: COST, metrics: [UnblendedCost]}`, true},
		"the account's own billing view": {"the console spells it out",
			`{budgetType: COST}`, `{budgetType: COST, billingViewARN: "arn:aws:billing::123456789012:billingview/primary"}`, false},
		"another billing view": {"it has other costs",
			`{budgetType: COST}`, `{budgetType: COST, billingViewARN: "arn:aws:billing::123456789012:billingview/custom-1"}`, true},
		"an adjusted limit": {"the declared one is to be had",
			`{budgetType: COST, budgetLimit: {amount: "1", unit: USD}}`, `{budgetType: COST, autoAdjustData: {autoAdjustType: FORECAST}}`, true},
		"planned limits": {"AWS writes amounts in another way, and may keep those of the past",
			`{budgetType: COST, timeUnit: MONTHLY, plannedBudgetLimits: {"1767225600": {amount: "10", unit: USD}, "1769904000": {amount: "20.50", unit: USD}}}`,
			`{budgetType: COST, timeUnit: MONTHLY, plannedBudgetLimits: {"1764547200": {amount: "7", unit: USD}, "1767225600": {amount: "10.0", unit: USD}, "1769904000": {amount: "20.5", unit: USD}}}`, false},
		"another planned limit": {"it is to be had",
			`{budgetType: COST, timeUnit: MONTHLY, plannedBudgetLimits: {"1769904000": {amount: "20", unit: USD}}}`,
			`{budgetType: COST, timeUnit: MONTHLY, plannedBudgetLimits: {"1769904000": {amount: "21.0", unit: USD}}}`, true},
		"planned limits that are all over": {"AWS goes on with the last",
			`{budgetType: COST, timeUnit: MONTHLY, plannedBudgetLimits: {"1761955200": {amount: "7", unit: USD}, "1764547200": {amount: "8", unit: USD}}}`,
			`{budgetType: COST, timeUnit: MONTHLY, budgetLimit: {amount: "8.0", unit: USD}}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			declared, observed := &v1alpha1.Budget{Spec: specOf(t, c.declared)}, &v1alpha1.Budget{Spec: specOf(t, c.observed)}
			// 2026-01-15, in the month that 1767225600 starts.
			normaliseAt(declared, observed, time.Unix(1768435200, 0))
			if same := equality.Semantic.DeepEqual(declared.Spec, observed.Spec); same == c.differ {
				t.Errorf("%s: they count as equal: %t\n%s", c.reason, same, diff.Diff(declared.Spec, observed.Spec))
			}
		})
	}
}

func TestStartOfPeriod(t *testing.T) {
	for now, want := range map[string]struct{ month, quarter string }{
		"2026-01-01T00:00:00Z":      {"2026-01-01", "2026-01-01"},
		"2026-03-31T23:59:59Z":      {"2026-03-01", "2026-01-01"},
		"2026-04-01T01:00:00+02:00": {"2026-03-01", "2026-01-01"},
		"2026-12-15T12:00:00Z":      {"2026-12-01", "2026-10-01"},
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := startOfPeriod(string(types.TimeUnitMonthly), at).Format(time.DateOnly); got != want.month {
			t.Errorf("the month of %s starts on %s, want %s", now, got, want.month)
		}
		if got := startOfPeriod(string(types.TimeUnitQuarterly), at).Format(time.DateOnly); got != want.quarter {
			t.Errorf("the quarter of %s starts on %s, want %s", now, got, want.quarter)
		}
	}
}

// TestOneFilter takes what AWS tells twice in the notation that is declared.
func TestOneFilter(t *testing.T) {
	const both = `{costFilters: {Service: [x]}, costTypes: {includeTax: true}, metrics: [UnblendedCost], filterExpression: {dimensions: {key: SERVICE, values: [x]}}}`
	for name, c := range map[string]struct{ declared, observed, want string }{
		"old terms declared":  {`{costFilters: {Service: [x]}}`, both, "costFilters costTypes"},
		"new terms declared":  {`{metrics: [UnblendedCost]}`, both, "filterExpression metrics"},
		"no filter declared":  {`{}`, both, "costFilters costTypes"},
		"told in new terms":   {`{costFilters: {Service: [x]}}`, `{costFilters: {}, metrics: [UnblendedCost]}`, "metrics"},
		"told in old terms":   {`{metrics: [UnblendedCost]}`, `{costFilters: {Service: [x]}}`, "costFilters"},
		"told in none at all": {`{metrics: [UnblendedCost]}`, `{}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			declared, observed := specOf(t, c.declared), specOf(t, c.observed)
			oneFilter(&observed, &declared)
			var got []string
			for name, set := range map[string]bool{
				"costFilters": len(observed.CostFilters) > 0, "costTypes": observed.CostTypes != nil,
				"filterExpression": observed.FilterExpression != nil, "metrics": len(observed.Metrics) > 0,
			} {
				if set {
					got = append(got, name)
				}
			}
			want := strings.Fields(c.want)
			if !equality.Semantic.DeepEqual(sorted(got), sorted(want)) {
				t.Errorf("left are %v, want %v", got, want)
			}
		})
	}
}
