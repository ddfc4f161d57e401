package batch_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsbatch "github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// TestJobQueueUpdates changes every field that can be changed, one by one, and looks at AWS.
func TestJobQueueUpdates(t *testing.T) {
	world.Parallel(t)
	namespace := world.Namespace(t)
	readyEnvironment(t, namespace, "")
	second := world.Create(t, namespace, environmentYAML(t, "second", ""))
	made := world.Create(t, namespace, queueYAML(t, "queue", "{tags: {team: data}}"))
	world.AwaitReady(t, second, made)
	assertQuiet(t, made)

	for _, c := range []struct {
		reason, patch string
		calls         []string
		want          func(*types.JobQueueDetail) bool
	}{
		{"the priority", `{spec: {priority: 7}}`, []string{"UpdateJobQueue"}, func(q *types.JobQueueDetail) bool { return *q.Priority == 7 }},
		{"the state", `{spec: {state: DISABLED}}`, []string{"UpdateJobQueue"}, func(q *types.JobQueueDetail) bool { return q.State == types.JQStateDisabled }},
		{"back to enabled", `{spec: {state: ENABLED}}`, []string{"UpdateJobQueue"}, func(q *types.JobQueueDetail) bool { return q.State == types.JQStateEnabled }},
		{"more environments, listed out of order", `{spec: {computeEnvironmentOrder: [{order: 2, computeEnvironmentRef: {from: {name: second}}}, {order: 1, computeEnvironmentRef: {from: {name: compute}}}]}}`,
			[]string{"UpdateJobQueue"}, func(q *types.JobQueueDetail) bool { return len(q.ComputeEnvironmentOrder) == 2 }},
		{"another environment", `{spec: {computeEnvironmentOrder: [{order: 1, computeEnvironmentRef: {from: {name: second}}}]}}`,
			[]string{"UpdateJobQueue"}, func(q *types.JobQueueDetail) bool {
				return len(q.ComputeEnvironmentOrder) == 1 && aws.ToString(q.ComputeEnvironmentOrder[0].ComputeEnvironment) == aws.ToString(environment(t, specName(second)).ComputeEnvironmentArn)
			}},
		{"a time limit", `{spec: {jobStateTimeLimitActions: [{action: CANCEL, maxTimeSeconds: 600, reason: "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT", state: RUNNABLE}]}}`,
			[]string{"UpdateJobQueue"}, func(q *types.JobQueueDetail) bool { return len(q.JobStateTimeLimitActions) == 1 }},
		{"no time limit", `{spec: {jobStateTimeLimitActions: null}}`, []string{"UpdateJobQueue"}, func(q *types.JobQueueDetail) bool { return len(q.JobStateTimeLimitActions) == 0 }},
		{"a tag more", `{spec: {tags: {cost: "1"}}}`, []string{"TagResource"}, func(q *types.JobQueueDetail) bool { return q.Tags["cost"] == "1" && q.Tags["team"] == "data" }},
		{"a tag less", `{spec: {tags: {team: null}}}`, []string{"UntagResource"}, func(q *types.JobQueueDetail) bool { _, ok := q.Tags["team"]; return !ok }},
	} {
		since := world.AWS.LastCall(t)
		world.Patch(t, made, c.patch)
		testworld.Eventually(t, func() error {
			if !c.want(queue(t, specName(made))) {
				return errNotYet(c.reason)
			}
			return nil
		})
		world.AwaitReady(t, made)
		if calls := testworld.Writes(world.AWS.Calls(t, since)); !slices.Equal(calls, c.calls) {
			t.Errorf("%s: made the calls %v, want %v", c.reason, calls, c.calls)
		}
	}
	assertQuiet(t, made)
}

// TestJobQueueSchedulingPolicy exchanges the policy; AWS cannot take one away.
func TestJobQueueSchedulingPolicy(t *testing.T) {
	world.Parallel(t)
	policies := map[string]string{}
	for _, name := range []string{"first", "second"} {
		created, err := api(t).CreateSchedulingPolicy(t.Context(), &awsbatch.CreateSchedulingPolicyInput{Name: &name})
		if err != nil {
			t.Fatal(err)
		}
		policies[name] = *created.Arn
	}
	namespace := world.Namespace(t)
	readyEnvironment(t, namespace, "")
	made := world.Create(t, namespace, queueYAML(t, "queue", "{schedulingPolicyARN: "+policies["first"]+"}"))
	world.AwaitReady(t, made)
	assertQuiet(t, made)
	world.Patch(t, made, "{spec: {schedulingPolicyARN: "+policies["second"]+"}}")
	testworld.Eventually(t, func() error {
		if *queue(t, specName(made)).SchedulingPolicyArn != policies["second"] {
			return errNotYet("the second policy")
		}
		return nil
	})
	err := world.Kube.Patch(t.Context(), made, client.RawPatch("application/merge-patch+json", []byte(`{"spec": {"schedulingPolicyARN": null}}`)))
	if !apierrors.IsInvalid(err) {
		t.Errorf("its removal: got %v, want a refusal by the API server", err)
	}
	assertQuiet(t, made)
}

