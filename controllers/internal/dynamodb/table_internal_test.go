package dynamodb

import (
	"testing"

	"github.com/aws/smithy-go/ptr"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/dynamodb/v1alpha1"
)

// TestSettled says when a table is ready.
func TestSettled(t *testing.T) {
	index := func(status string) []v1alpha1.GlobalSecondaryIndexDescription {
		return []v1alpha1.GlobalSecondaryIndexDescription{{IndexName: ptr.String("i"), IndexStatus: &status}}
	}
	for reason, c := range map[string]struct {
		status            string
		indexes           []v1alpha1.GlobalSecondaryIndexDescription
		ready, changeable bool
	}{
		"new":                      {"CREATING", nil, false, false},
		"done":                     {"ACTIVE", index("ACTIVE"), true, true},
		"changing":                 {"UPDATING", nil, false, false},
		"going":                    {"DELETING", nil, false, false},
		"an index is being filled": {"ACTIVE", index("CREATING"), false, true},
		"its key is gone":          {"INACCESSIBLE_ENCRYPTION_CREDENTIALS", nil, false, false},
		"of a kind made up later":  {"HIBERNATING", nil, false, false},
	} {
		observed := &v1alpha1.Table{Status: v1alpha1.TableStatus{TableStatus: &c.status, GlobalSecondaryIndexesDescriptions: c.indexes}}
		if ready := settled(observed) == nil; ready != c.ready {
			t.Errorf("%s: ready: %v", reason, ready)
		}
		if can := changeable(observed) == nil; can != c.changeable {
			t.Errorf("%s: changeable: %v", reason, can)
		}
	}
}
