package sfn_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssfn "github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// TestStateMachineLife creates a state machine and deletes it.
func TestStateMachineLife(t *testing.T) {
	world.Parallel(t)
	made := readyMachine(t, "", `, tags: [{key: team, value: data}]`)
	got := inAWS(t)
	if aws.ToString(got.Definition) != definition || got.Type != types.StateMachineTypeStandard || got.tags["team"] != "data" {
		t.Errorf("AWS has %+v", got)
	}
	if owner := got.tags["services.k8s.aws/owner"]; owner != made.GetNamespace()+"/machine" {
		t.Errorf("the owner's tag is %q", owner)
	}
	if arn, _, _ := unstructured.NestedString(made.Object, "status", "ackResourceMetadata", "arn"); arn != *awsARN(t) {
		t.Errorf("the ARN in the status is %q", arn)
	}
	assertQuiet(t, made)
	since := world.AWS.LastCall(t)
	world.Delete(t, made)
	world.AwaitGone(t, made)
	if inAWS(t) != nil {
		t.Error("the state machine is still there")
	}
	if calls := testworld.Writes(world.AWS.Calls(t, since)); !slices.Equal(calls, []string{"DeleteStateMachine"}) {
		t.Errorf("made the calls %v", calls)
	}
}

// TestStateMachineDeletion waits for AWS, which waits for executions.
func TestStateMachineDeletion(t *testing.T) {
	made := readyMachine(t, "", "")
	world.AWS.Delays(t, "stepfunctions.delete=3600")
	t.Cleanup(func() { world.AWS.Delays(t, "none") })
	since := world.AWS.LastCall(t)
	world.Delete(t, made)
	world.AwaitCondition(t, made, "Ready", "False", "waiting for AWS to delete the state machine")
	if got := inAWS(t); got == nil || got.Status != types.StateMachineStatusDeleting {
		t.Errorf("AWS has %+v", got)
	}
	world.AWS.Delays(t, "none")
	world.AwaitGone(t, made)
	if calls := testworld.Writes(world.AWS.Calls(t, since)); !slices.Equal(calls, []string{"DeleteStateMachine"}) {
		t.Errorf("made the calls %v", calls)
	}
}

// TestStateMachineUpdates changes every field that can be changed, one by one, and looks at AWS.
func TestStateMachineUpdates(t *testing.T) {
	world.Parallel(t)
	made := readyMachine(t, "", `, tags: [{key: team, value: data}]`)
	update := []string{"UpdateStateMachine"}
	for _, c := range []struct {
		reason, patch string
		calls         []string
		want          func(*found) bool
	}{
		{"the definition", `{spec: {definition: '{"StartAt":"End","States":{"End":{"Type":"Succeed"}}}'}}`, update,
			func(f *found) bool { return strings.Contains(aws.ToString(f.Definition), "End") }},
		{"the same in other spaces and order", `{spec: {definition: '{"States": {"End": {"Type": "Succeed"}}, "StartAt": "End"}'}}`, nil,
			func(f *found) bool { return strings.Contains(aws.ToString(f.Definition), "End") }},
		{"the role", `{spec: {roleARN: "` + role(t, "other") + `"}}`, update,
			func(f *found) bool { return strings.HasSuffix(aws.ToString(f.RoleArn), "other") }},
		{"logging", `{spec: {loggingConfiguration: {level: ALL, includeExecutionData: true, destinations: [{cloudWatchLogsLogGroup: {logGroupARN: "` + logGroup + `"}}]}}}`, update,
			func(f *found) bool {
				return f.LoggingConfiguration.Level == types.LogLevelAll && f.LoggingConfiguration.IncludeExecutionData && len(f.LoggingConfiguration.Destinations) == 1
			}},
		{"less of it, the destination stays", `{spec: {loggingConfiguration: {level: ERROR, includeExecutionData: false}}}`, update,
			func(f *found) bool {
				return f.LoggingConfiguration.Level == types.LogLevelError && !f.LoggingConfiguration.IncludeExecutionData && len(f.LoggingConfiguration.Destinations) == 1
			}},
		{"off", `{spec: {loggingConfiguration: {level: "OFF", includeExecutionData: false, destinations: null}}}`, update,
			func(f *found) bool { return f.LoggingConfiguration.Level == types.LogLevelOff }},
		{"tracing", `{spec: {tracingConfiguration: {enabled: true}}}`, update, func(f *found) bool { return f.TracingConfiguration.Enabled }},
		{"tracing off", `{spec: {tracingConfiguration: {enabled: false}}}`, update, func(f *found) bool { return !f.TracingConfiguration.Enabled }},
		{"a tag more", `{spec: {tags: [{key: team, value: data}, {key: cost, value: "1"}]}}`, []string{"TagResource"},
			func(f *found) bool { return f.tags["cost"] == "1" && f.tags["team"] == "data" }},
		{"a tag less", `{spec: {tags: [{key: cost, value: "1"}]}}`, []string{"UntagResource"},
			func(f *found) bool { _, ok := f.tags["team"]; return !ok }},
		{"a tag and the definition", `{spec: {tags: [{key: cost, value: "2"}], definition: '{"StartAt":"Last","States":{"Last":{"Type":"Succeed"}}}'}}`, []string{"TagResource", "UpdateStateMachine"},
			func(f *found) bool {
				return f.tags["cost"] == "2" && strings.Contains(aws.ToString(f.Definition), "Last")
			}},
	} {
		since := world.AWS.LastCall(t)
		world.Patch(t, made, c.patch)
		testworld.Eventually(t, func() error {
			if !c.want(inAWS(t)) {
				return errNotYet(c.reason)
			}
			return nil
		})
		calls := testworld.Writes(world.Settle(t, since))
		world.AwaitReady(t, made)
		if !slices.Equal(calls, c.calls) {
			t.Errorf("%s: made the calls %v, want %v", c.reason, calls, c.calls)
		}
	}
	assertQuiet(t, made)
}