// TestJobQueueChangeTakenBack lets a policy be added to a queue that AWS has refused something else of: AWS refuses that
// too, and both can be taken back.
func TestJobQueueChangeTakenBack(t *testing.T) {
	world.Parallel(t)
	policy, err := api(t).CreateSchedulingPolicy(t.Context(), &awsbatch.CreateSchedulingPolicyInput{Name: aws.String("policy")})
	if err != nil {
		t.Fatal(err)
	}
	namespace := world.Namespace(t)
	readyEnvironment(t, namespace, "")
	made := world.Create(t, namespace, queueYAML(t, "queue", ""))
	world.AwaitReady(t, made)
	add := []byte(`{"spec": {"schedulingPolicyARN": "` + *policy.Arn + `"}}`)
	if err := world.Kube.Patch(t.Context(), made, client.RawPatch("application/merge-patch+json", add)); !apierrors.IsInvalid(err) {
		t.Errorf("one more: got %v, want a refusal by the API server", err)
	}
	world.Patch(t, made, `{spec: {jobQueueType: ECS}}`)
	world.AwaitCondition(t, made, "ACK.Terminal", "True", "spec.jobQueueType cannot be changed")
	world.Patch(t, made, `{spec: {jobQueueType: null, schedulingPolicyARN: "`+*policy.Arn+`"}}`)
	world.AwaitCondition(t, made, "ACK.Terminal", "True", "schedulingPolicyArn")
	world.Patch(t, made, `{spec: {schedulingPolicyARN: null}}`)
	world.AwaitReady(t, made)
	assertQuiet(t, made)
}

type errNotYet string

func (e errNotYet) Error() string { return "not in AWS yet: " + string(e) }

// TestJobQueueDrift changes the queue behind the controller's back.
func TestJobQueueDrift(t *testing.T) {
	world.Parallel(t)
	namespace := world.Namespace(t)
	readyEnvironment(t, namespace, "")
	made := world.Create(t, namespace, queueYAML(t, "queue", "{state: ENABLED}"))
	world.AwaitReady(t, made)
	name := specName(made)
	if _, err := api(t).UpdateJobQueue(t.Context(), &awsbatch.UpdateJobQueueInput{JobQueue: &name, Priority: aws.Int32(99), State: types.JQStateDisabled}); err != nil {
		t.Fatal(err)
	}
	if calls := testworld.Writes(world.Reconcile(t, made)); !slices.Equal(calls, []string{"UpdateJobQueue"}) {
		t.Errorf("made the calls %v", calls)
	}
	if got := queue(t, name); *got.Priority != 1 || got.State != types.JQStateEnabled {
		t.Errorf("drift is not repaired: %d %s", *got.Priority, got.State)
	}
}

// TestJobQueueWakesWithItsEnvironment needs no back-off: the queue follows at once when the environment is there.
func TestJobQueueWakesWithItsEnvironment(t *testing.T) {
	world.Parallel(t)
	assertWakes(t, func(t *testing.T, waited func()) {
		namespace := world.Namespace(t)
		made := world.Create(t, namespace, queueYAML(t, "queue", ""))
		world.AwaitCondition(t, made, "ACK.ReferencesResolved", "Unknown", "ComputeEnvironment "+namespace+"/compute does not exist")
		since := world.AWS.LastCall(t)
		time.Sleep(backoffGrown)
		readyEnvironment(t, namespace, "")
		waited()
		world.AwaitReady(t, made)
		if calls := testworld.Writes(world.AWS.Calls(t, since)); !slices.Equal(calls, []string{"CreateComputeEnvironment", "CreateJobQueue"}) {
			t.Errorf("made the calls %v", calls)
		}
	})
}

// TestJobQueueDeletion disables the queue first.
func TestJobQueueDeletion(t *testing.T) {
	world.Parallel(t)
	namespace := world.Namespace(t)
	readyEnvironment(t, namespace, "")
	made := world.Create(t, namespace, queueYAML(t, "queue", ""))
	world.AwaitReady(t, made)
	since := world.AWS.LastCall(t)
	world.Delete(t, made)
	world.AwaitGone(t, made)
	if calls := testworld.Writes(world.AWS.Calls(t, since)); !slices.Equal(calls, []string{"UpdateJobQueue", "DeleteJobQueue"}) {
		t.Errorf("made the calls %v", calls)
	}
	if left := queue(t, specName(made)); left != nil {
		t.Errorf("AWS still has the queue: %s", left.Status)
	}
}
