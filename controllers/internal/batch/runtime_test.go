package batch_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	awsbatch "github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// What the ACK runtime gives to all kinds, tried on ours.

// foreignEnvironment makes a compute environment in AWS that no controller knows.
func foreignEnvironment(t *testing.T, name string) {
	t.Helper()
	subnets, group := world.AWS.Network(t)
	if _, err := api(t).CreateComputeEnvironment(t.Context(), &awsbatch.CreateComputeEnvironmentInput{
		ComputeEnvironmentName: &name, Type: types.CETypeManaged, Tags: map[string]string{"by": "hand"},
		ComputeResources: &types.ComputeResource{Type: types.CRTypeFargate, MaxvCpus: new(int32(4)), Subnets: subnets[:1], SecurityGroupIds: []string{group}},
	}); err != nil {
		t.Fatal(err)
	}
}

// TestExistingIsNotTakenOver leaves alone what exists and was not asked for.
func TestExistingIsNotTakenOver(t *testing.T) {
	world.Parallel(t)
	foreignEnvironment(t, unique(t, "compute"))
	made := world.Create(t, world.Namespace(t), environmentYAML(t, "compute", ""))
	since := world.AWS.LastCall(t)
	world.AwaitCondition(t, made, "ACK.Terminal", "True", "already exists")
	world.Delete(t, made)
	world.AwaitGone(t, made)
	if calls := testworld.Writes(world.Settle(t, since)); len(calls) > 0 {
		t.Errorf("made the calls %v", calls)
	}
	if environment(t, unique(t, "compute")) == nil {
		t.Error("deleted somebody else's compute environment")
	}
}

// TestAdoptOnSecondThoughts takes over what exists as soon as the annotation says so.
func TestAdoptOnSecondThoughts(t *testing.T) {
	world.Parallel(t)
	foreignEnvironment(t, unique(t, "compute"))
	made := world.Create(t, world.Namespace(t), environmentYAML(t, "compute", ""))
	world.AwaitCondition(t, made, "ACK.Terminal", "True", "already exists")
	world.Patch(t, made, `{metadata: {annotations: {services.k8s.aws/adoption-policy: adopt-or-create}}}`)
	world.AwaitReady(t, made)
	if got := *environment(t, specName(made)).ComputeResources.MaxvCpus; got != 16 {
		t.Errorf("the maximum is %d, want the spec's", got)
	}
}