// TestStateMachineDrift changes the state machine behind the controller's back.
func TestStateMachineDrift(t *testing.T) {
	world.Parallel(t)
	made := readyMachine(t, "", `, tags: [{key: team, value: data}]`)
	_, err := api(t).UpdateStateMachine(t.Context(), &awssfn.UpdateStateMachineInput{
		StateMachineArn: awsARN(t), RoleArn: aws.String(role(t, "by-hand")),
		LoggingConfiguration: &types.LoggingConfiguration{Level: types.LogLevelFatal, Destinations: []types.LogDestination{
			{CloudWatchLogsLogGroup: &types.CloudWatchLogsLogGroup{LogGroupArn: aws.String(logGroup)}},
		}},
	})
	check(t, err)
	_, err = api(t).UntagResource(t.Context(), &awssfn.UntagResourceInput{ResourceArn: awsARN(t), TagKeys: []string{"team"}})
	check(t, err)
	if calls := testworld.Writes(world.Reconcile(t, made)); !slices.Equal(calls, []string{"TagResource", "UpdateStateMachine"}) {
		t.Errorf("made the calls %v", calls)
	}
	if got := inAWS(t); aws.ToString(got.RoleArn) != role(t, "states") || got.LoggingConfiguration.Level != types.LogLevelOff || got.tags["team"] != "data" {
		t.Errorf("drift is not repaired: %+v", got)
	}
}

