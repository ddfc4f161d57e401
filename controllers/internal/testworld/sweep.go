package testworld

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
)

// faults are the ways in which a call can fail, the last two after AWS has done what was asked.
var faults = map[string]testenv.Fault{
	"throttled":                {Kind: "throttle"},
	"a server error":           {Kind: "error", Status: 500, Code: "InternalServerError"},
	"denied":                   {Kind: "error", Status: 403, Code: "AccessDeniedException"},
	"dropped":                  {Kind: "drop"},
	"dropped after the effect": {Kind: "drop", After: true},
	"failed after the effect":  {Kind: "error", Status: 500, Code: "InternalServerError", After: true},
}

// Sweep fails the first call of every action of a service, then the second of every action, and so on up to a number of
// positions (with -short, the first only), in every way. Each time, life must go as it does without; it makes the calls
// of its own with Retryer.
func (w *World) Sweep(t *testing.T, service string, actions []string, positions int, life func(*testing.T)) {
	if testing.Short() {
		positions = 1
	}
	for name, fault := range faults {
		for position := 1; position <= positions; position++ {
			t.Run(fmt.Sprintf("call %d %s", position, name), func(t *testing.T) {
				w.Parallel(t)
				injected := fault
				for _, action := range actions {
					injected.Service, injected.Action, injected.At = service, action, []int{position}
					w.AWS.Inject(t, injected)
				}
				life(t)
			})
		}
	}
}

// Retryer is for a test's own SDK clients: it gets over the faults of Sweep, which fail any call only once.
func Retryer() aws.Retryer {
	return retry.AddWithErrorCodes(retry.NewStandard(), "AccessDeniedException")
}
