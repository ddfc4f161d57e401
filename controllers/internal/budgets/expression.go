package budgets

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/budgets/types"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/budgets/v1alpha1"
)

// normaliseExpression brings a filter into one form: operands, values and match options are sets, and what AWS matches by
// unless told otherwise is left out. It works on the SDK's type, which nests itself where ours is one type a level.
func normaliseExpression(filter *v1alpha1.Expression) *v1alpha1.Expression {
	if filter == nil {
		return nil
	}
	normal := toExpression(filter)
	sortExpression(normal)
	return fromExpression(normal)
}

func sortExpression(e *types.Expression) {
	for _, operands := range [][]types.Expression{e.And, e.Or} {
		for i := range operands {
			sortExpression(&operands[i])
		}
		slices.SortFunc(operands, func(a, b types.Expression) int { return strings.Compare(textOf(a), textOf(b)) })
	}
	if e.Not != nil {
		sortExpression(e.Not)
	}
	if d := e.Dimensions; d != nil {
		d.Values, d.MatchOptions = sorted(d.Values), matchOptions(d.MatchOptions)
	}
	if t := e.Tags; t != nil {
		t.Values, t.MatchOptions = sorted(t.Values), matchOptions(t.MatchOptions)
	}
	if c := e.CostCategories; c != nil {
		c.Values, c.MatchOptions = sorted(c.Values), matchOptions(c.MatchOptions)
	}
}

// textOf is an expression as text, to sort by.
func textOf(e types.Expression) string {
	// It has nothing that JSON cannot say.
	text, _ := json.Marshal(e)
	return string(text)
}

func sorted(values []string) []string { return slices.Compact(slices.Sorted(slices.Values(values))) }

// matchOptions leaves out "EQUALS" and "CASE_SENSITIVE", the defaults of Cost Explorer, which does the filtering:
// https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_DimensionValues.html
func matchOptions(options []types.MatchOption) []types.MatchOption {
	options = slices.DeleteFunc(slices.Sorted(slices.Values(options)), func(one types.MatchOption) bool {
		return one == types.MatchOptionEquals || one == types.MatchOptionCaseSensitive
	})
	if len(options) == 0 {
		return nil
	}
	return options
}