// TestStateMachineNeverSilent has what the official controller 1.4.2 updates at every look, though AWS has it:
// pkg/resource/state_machine/delta.go. synthesis/checks/steady.ts refuses it.
func TestStateMachineNeverSilent(t *testing.T) {
	t.Parallel()
	for name, patch := range map[string]string{
		"no type":                   `{spec: {type_: null}}`,
		"no logging":                `{spec: {loggingConfiguration: null}}`,
		"logging without its level": `{spec: {loggingConfiguration: {level: null}}}`,
		"logging without its data":  `{spec: {loggingConfiguration: {includeExecutionData: null}}}`,
		"no tracing":                `{spec: {tracingConfiguration: null}}`,
		"tracing that says nothing": `{spec: {tracingConfiguration: {enabled: null}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			world.Parallel(t)
			made := readyMachine(t, "", "")
			since := world.AWS.LastCall(t)
			world.Patch(t, made, patch)
			testworld.Eventually(t, func() error {
				if len(testworld.Writes(world.AWS.Calls(t, since))) == 0 {
					return errNotYet(name)
				}
				return nil
			})
			if calls := testworld.Writes(world.Reconcile(t, made)); !slices.Contains(calls, "UpdateStateMachine") {
				t.Errorf("the next look made the calls %v, want UpdateStateMachine again", calls)
			}
		})
	}
}

// TestStateMachineFaultSweep fails calls while a state machine is made, changed and deleted.
func TestStateMachineFaultSweep(t *testing.T) {
	t.Parallel()
	actions := append([]string{"CreateStateMachine", "UpdateStateMachine", "TagResource", "UntagResource", "DeleteStateMachine"}, reads...)
	world.Sweep(t, "stepfunctions", actions, 2, func(t *testing.T) {
		made := readyMachine(t, "", `, tags: [{key: team, value: data}]`)
		if got := inAWS(t); aws.ToString(got.Definition) != definition || got.tags["team"] != "data" {
			t.Errorf("AWS has %+v", got)
		}
		world.Patch(t, made, `{spec: {roleARN: "`+role(t, "other")+`", tags: [{key: cost, value: "1"}]}}`)
		testworld.Eventually(t, func() error {
			got := inAWS(t)
			if _, old := got.tags["team"]; old || got.tags["cost"] != "1" || !strings.HasSuffix(aws.ToString(got.RoleArn), "other") {
				return errNotYet("the changes")
			}
			return nil
		})
		world.AwaitReady(t, made)
		world.Delete(t, made)
		world.AwaitGone(t, made)
		if inAWS(t) != nil {
			t.Error("the state machine is left behind")
		}
	})
}

// TestStateMachineRole waits for a role that is not there yet.
func TestStateMachineRole(t *testing.T) {
	world.Parallel(t)
	made := world.Create(t, world.Namespace(t), strings.ReplaceAll(machineYAML(t, "", ""), role(t, "states"), "arn:aws:iam::"+world.AWS.Account(t)+":role/late"))
	world.AwaitCondition(t, made, "Ready", "False", "authorized to assume the provided role")
	role(t, "late")
	world.AwaitReady(t, made)
}

// TestStateMachineBadDefinition is told, and put right.
func TestStateMachineBadDefinition(t *testing.T) {
	world.Parallel(t)
	made := readyMachine(t, "", "")
	world.Patch(t, made, `{spec: {definition: '{"StartAt":"Nowhere"}'}}`)
	world.AwaitCondition(t, made, "ACK.Terminal", "True", "UpdateStateMachine: InvalidDefinition")
	world.Patch(t, made, `{spec: {definition: '`+definition+`'}}`)
	world.AwaitReady(t, made)
}

// TestStateMachineType cannot be changed: the API server refuses it, and so does the controller for an adopted one.
func TestStateMachineType(t *testing.T) {
	world.Parallel(t)
	_, err := api(t).CreateStateMachine(t.Context(), &awssfn.CreateStateMachineInput{
		Name: aws.String(awsName(t)), Definition: aws.String(definition), RoleArn: aws.String(role(t, "states")), Type: types.StateMachineTypeExpress,
	})
	check(t, err)
	made := world.Create(t, world.Namespace(t), machineYAML(t, "services.k8s.aws/adoption-policy: adopt-or-create", `, type_: STANDARD`))
	world.AwaitCondition(t, made, "ACK.Terminal", "True", "spec.type_ cannot be changed after creation: AWS has EXPRESS")
}

// TestStateMachineRetain leaves the state machine, and takes it over again.
func TestStateMachineRetain(t *testing.T) {
	world.Parallel(t)
	made := readyMachine(t, "services.k8s.aws/deletion-policy: retain", "")
	since := world.AWS.LastCall(t)
	world.Delete(t, made)
	world.AwaitGone(t, made)
	if inAWS(t) == nil {
		t.Fatal("the state machine is gone")
	}
	// The official controller knows state machines by their ARN.
	again := readyMachine(t, fmt.Sprintf(`services.k8s.aws/adoption-policy: adopt-or-create, services.k8s.aws/adoption-fields: '{"arn": %q}'`, *awsARN(t)), "")
	if got := inAWS(t); got.tags["services.k8s.aws/owner"] != again.GetNamespace()+"/machine" {
		t.Errorf("not taken over: %+v", got)
	}
	if calls := testworld.Writes(world.Settle(t, since)); slices.Contains(calls, "CreateStateMachine") || slices.Contains(calls, "DeleteStateMachine") {
		t.Errorf("made the calls %v", calls)
	}
	assertQuiet(t, again)
}

// TestStateMachineAdopt takes over a state machine with its spec.
func TestStateMachineAdopt(t *testing.T) {
	world.Parallel(t)
	foreign(t)
	made := world.Create(t, world.Namespace(t), fmt.Sprintf(`
apiVersion: sfn.services.k8s.aws/v1alpha1
kind: StateMachine
metadata:
  name: machine
  annotations: {services.k8s.aws/adoption-policy: adopt, services.k8s.aws/adoption-fields: '{"arn": %q}'}
`, *awsARN(t)))
	world.AwaitReady(t, made)
	name, _, _ := unstructured.NestedString(made.Object, "spec", "name")
	if adopted, _, _ := unstructured.NestedString(made.Object, "spec", "definition"); adopted != definition || name != awsName(t) {
		t.Errorf("the spec is not what AWS has: %v", made.Object["spec"])
	}
	assertQuiet(t, made)
}

// TestStateMachineOfOthers leaves alone what exists and was not asked for.
func TestStateMachineOfOthers(t *testing.T) {
	world.Parallel(t)
	foreign(t)
	made := world.Create(t, world.Namespace(t), machineYAML(t, "", ""))
	since := world.AWS.LastCall(t)
	world.AwaitCondition(t, made, "ACK.Terminal", "True", "already exists")
	world.Delete(t, made)
	world.AwaitGone(t, made)
	if calls := testworld.Writes(world.Settle(t, since)); len(calls) > 0 || inAWS(t) == nil {
		t.Errorf("made the calls %v", calls)
	}
}

// foreign makes a state machine in AWS that no controller knows.
func foreign(t *testing.T) {
	t.Helper()
	_, err := api(t).CreateStateMachine(t.Context(), &awssfn.CreateStateMachineInput{
		Name: aws.String(awsName(t)), Definition: aws.String(definition), RoleArn: aws.String(role(t, "states")), Tags: []types.Tag{{Key: aws.String("by"), Value: aws.String("hand")}},
	})
	check(t, err)
}