func TestAdopt(t *testing.T) {
	world.Parallel(t)
	name := unique(t, "compute")
	foreignEnvironment(t, name)
	since := world.AWS.LastCall(t)
	made := world.Create(t, world.Namespace(t), fmt.Sprintf(`
apiVersion: batch.services.k8s.aws/v1alpha1
kind: ComputeEnvironment
metadata:
  name: compute
  annotations:
    services.k8s.aws/adoption-policy: adopt
    services.k8s.aws/adoption-fields: '{"name": %q}'
`, name))
	world.AwaitReady(t, made)
	world.Settle(t, since)
	if err := world.Refresh(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	spec := made.Object["spec"].(map[string]any)
	resources := spec["computeResources"].(map[string]any)
	if spec["name"] != name || resources["maxvCPUs"] != int64(4) || spec["tags"].(map[string]any)["by"] != "hand" {
		t.Errorf("the spec is not what AWS has: %v", spec)
	}
	if tags := spec["tags"].(map[string]any); len(tags) != 1 {
		t.Errorf("the controller's tags are in the spec: %v", tags)
	}
	world.Patch(t, made, `{spec: {computeResources: {maxvCPUs: 5}}}`)
	testworld.Eventually(t, func() error {
		if *environment(t, name).ComputeResources.MaxvCpus != 5 {
			return errNotYet("the change")
		}
		return nil
	})
	if slices.Contains(testworld.Writes(world.AWS.Calls(t, since)), "CreateComputeEnvironment") {
		t.Error("created one instead of adopting")
	}
	world.AwaitReady(t, made)
	world.Delete(t, made)
	world.AwaitGone(t, made)
	if environment(t, name) != nil {
		t.Error("what was adopted is not deleted")
	}
}

func TestAdoptWithWrongFields(t *testing.T) {
	world.Parallel(t)
	made := world.Create(t, world.Namespace(t), `
apiVersion: batch.services.k8s.aws/v1alpha1
kind: JobQueue
metadata:
  name: queue
  annotations: {services.k8s.aws/adoption-policy: adopt, services.k8s.aws/adoption-fields: '{"title": "x"}'}
`)
	world.AwaitCondition(t, made, "ACK.Terminal", "True", `annotation services.k8s.aws/adoption-fields: unknown field "title", want {"name": "..."}, {"arn": "..."} or both`)
}

func TestAdoptOrCreate(t *testing.T) {
	t.Parallel()
	for name, exists := range map[string]bool{"what exists": true, "what does not": false} {
		t.Run(name, func(t *testing.T) {
			world.Parallel(t)
			if exists {
				foreignEnvironment(t, unique(t, "compute"))
			}
			since := world.AWS.LastCall(t)
			made := testworld.Parse(t, world.Namespace(t), environmentYAML(t, "compute", ""))
			made.SetAnnotations(map[string]string{"services.k8s.aws/adoption-policy": "adopt-or-create", "services.k8s.aws/adoption-fields": fmt.Sprintf(`{"name": %q}`, specName(made))})
			if err := world.Kube.Create(t.Context(), made); err != nil {
				t.Fatal(err)
			}
			testworld.Eventually(t, func() error {
				if got := environment(t, specName(made)); got == nil || *got.ComputeResources.MaxvCpus != 16 {
					return errNotYet("the spec's maximum")
				}
				return nil
			})
			world.AwaitReady(t, made)
			if created := slices.Contains(testworld.Writes(world.AWS.Calls(t, since)), "CreateComputeEnvironment"); created == exists {
				t.Errorf("created: %v, existed: %v", created, exists)
			}
			assertQuiet(t, made)
		})
	}
}

// TestReadOnly shows AWS's state and touches nothing, not even at deletion.
func TestReadOnly(t *testing.T) {
	world.Parallel(t)
	name := unique(t, "compute")
	foreignEnvironment(t, name)
	since := world.AWS.LastCall(t)
	made := testworld.Parse(t, world.Namespace(t), environmentYAML(t, "compute", ""))
	made.SetAnnotations(map[string]string{"services.k8s.aws/read-only": "true"})
	if err := world.Kube.Create(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	world.AwaitReady(t, made)
	world.Patch(t, made, `{spec: {computeResources: {maxvCPUs: 9}}}`)
	world.Settle(t, since)
	world.Delete(t, made)
	world.AwaitGone(t, made)
	if calls := testworld.Writes(world.Settle(t, since)); len(calls) > 0 {
		t.Errorf("made the calls %v", calls)
	}
	if environment(t, name) == nil {
		t.Error("the environment is gone")
	}
}

// TestDeletionPolicy retains at every level at which one can say so.
func TestDeletionPolicy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		namespace []string
		object    map[string]string
		retained  bool
	}{
		"retained by the object":    {object: map[string]string{"services.k8s.aws/deletion-policy": "retain"}, retained: true},
		"retained by the namespace": {namespace: []string{"batch.services.k8s.aws/deletion-policy", "retain"}, retained: true},
		"another service's policy":  {namespace: []string{"s3.services.k8s.aws/deletion-policy", "retain"}},
		"the object has the word":   {namespace: []string{"batch.services.k8s.aws/deletion-policy", "retain"}, object: map[string]string{"services.k8s.aws/deletion-policy": "delete"}},
	} {
		t.Run(name, func(t *testing.T) {
			world.Parallel(t)
			made := testworld.Parse(t, world.Namespace(t, c.namespace...), definitionYAML(t, "job", ""))
			made.SetAnnotations(c.object)
			if err := world.Kube.Create(t.Context(), made); err != nil {
				t.Fatal(err)
			}
			world.AwaitReady(t, made)
			world.Delete(t, made)
			world.AwaitGone(t, made)
			if kept := len(active(t, specName(made))) > 0; kept != c.retained {
				t.Errorf("still in AWS: %v, want %v", kept, c.retained)
			}
		})
	}
}

