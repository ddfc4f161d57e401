package budgets

import (
	"maps"
	"math/big"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/budgets/types"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/budgets/v1alpha1"
)

// normaliseLimits compares amounts as numbers, as AWS makes "10.0" of "10", and leaves out the limits of periods that are
// over.
func normaliseLimits(declared, observed *v1alpha1.Budget, now time.Time) {
	for _, spec := range []*v1alpha1.BudgetSpec{&declared.Spec, &observed.Spec} {
		dropPast(spec, now)
	}
	normaliseLimit(declared.Spec.BudgetLimit, observed.Spec.BudgetLimit)
	for start, limit := range declared.Spec.PlannedBudgetLimits {
		if have, ok := observed.Spec.PlannedBudgetLimits[start]; ok {
			normaliseLimit(&limit, &have)
			declared.Spec.PlannedBudgetLimits[start] = limit
		}
	}
}

func normaliseLimit(declared, observed *v1alpha1.Spend) {
	if declared == nil || observed == nil {
		return
	}
	want, ok := new(big.Rat).SetString(aws.ToString(declared.Amount))
	have, okToo := new(big.Rat).SetString(aws.ToString(observed.Amount))
	if ok && okToo && want.Cmp(have) == 0 {
		declared.Amount = observed.Amount
	}
}

// dropPast leaves out the planned limits of periods before the current one, which AWS refuses in an update. After the last
// one AWS goes on with it as with any limit.
func dropPast(spec *v1alpha1.BudgetSpec, now time.Time) {
	if len(spec.PlannedBudgetLimits) == 0 {
		return
	}
	starts := slices.SortedFunc(maps.Keys(spec.PlannedBudgetLimits), func(a, b string) int { return int(startOf(a) - startOf(b)) })
	last := spec.PlannedBudgetLimits[starts[len(starts)-1]]
	current := startOfPeriod(aws.ToString(spec.TimeUnit), now).Unix()
	spec.PlannedBudgetLimits = maps.Clone(spec.PlannedBudgetLimits)
	maps.DeleteFunc(spec.PlannedBudgetLimits, func(start string, _ v1alpha1.Spend) bool { return startOf(start) < current })
	if len(spec.PlannedBudgetLimits) == 0 {
		spec.PlannedBudgetLimits, spec.BudgetLimit = nil, &last
	}
}

// startOf is when a planned period starts, in seconds since 1970; the API server lets no other keys through.
func startOf(key string) int64 {
	seconds, _ := strconv.ParseInt(key, 10, 64)
	return seconds
}

// startOfPeriod is the start, in UTC, of the month or quarter that a time is in: others have no planned limits.
func startOfPeriod(unit string, now time.Time) time.Time {
	year, month, _ := now.UTC().Date()
	if unit == string(types.TimeUnitQuarterly) {
		month -= (month - 1) % 3
	}
	return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
}
