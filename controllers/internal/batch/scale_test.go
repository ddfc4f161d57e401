package batch_test

import (
	"fmt"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// TestThousandReconciles looks at unchanged job definitions a thousand times: nothing may be registered, and the looks
// of many share calls.
func TestThousandReconciles(t *testing.T) {
	world.AWS.OwnAccount(t)
	const objects, rounds = 100, 10
	namespace := world.Namespace(t)
	var made []*unstructured.Unstructured
	for i := range objects {
		made = append(made, world.Create(t, namespace, definitionYAML(t, fmt.Sprintf("job-%d", i), "{containerProperties: {environment: [{name: B, value: x}, {name: A, value: v}]}}")))
	}
	world.AwaitReady(t, made...)
	world.Settle(t, world.AWS.LastCall(t))
	since := world.AWS.LastCall(t)
	for range rounds {
		before := world.AWS.LastCall(t)
		// A controller that starts looks at everything, and so do resyncs: many objects at once.
		world.RestartController(t)
		testworld.Eventually(t, func() error {
			if world.AWS.LastCall(t) == before {
				return errNotYet("a look")
			}
			return nil
		})
		world.Settle(t, before)
	}
	calls := world.AWS.Calls(t, since)
	if writes := testworld.Writes(calls); len(writes) > 0 {
		t.Errorf("made the calls %v", writes)
	}
	t.Logf("%d looks took %d calls", objects*rounds, len(calls))
	// How many share a call depends on how close together the machine lets them come: from 8 on an idle one to 3 on a
	// very busy one.
	if len(calls) < rounds || len(calls) > objects*rounds/2 {
		t.Errorf("%d looks took %d calls, want at least one a round and no more than one for two objects", objects*rounds, len(calls))
	}
	for _, object := range made {
		if got := active(t, specName(object)); !slices.Equal(got, []int32{1}) {
			t.Errorf("active revisions of %s are %v", specName(object), got)
		}
	}
}