// TestAnotherClustersObjects leaves alone what an object of the same name in another cluster has in the same account.
func TestAnotherClustersObjects(t *testing.T) {
	world.Parallel(t)
	namespace := world.Namespace(t)
	objects := func() (compute, job *unstructured.Unstructured) {
		return world.Create(t, namespace, environmentYAML(t, "compute", "")), world.Create(t, namespace, definitionYAML(t, "job", ""))
	}
	compute, job := objects()
	world.AwaitReady(t, compute, job)
	for _, made := range []*unstructured.Unstructured{compute, job} {
		arn, _, _ := unstructured.NestedString(made.Object, "status", "ackResourceMetadata", "arn")
		world.Patch(t, made, `{metadata: {annotations: {services.k8s.aws/deletion-policy: retain}}}`)
		world.Delete(t, made)
		world.AwaitGone(t, made)
		if _, err := api(t).TagResource(t.Context(), &awsbatch.TagResourceInput{ResourceArn: &arn, Tags: map[string]string{ack.ClusterTag: "another"}}); err != nil {
			t.Fatal(err)
		}
	}
	compute, job = objects()
	world.AwaitCondition(t, compute, "ACK.Terminal", "True", "already exists")
	world.AwaitReady(t, job)
	if got := active(t, specName(job)); !slices.Equal(got, []int32{1, 2}) {
		t.Errorf("active revisions are %v, want the other cluster's and ours", got)
	}
	world.Delete(t, compute)
	world.Delete(t, job)
	world.AwaitGone(t, compute, job)
	if got := active(t, specName(job)); environment(t, specName(compute)) == nil || !slices.Equal(got, []int32{1}) {
		t.Errorf("deleted what the other cluster has; active revisions are %v", got)
	}
}

// TestRegionAnnotation makes the object in the region that it, or its namespace, names.
func TestRegionAnnotation(t *testing.T) {
	t.Parallel()
	elsewhere := func(t *testing.T) *awsbatch.Client {
		config := world.AWS.Config(t)
		config.Region = "eu-west-1"
		return awsbatch.NewFromConfig(config)
	}
	for name, c := range map[string]struct {
		namespace []string
		object    map[string]string
	}{
		"of the object":    {object: map[string]string{"services.k8s.aws/region": "eu-west-1"}},
		"of the namespace": {namespace: []string{"services.k8s.aws/default-region", "eu-west-1"}},
	} {
		t.Run(name, func(t *testing.T) {
			world.Parallel(t)
			made := testworld.Parse(t, world.Namespace(t, c.namespace...), definitionYAML(t, "job", ""))
			made.SetAnnotations(c.object)
			if err := world.Kube.Create(t.Context(), made); err != nil {
				t.Fatal(err)
			}
			world.AwaitReady(t, made)
			answer, err := elsewhere(t).DescribeJobDefinitions(t.Context(), &awsbatch.DescribeJobDefinitionsInput{JobDefinitionName: new(specName(made))})
			if err != nil || len(answer.JobDefinitions) != 1 {
				t.Errorf("eu-west-1 has %v, %v", answer, err)
			}
			if region, _, _ := unstructured.NestedString(made.Object, "status", "ackResourceMetadata", "region"); region != "eu-west-1" {
				t.Errorf("the status says %q", region)
			}
		})
	}
}

