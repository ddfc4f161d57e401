package sfn

import (
	"testing"

	"sigs.k8s.io/yaml"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/sfn/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
)

// TestNormaliseStateMachine has what means the same, and what does not, to the official controller 1.4.2:
// pkg/resource/state_machine/delta.go.
func TestNormaliseStateMachine(t *testing.T) {
	for reason, c := range map[string]struct {
		declared, observed string
		same               bool
	}{
		"a definition in other spaces": {`{definition: '{"StartAt": "A"}'}`, `{definition: '{"StartAt":"A"}'}`, true},
		"another definition":           {`{definition: '{"StartAt":"B"}'}`, `{definition: '{"StartAt":"A"}'}`, false},
		"written out":                  {`{type_: STANDARD, loggingConfiguration: {level: "OFF", includeExecutionData: false}, tracingConfiguration: {enabled: false}}`, `{type_: STANDARD, loggingConfiguration: {level: "OFF", includeExecutionData: false}, tracingConfiguration: {enabled: false}}`, true},
		"no type":                      {`{}`, `{type_: STANDARD}`, false},
		"no logging":                   {`{}`, `{loggingConfiguration: {level: "OFF", includeExecutionData: false}}`, false},
		"logging without its level":    {`{loggingConfiguration: {includeExecutionData: false}}`, `{loggingConfiguration: {level: "OFF", includeExecutionData: false}}`, false},
		"logging that leaves out data": {`{loggingConfiguration: {level: "OFF"}}`, `{loggingConfiguration: {level: "OFF", includeExecutionData: false}}`, false},
		"no tracing":                   {`{}`, `{tracingConfiguration: {enabled: false}}`, false},
		"tracing that says nothing":    {`{tracingConfiguration: {}}`, `{tracingConfiguration: {enabled: false}}`, false},
	} {
		declared, observed := machine(t, c.declared), machine(t, c.observed)
		normaliseStateMachine(declared, observed)
		if same := !ack.CompareSpecs(declared, observed).DifferentAt("Spec"); same != c.same {
			t.Errorf("%s: the same: %v, want %v", reason, same, c.same)
		}
	}
}

// machine parses a spec.
func machine(t *testing.T, spec string) *v1alpha1.StateMachine {
	t.Helper()
	parsed := &v1alpha1.StateMachine{}
	if err := yaml.UnmarshalStrict([]byte(spec), &parsed.Spec); err != nil {
		t.Fatalf("%v: %s", err, spec)
	}
	return parsed
}

// TestSettled waits for a state machine that AWS deletes when its executions have ended.
func TestSettled(t *testing.T) {
	for status, ready := range map[string]bool{"ACTIVE": true, "DELETING": false} {
		if got := settled(&v1alpha1.StateMachine{AWSStatus: status}) == nil; got != ready {
			t.Errorf("%s: ready: %v", status, got)
		}
	}
}
