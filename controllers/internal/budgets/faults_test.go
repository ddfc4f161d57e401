package budgets_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// TestFaultSweep fails every call once, at every position, in every way: a budget must live as it does without.
func TestFaultSweep(t *testing.T) {
	t.Parallel()
	world.Sweep(t, "budgets", []string{
		"CreateBudget", "DescribeBudget", "UpdateBudget", "DeleteBudget", "ListTagsForResource", "TagResource", "UntagResource",
		"DescribeNotificationsForBudget", "CreateNotification", "UpdateNotification", "DeleteNotification",
		"DescribeSubscribersForNotification", "CreateSubscriber", "UpdateSubscriber", "DeleteSubscriber",
	}, 2, func(t *testing.T) {
		made := readyBudget(t, full)
		for _, c := range []struct {
			patch string
			want  []string
		}{
			{patchNotifications("ACTUAL 50 c@example.com", "ACTUAL 90 a@example.com d@example.com arn:aws:sns:eu-central-1:120569615884:alarms", "FORECASTED 100 a@example.com"), []string{
				"ACTUAL > 50 PERCENTAGE: c@example.com", "ACTUAL > 90 PERCENTAGE: arn:aws:sns:eu-central-1:120569615884:alarms d@example.com a@example.com", "FORECASTED > 100 PERCENTAGE: a@example.com",
			}},
			{`{notifications: [], tags: {team: null, cost: "1"}, budgetLimit: {amount: "20"}}`, nil},
		} {
			world.Patch(t, made, "{spec: "+c.patch+"}")
			testworld.Eventually(t, func() error {
				if got := inAWS(t); !slices.Equal(keys(got.notifications), keys(c.want)) {
					return fmt.Errorf("AWS has %q, want %q", got.notifications, c.want)
				}
				return nil
			})
			world.AwaitReady(t, made)
		}
		if got := inAWS(t); *got.BudgetLimit.Amount != "20.0" || got.tags["team"] != "" || got.tags["cost"] != "1" {
			t.Errorf("AWS has %s %v", *got.BudgetLimit.Amount, got.tags)
		}
		world.Delete(t, made)
		world.AwaitGone(t, made)
		if left := inAWS(t); left != nil {
			t.Errorf("left behind in AWS: %+v", *left.Budget)
		}
	})
}

// keys are notifications in order, each with its words in order: subscribers are a set.
func keys(notifications []string) []string {
	var sorted []string
	for _, text := range notifications {
		sorted = append(sorted, strings.Join(slices.Sorted(slices.Values(strings.Fields(text))), " "))
	}
	slices.Sort(sorted)
	return sorted
}