// TestMoved refuses to follow annotations that name another region or account than the object is in, and says so.
func TestMoved(t *testing.T) {
	world.Parallel(t)
	namespace := world.Namespace(t)
	made := world.Create(t, namespace, definitionYAML(t, "job", ""))
	world.AwaitReady(t, made)
	world.Patch(t, made, `{metadata: {annotations: {services.k8s.aws/region: eu-west-1}}}`)
	told := "already exists in region eu-central-1, but the desired state specifies region eu-west-1. AWS objects do not move"
	world.AwaitCondition(t, made, "ACK.Terminal", "True", told)
	world.AwaitCondition(t, made, "Ready", "False", told)
	world.Patch(t, made, `{metadata: {annotations: {services.k8s.aws/region: null}}}`)
	world.AwaitReady(t, made)

	place := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}}
	annotate := func(account string) {
		patch := fmt.Sprintf(`{"metadata": {"annotations": {"services.k8s.aws/owner-account-id": %q}}}`, account)
		if err := world.Kube.Patch(t.Context(), place, client.RawPatch("application/merge-patch+json", []byte(patch))); err != nil {
			t.Fatal(err)
		}
	}
	annotate(testenv.ExtraAccount(testenv.Accounts - 1))
	// The controller hears of the namespace in its own time, so that it may have to be asked again.
	testworld.Eventually(t, func() error {
		world.Patch(t, made, fmt.Sprintf("{metadata: {annotations: {%s: %q}}}", ack.ReconcileRequestedAt, time.Now()))
		if condition := testworld.Condition(made, "ACK.Terminal"); condition["status"] != "True" {
			return fmt.Errorf("the conditions are %v", made.Object["status"])
		}
		return nil
	})
	world.AwaitCondition(t, made, "Ready", "False", "already exists in account "+world.AWS.Account(t))
	annotate(world.AWS.Account(t))
	world.AwaitReady(t, made)
	if got := active(t, specName(made)); !slices.Equal(got, []int32{1}) {
		t.Errorf("active revisions are %v", got)
	}
}

// TestOwnerAccount makes objects in the account that their namespace names, with the credentials of the role that is
// mapped to it, and nothing in the controller's own.
func TestOwnerAccount(t *testing.T) {
	world.Parallel(t)
	namespace, account := world.Namespace(t), world.AWS.Account(t)
	compute, line, job := readyEnvironment(t, namespace, ""), world.Create(t, namespace, queueYAML(t, "queue", "")), world.Create(t, namespace, definitionYAML(t, "job", ""))
	world.AwaitReady(t, compute, line, job)
	if environment(t, specName(compute)) == nil || queue(t, specName(line)) == nil || len(active(t, specName(job))) != 1 {
		t.Error("the account does not have the objects")
	}
	for _, made := range []*unstructured.Unstructured{compute, line, job} {
		owner, _, _ := unstructured.NestedString(made.Object, "status", "ackResourceMetadata", "ownerAccountID")
		arn, _, _ := unstructured.NestedString(made.Object, "status", "ackResourceMetadata", "arn")
		if owner != account || !strings.Contains(arn, ":"+account+":") {
			t.Errorf("the status of the %s says %s, %s", made.GetKind(), owner, arn)
		}
	}
	own := awsbatch.NewFromConfig(world.AWS.ConfigOf(t, testenv.AccountID))
	environments, err := own.DescribeComputeEnvironments(t.Context(), &awsbatch.DescribeComputeEnvironmentsInput{ComputeEnvironments: []string{specName(compute)}})
	if err != nil || len(environments.ComputeEnvironments) > 0 {
		t.Errorf("the controller's own account has %v, %v", environments, err)
	}
	for _, made := range []*unstructured.Unstructured{line, job, compute} {
		world.Delete(t, made)
	}
	world.AwaitGone(t, line, job, compute)
	if environment(t, specName(compute)) != nil || queue(t, specName(line)) != nil || len(active(t, specName(job))) != 0 {
		t.Error("the account still has objects")
	}
}

// TestOwnerAccountDenied tells that the controller may not assume the role, and goes on when it may.
func TestOwnerAccountDenied(t *testing.T) {
	world.AWS.OwnAccount(t)
	world.AWS.Inject(t, testenv.Fault{Kind: "error", Status: 403, Code: "AccessDenied", Service: "sts", Action: "AssumeRole", Account: testenv.AccountID})
	made := world.Create(t, world.Namespace(t), definitionYAML(t, "job", ""))
	world.AwaitCondition(t, made, "Ready", "False", "not allowed to call sts:AssumeRole")
	world.AwaitCondition(t, made, "ACK.Recoverable", "True", "AccessDenied")
	world.AWS.ClearFaults(t)
	world.AwaitReady(t, made)
}

