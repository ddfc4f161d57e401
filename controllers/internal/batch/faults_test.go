package batch_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// life creates, changes and deletes an object of each kind, and checks what is in AWS in between.
func life(t *testing.T) {
	t.Helper()
	namespace := world.Namespace(t)
	compute := world.Create(t, namespace, environmentYAML(t, "compute", ""))
	line := world.Create(t, namespace, queueYAML(t, "queue", ""))
	job := world.Create(t, namespace, definitionYAML(t, "job", ""))
	world.AwaitReady(t, compute, line, job)
	if got := active(t, specName(job)); !slices.Equal(got, []int32{1}) {
		t.Errorf("after creation the active revisions are %v", got)
	}

	world.Patch(t, compute, `{spec: {computeResources: {maxvCPUs: 32}, tags: {a: b}}}`)
	world.Patch(t, line, `{spec: {priority: 9, tags: {a: b}}}`)
	world.Patch(t, job, `{spec: {containerProperties: {image: changed}}}`)
	testworld.Eventually(t, func() error {
		e, q := environment(t, specName(compute)), queue(t, specName(line))
		if *e.ComputeResources.MaxvCpus != 32 || e.Tags["a"] != "b" || *q.Priority != 9 || q.Tags["a"] != "b" {
			return errNotYet("the changes")
		}
		if got := active(t, specName(job)); !slices.Equal(got, []int32{2}) {
			return fmt.Errorf("after a change the active revisions are %v", got)
		}
		return nil
	})
	world.AwaitReady(t, compute, line, job)

	for _, object := range []*unstructured.Unstructured{line, job, compute} {
		world.Delete(t, object)
	}
	world.AwaitGone(t, line, job, compute)
	if all := revisions(t, specName(job)); len(all) != 2 {
		t.Errorf("%d revisions were registered, want 2", len(all))
	}
	if e, q, r := environment(t, specName(compute)), queue(t, specName(line)), active(t, specName(job)); e != nil || q != nil || len(r) > 0 {
		t.Errorf("left behind in AWS: %v %v %v", e, q, r)
	}
}

// TestFaultSweep fails the first call of every action, then the second of every action, and so on, in every way: the
// objects must live as they do without, and AWS must end up with nothing more or less.
func TestFaultSweep(t *testing.T) {
	t.Parallel()
	world.Sweep(t, "batch", []string{
		"CreateComputeEnvironment", "UpdateComputeEnvironment", "DeleteComputeEnvironment", "DescribeComputeEnvironments",
		"CreateJobQueue", "UpdateJobQueue", "DeleteJobQueue", "DescribeJobQueues",
		"RegisterJobDefinition", "DeregisterJobDefinition", "DescribeJobDefinitions", "TagResource",
		// Later calls are repeated looks.
	}, 4, life, clientExceptions()...)
}

// clientExceptions are what AWS Batch says under its one code, besides nothing that anybody knows.
func clientExceptions() []testenv.Fault {
	var faults []testenv.Fault
	for _, message := range []string{
		"Object already exists", "Object x does not exist", "Role arn:aws:iam::120569615884:role/x does not exist",
		"arn:aws:batch:eu-central-1:120569615884:compute-environment/x is not valid", "Cannot update, resource is being modified.",
		"Error executing request, Exception : x is required, RequestId: 1a2b", "You have reached the limit of job queues",
	} {
		faults = append(faults, testenv.Fault{Kind: "error", Status: 400, Code: "ClientException", Message: message})
	}
	return faults
}

