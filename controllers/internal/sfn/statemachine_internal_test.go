package sfn

import (
	"testing"

	ackcompare "github.com/aws-controllers-k8s/runtime/pkg/compare"
	"github.com/aws/smithy-go/ptr"
	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/sfn/v1alpha1"
)

// TestChanges sends what differs, whole: AWS takes what a configuration leaves out as off.
func TestChanges(t *testing.T) {
	declared := &v1alpha1.StateMachine{Spec: v1alpha1.StateMachineSpec{Definition: ptr.String("{}"), RoleARN: ptr.String("r"), LoggingConfiguration: &v1alpha1.LoggingConfiguration{Level: ptr.String("ALL")}}}
	off := ptr.Bool(false)
	for field, want := range map[string]v1alpha1.StateMachineSpec{
		"Tags":                       {},
		"Definition":                 {Definition: ptr.String("{}")},
		"RoleARN":                    {RoleARN: ptr.String("r")},
		"LoggingConfiguration.Level": {LoggingConfiguration: &v1alpha1.LoggingConfiguration{Level: ptr.String("ALL"), IncludeExecutionData: off}},
		"TracingConfiguration":       {TracingConfiguration: &v1alpha1.TracingConfiguration{Enabled: off}},
	} {
		delta := ackcompare.NewDelta()
		delta.Add("Spec."+field, 1, 2)
		if got := changes(declared, delta); !equality.Semantic.DeepEqual(*got, want) {
			t.Errorf("%s: got %+v, want %+v", field, *got, want)
		}
	}
}

// TestSettled waits for a state machine that AWS deletes when its executions have ended.
func TestSettled(t *testing.T) {
	for status, ready := range map[string]bool{"ACTIVE": true, "DELETING": false} {
		if got := settled(&v1alpha1.StateMachine{AWSStatus: status}) == nil; got != ready {
			t.Errorf("%s: ready: %v", status, got)
		}
	}
}