// TestOwnerAccountUnknown needs a role for another account, and says so.
func TestOwnerAccountUnknown(t *testing.T) {
	made := world.Create(t, world.Namespace(t, "services.k8s.aws/owner-account-id", "111122223333"), definitionYAML(t, "job", ""))
	world.AwaitCondition(t, made, "ACK.ResourceSynced", "False", "111122223333")
}

// TestDefaultTags are those of ACK and our owner tag; a user's tag of the same name wins.
func TestDefaultTags(t *testing.T) {
	world.Parallel(t)
	namespace := world.Namespace(t)
	made := world.Create(t, namespace, definitionYAML(t, "job", `{tags: {team: data, services.k8s.aws/namespace: mine}}`))
	world.AwaitReady(t, made)
	tags := revisions(t, specName(made))[1].Tags
	for key, want := range map[string]string{"team": "data", "services.k8s.aws/namespace": "mine", "services.k8s.aws/controller-version": "batch-test", ack.OwnerTag: namespace + "/job"} {
		if tags[key] != want {
			t.Errorf("tag %s is %q, want %q", key, tags[key], want)
		}
	}
}

// TestLateInitialization writes the state that AWS gives into the spec, and nothing else.
func TestLateInitialization(t *testing.T) {
	world.Parallel(t)
	made := readyEnvironment(t, world.Namespace(t), "")
	world.AwaitCondition(t, made, "ACK.LateInitialized", "True", "")
	spec := made.Object["spec"].(map[string]any)
	if spec["state"] != "ENABLED" {
		t.Errorf("state is %v", spec["state"])
	}
	for _, key := range []string{"serviceRole", "updatePolicy", "tags", "context"} {
		if value, ok := spec[key]; ok {
			t.Errorf("%s was written into the spec: %v", key, value)
		}
	}
}

// TestReferences fill in values for AWS and never reach the stored spec.
func TestReferences(t *testing.T) {
	world.Parallel(t)
	namespace := world.Namespace(t)
	environment := readyEnvironment(t, namespace, "")
	made := world.Create(t, namespace, queueYAML(t, "queue", ""))
	world.AwaitReady(t, made)
	world.AwaitCondition(t, made, "ACK.ReferencesResolved", "True", "")
	order := made.Object["spec"].(map[string]any)["computeEnvironmentOrder"].([]any)[0].(map[string]any)
	if _, stored := order["computeEnvironment"]; stored {
		t.Errorf("the value was stored: %v", order)
	}
	arn, _, _ := unstructured.NestedString(environment.Object, "status", "ackResourceMetadata", "arn")
	if got := *queue(t, specName(made)).ComputeEnvironmentOrder[0].ComputeEnvironment; got != arn {
		t.Errorf("AWS has %s, want %s", got, arn)
	}
}

// TestReferencesAreWatched looks at an object often, as while AWS is at work on it, and asks the API server for the object
// alone, not for what it refers to.
func TestReferencesAreWatched(t *testing.T) {
	world.Parallel(t)
	namespace := world.Namespace(t)
	compute, made := readyEnvironment(t, namespace, ""), world.Create(t, namespace, queueYAML(t, "queue", ""))
	world.AwaitReady(t, made)
	world.Settle(t, world.AWS.LastCall(t))
	const looks = 5
	read := func(kind string, object *unstructured.Unstructured) int {
		return world.Gets(fmt.Sprintf("/%s/%s/%s", namespace, kind, object.GetName()))
	}
	queues, environments := read("jobqueues", made), read("computeenvironments", compute)
	for range looks {
		world.Reconcile(t, made)
	}
	if got := read("jobqueues", made) - queues; got < looks {
		t.Errorf("%d looks read the queue %d times", looks, got)
	}
	if got := read("computeenvironments", compute) - environments; got > 0 {
		t.Errorf("%d looks read the compute environment %d times", looks, got)
	}
}