// TestStoppedAnywhere stops the controller when AWS has done something but its answer has not come yet, and starts
// another one.
func TestStoppedAnywhere(t *testing.T) {
	world.AWS.OwnAccount(t)
	namespace := world.Namespace(t)
	compute := testworld.Parse(t, namespace, environmentYAML(t, "compute", ""))
	line := testworld.Parse(t, namespace, queueYAML(t, "queue", ""))
	job := testworld.Parse(t, namespace, definitionYAML(t, "job", ""))
	create := func(object *unstructured.Unstructured) func() {
		return func() {
			if err := world.Kube.Create(t.Context(), object); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, step := range []struct {
		action string
		do     func()
		// done says that AWS has done it.
		done func() bool
		// after is what must become of it, whoever finishes it.
		after func() error
	}{
		{"CreateComputeEnvironment", create(compute), func() bool { return environment(t, specName(compute)) != nil }, nil},
		{"CreateJobQueue", create(line), func() bool { return queue(t, specName(line)) != nil }, nil},
		{"RegisterJobDefinition", create(job), func() bool { return len(active(t, specName(job))) == 1 }, func() error { return activeAre(t, job, 1) }},
		{"RegisterJobDefinition", func() { world.Patch(t, job, `{spec: {containerProperties: {image: b}}}`) },
			func() bool { return len(active(t, specName(job))) == 2 }, func() error { return activeAre(t, job, 2) }},
		{"DeregisterJobDefinition", func() { world.Patch(t, job, `{spec: {containerProperties: {image: c}}}`) },
			func() bool { return slices.Equal(active(t, specName(job)), []int32{3}) }, func() error { return activeAre(t, job, 3) }},
		{"UpdateComputeEnvironment", func() { world.Patch(t, compute, `{spec: {computeResources: {maxvCPUs: 20}}}`) },
			func() bool { return *environment(t, specName(compute)).ComputeResources.MaxvCpus == 20 }, nil},
	} {
		world.Settle(t, world.AWS.LastCall(t))
		world.AWS.Inject(t, testenv.Fault{Kind: "timeout", Service: "batch", Action: step.action, At: []int{1}, After: true, Seconds: noAnswer.Seconds()})
		step.do()
		testworld.Eventually(t, func() error {
			if !step.done() {
				return errNotYet(step.action)
			}
			return nil
		})
		world.RestartController(t)
		world.AWS.ClearFaults(t)
		for _, object := range []*unstructured.Unstructured{compute, line, job} {
			if object.GetUID() != "" {
				world.AwaitReady(t, object)
			}
		}
		if step.after != nil {
			testworld.Eventually(t, step.after)
		}
	}
	if all := revisions(t, specName(job)); len(all) != 3 {
		t.Errorf("%d revisions were registered, want 3", len(all))
	}
	if status := job.Object["status"].(map[string]any); status["revision"] != int64(3) {
		t.Errorf("the status says revision %v", status["revision"])
	}
}

// noAnswer is how long an answer fails to come; more than it takes to stop a controller.
const noAnswer = 15 * time.Second

func activeAre(t *testing.T, job *unstructured.Unstructured, want ...int32) error {
	if got := active(t, specName(job)); !slices.Equal(got, want) {
		return fmt.Errorf("active revisions are %v, want %v", got, want)
	}
	return nil
}

// TestErrorsAreTold has the condition that each class of error leads to.
func TestErrorsAreTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault           testenv.Fault
		condition, text string
	}{
		"a missing permission names the action":      {testenv.Fault{Kind: "error", Status: 403, Code: "AccessDeniedException"}, "ACK.Recoverable", "not allowed to call batch:RegisterJobDefinition: add the action to the controller's IAM policy"},
		"a missing permission that AWS itself names": {testenv.Fault{Kind: "error", Status: 403, Code: "AccessDeniedException", Message: "User: u is not authorized to perform: iam:PassRole on resource: r"}, "ACK.Recoverable", "not allowed to call iam:PassRole"},
		"bad input":          {testenv.Fault{Kind: "error", Status: 400, Code: "ClientException", Message: "Error executing request, Exception : image must be good, RequestId: 19ed0c04-a434"}, "ACK.Terminal", "RegisterJobDefinition: ClientException: Error executing request, Exception : image must be good"},
		"an unknown refusal": {testenv.Fault{Kind: "error", Status: 400, Code: "ClientException", Message: "Error executing request, Exception : (Service: X; Request ID: 19ed0c04-a434)"}, "ACK.Recoverable", "Exception : (Service: X)"},
		"throttling":         {testenv.Fault{Kind: "throttle"}, "ACK.Recoverable", "TooManyRequestsException"},
		"a failed server":    {testenv.Fault{Kind: "error", Status: 500, Code: "ServerException"}, "ACK.Recoverable", "RegisterJobDefinition: ServerException"},
		"no connection":      {testenv.Fault{Kind: "drop"}, "ACK.Recoverable", "RegisterJobDefinition: cannot reach AWS"},
	} {
		t.Run(name, func(t *testing.T) {
			world.Parallel(t)
			c.fault.Service, c.fault.Action = "batch", "RegisterJobDefinition"
			world.AWS.Inject(t, c.fault)
			made := world.Create(t, world.Namespace(t), definitionYAML(t, "job", ""))
			world.AwaitCondition(t, made, c.condition, "True", c.text)
			world.AwaitCondition(t, made, "Ready", "False", c.text)
			world.AWS.ClearFaults(t)
			if c.condition == "ACK.Terminal" {
				since := world.AWS.LastCall(t)
				if calls := world.Settle(t, since); len(calls) > 0 {
					t.Errorf("tried again without a change: %v", testworld.Actions(calls))
				}
				world.Patch(t, made, `{spec: {containerProperties: {image: good}}}`)
			}
			world.AwaitReady(t, made)
		})
	}
}