func TestUnresolvableReferences(t *testing.T) {
	world.Parallel(t)
	namespace := world.Namespace(t)
	for name, c := range map[string]struct{ object, message string }{
		"the kind is not installed": {environmentYAML(t, "a", `{computeResources: {subnets: null, subnetRefs: [{from: {name: private}}]}}`),
			"spec.computeResources.subnetRefs: kind Subnet.ec2.services.k8s.aws is not installed in this cluster: install its controller's CRDs"},
		"no name": {queueYAML(t, "b", `{computeEnvironmentOrder: [{order: 1, computeEnvironmentRef: {from: {}}}]}`),
			"spec.computeEnvironmentOrder[0].computeEnvironmentRef: the reference needs from.name"},
		"nobody there": {queueYAML(t, "c", `{computeEnvironmentOrder: [{order: 1, computeEnvironmentRef: {from: {name: nobody}}}]}`),
			"ComputeEnvironment " + namespace + "/nobody does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			made := world.Create(t, namespace, c.object)
			world.AwaitCondition(t, made, "ACK.ReferencesResolved", "Unknown", c.message)
			world.AwaitCondition(t, made, "Ready", "False", c.message)
		})
	}
}

// TestWakesWithAnotherControllersObject follows an object of another group as soon as its controller is done with it.
func TestWakesWithAnotherControllersObject(t *testing.T) {
	world.Parallel(t)
	assertWakes(t, func(t *testing.T, waited func()) {
		namespace := world.Namespace(t)
		execution := world.Create(t, namespace, "{apiVersion: iam.services.k8s.aws/v1alpha1, kind: Role, metadata: {name: execution}}")
		made := world.Create(t, namespace, definitionYAML(t, "job", `{containerProperties: {executionRoleARN: null, executionRoleRef: {from: {name: execution}}}}`))
		world.AwaitCondition(t, made, "Ready", "False", "spec.containerProperties.executionRoleRef: the referenced resource is not synced yet")
		time.Sleep(backoffGrown)
		world.PatchStatus(t, execution, `{status: {ackResourceMetadata: {arn: "`+role+`"}, conditions: [{type: ACK.ResourceSynced, status: "True"}]}}`)
		waited()
		world.AwaitReady(t, made)
		if got := *revisions(t, specName(made))[1].ContainerProperties.ExecutionRoleArn; got != role {
			t.Errorf("the execution role is %s", got)
		}
	})
}

// TestTerminalReference tells that what is referred to will not become ready by itself.
func TestTerminalReference(t *testing.T) {
	world.Parallel(t)
	namespace := world.Namespace(t)
	foreignEnvironment(t, unique(t, "compute"))
	world.AwaitCondition(t, world.Create(t, namespace, environmentYAML(t, "compute", "")), "ACK.Terminal", "True", "")
	world.AwaitCondition(t, world.Create(t, namespace, queueYAML(t, "queue", "")), "ACK.ReferencesResolved", "False", "ACK.Terminal")
}

func TestFieldExport(t *testing.T) {
	world.Parallel(t)
	namespace := world.Namespace(t)
	outputs := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "outputs"}}
	if err := world.Kube.Create(t.Context(), outputs); err != nil {
		t.Fatal(err)
	}
	for _, export := range []struct{ name, path, key string }{{"name", ".spec.name", "JobName"}, {"arn", ".status.ackResourceMetadata.arn", "JobARN"}} {
		world.Create(t, namespace, fmt.Sprintf(`
apiVersion: services.k8s.aws/v1alpha1
kind: FieldExport
metadata: {name: %s}
spec:
  from: {path: %s, resource: {group: batch.services.k8s.aws, kind: JobDefinition, name: job}}
  to: {kind: configmap, name: outputs, key: %s}
`, export.name, export.path, export.key))
	}
	made := world.Create(t, namespace, definitionYAML(t, "job", ""))
	testworld.Eventually(t, func() error {
		if err := world.Kube.Get(t.Context(), client.ObjectKeyFromObject(outputs), outputs); err != nil {
			return err
		}
		if outputs.Data["JobName"] != specName(made) || outputs.Data["JobARN"] == "" {
			return fmt.Errorf("the config map has %v", outputs.Data)
		}
		return nil
	})
}