// TestForegroundDeletion has the garbage collector remove its finalizer while the controller removes its own.
func TestForegroundDeletion(t *testing.T) {
	world.Parallel(t)
	made := world.Create(t, world.Namespace(t), definitionYAML(t, "job", ""))
	world.AwaitReady(t, made)
	world.Patch(t, made, `{metadata: {finalizers: [finalizers.batch.services.k8s.aws/JobDefinition, foregroundDeletion]}}`)
	world.AWS.Inject(t, testenv.Fault{Kind: "latency", Service: "batch", Action: "DeregisterJobDefinition", Seconds: 2})
	since := world.AWS.LastCall(t)
	world.Delete(t, made)
	testworld.Eventually(t, func() error {
		if !slices.Contains(testworld.Actions(world.AWS.Calls(t, since)), "DescribeJobDefinitions") {
			return errNotYet("the deletion")
		}
		return nil
	})
	// The controller has read the object, both finalizers included, and is waiting for AWS.
	world.Patch(t, made, `{metadata: {finalizers: [finalizers.batch.services.k8s.aws/JobDefinition]}}`)
	world.AwaitGone(t, made)
}

// TestDeletedWhileMade has objects that are gone before their finalizer is written: nothing may be made for them.
func TestDeletedWhileMade(t *testing.T) {
	for kind, c := range map[string]struct {
		yaml func(t *testing.T, name, more string) string
		left func(t *testing.T, name string) bool
	}{
		"JobDefinition":      {definitionYAML, func(t *testing.T, name string) bool { return len(active(t, name)) > 0 }},
		"ComputeEnvironment": {environmentYAML, func(t *testing.T, name string) bool { return environment(t, name) != nil }},
		"JobQueue":           {freeQueueYAML, func(t *testing.T, name string) bool { return queue(t, name) != nil }},
	} {
		t.Run(kind, func(t *testing.T) {
			world.Parallel(t)
			if kind == "JobQueue" {
				readyEnvironment(t, world.Namespace(t), "")
			}
			world.DeletedWhileMade(t, func(name string) string { return c.yaml(t, name, "") },
				func(t *testing.T, object *unstructured.Unstructured) bool { return c.left(t, specName(object)) })
		})
	}
}

// freeQueueYAML is a queue that names its environment and so has no reference to wait for.
func freeQueueYAML(t *testing.T, name, more string) string {
	return queueYAML(t, name, fmt.Sprintf("{computeEnvironmentOrder: [{order: 1, computeEnvironment: %s}]}", unique(t, "compute")))
}

// TestDeletedBehindItsFinalizer has objects that vanish although they got a finalizer: the API server deletes an object at
// once that had none when it looked. What was made for them meanwhile goes, too.
func TestDeletedBehindItsFinalizer(t *testing.T) {
	world.Parallel(t)
	retaining := world.Namespace(t, "batch.services.k8s.aws/deletion-policy", "retain")
	namespace := world.Namespace(t)
	for _, action := range []string{"RegisterJobDefinition", "CreateComputeEnvironment"} {
		world.AWS.Inject(t, testenv.Fault{Kind: "latency", Service: "batch", Action: action, Rate: 1, Seconds: 2})
	}
	job := world.Create(t, namespace, definitionYAML(t, "job", ""))
	kept := world.Create(t, retaining, definitionYAML(t, "kept", ""))
	compute := world.Create(t, namespace, environmentYAML(t, "compute", ""))
	for _, object := range []*unstructured.Unstructured{job, kept, compute} {
		testworld.Eventually(t, func() error {
			if err := world.Refresh(t.Context(), object); err != nil || len(object.GetFinalizers()) == 0 {
				return errNotYet("the finalizer")
			}
			return nil
		})
		world.Patch(t, object, `{metadata: {finalizers: null}}`)
		world.Delete(t, object)
	}
	world.AwaitGone(t, job, kept, compute)
	testworld.Eventually(t, func() error {
		if len(revisions(t, specName(job))) == 0 || len(active(t, specName(job))) > 0 || environment(t, specName(compute)) != nil || len(active(t, specName(kept))) == 0 {
			return errNotYet("what was made and has to go, or to stay")
		}
		return nil
	})
	// Longer than a call takes here.
	time.Sleep(3 * time.Second)
	if len(active(t, specName(kept))) != 1 {
		t.Error("removed what its namespace retains")
	}
	if environment(t, specName(compute)) != nil || len(active(t, specName(job))) > 0 {
		t.Error("left in AWS")
	}
}
