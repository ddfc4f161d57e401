package main

import (
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsbatch "github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

const (
	// killedObjects is how many job definitions, and how many job queues, live through the kills.
	killedObjects = 50
	// kills is how often the controller dies in each phase of their lives, at most.
	kills = 4
)

// TestKilled kills the real process at random moments while it creates, changes and deletes objects, and starts it again.
// There must never be a second queue or a revision too many, and in the end nothing is left.
func TestKilled(t *testing.T) {
	t.Parallel()
	program, emulator := programAndAWS(t)
	// So that many calls are on their way at any moment; AWS does what they ask for, whoever has died.
	emulator.Inject(t, testenv.Fault{Kind: "latency", Service: "batch", Seconds: 0.05})
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	k := &killing{aws: emulator, program: program, api: awsbatch.NewFromConfig(emulator.Config(t)), random: rand.New(rand.NewPCG(seed, seed))}

	subnets, group := emulator.Network(t)
	k.add(t, fmt.Sprintf(`{apiVersion: batch.services.k8s.aws/v1alpha1, kind: ComputeEnvironment, metadata: {name: killed}, spec: {name: killed, type: MANAGED,
		computeResources: {type: FARGATE, maxvCPUs: 16, subnets: [%s], securityGroupIDs: [%s]}}}`, subnets[0], group))
	for i := range killedObjects {
		k.add(t, fmt.Sprintf(`{apiVersion: batch.services.k8s.aws/v1alpha1, kind: JobQueue, metadata: {name: killed-%d}, spec: {name: killed-%[1]d, priority: 1,
			computeEnvironmentOrder: [{order: 1, computeEnvironmentRef: {from: {name: killed}}}]}}`, i))
		k.add(t, fmt.Sprintf(`{apiVersion: batch.services.k8s.aws/v1alpha1, kind: JobDefinition, metadata: {name: killed-%d}, spec: {name: killed-%[1]d, type: container,
			platformCapabilities: [FARGATE], containerProperties: {image: "1", executionRoleARN: "arn:aws:iam::120569615884:role/execution",
			resourceRequirements: [{type: VCPU, value: "0.5"}, {type: MEMORY, value: "2048"}]}}}`, i))
	}
	k.outlive(t, "created", func() error { return k.everything(t, 1, "1") })

	for _, object := range k.objects {
		switch object.GetKind() {
		case "JobQueue":
			k.patch(t, object, `{"spec": {"priority": 2}}`)
		case "JobDefinition":
			k.patch(t, object, `{"spec": {"containerProperties": {"image": "2"}}}`)
		}
	}
	k.outlive(t, "changed", func() error { return k.everything(t, 2, "2") })

	for _, object := range k.objects {
		if err := kube.Delete(t.Context(), object); err != nil {
			t.Fatal(err)
		}
	}
	k.outlive(t, "deleted", func() error { return k.nothing(t) })
}

// killing is what the phases of TestKilled share.
type killing struct {
	aws     *testenv.AWS
	program string
	api     *awsbatch.Client
	random  *rand.Rand
	objects []*unstructured.Unstructured
}

func (k *killing) add(t *testing.T, text string) {
	t.Helper()
	object := testworld.Parse(t, namespace, text)
	if err := kube.Create(t.Context(), object); err != nil {
		t.Fatal(err)
	}
	k.objects = append(k.objects, object)
}

func (k *killing) patch(t *testing.T, object *unstructured.Unstructured, patch string) {
	t.Helper()
	if err := kube.Patch(t.Context(), object, client.RawPatch("application/merge-patch+json", []byte(patch))); err != nil {
		t.Fatal(err)
	}
}

// start starts the controller's process.
func (k *killing) start(t *testing.T) *testenv.Controller {
	t.Helper()
	output := io.Discard
	if testing.Verbose() {
		output = os.Stderr
	}
	process, err := testenv.StartController(k.program, server, k.aws, output, "--services=batch", "--log-level=error")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(process.Kill)
	return process
}

// outlive kills the controller a few times, each time when it has made so many changes in AWS more, and then lets it finish.
func (k *killing) outlive(t *testing.T, phase string, done func() error) {
	t.Helper()
	interrupted := 0
	for range kills {
		process, since, limit := k.start(t), k.aws.LastCall(t), 1+k.random.IntN(killedObjects/3)
		testworld.Eventually(t, func() error {
			if err := process.Exited(); err != nil {
				t.Fatal(err)
			}
			made := len(testworld.Writes(k.aws.Calls(t, since)))
			if made < limit && done() != nil {
				return fmt.Errorf("%d changes in AWS, waiting for %d", made, limit)
			}
			return nil
		})
		process.Kill()
		if done() == nil {
			break
		}
		interrupted++
	}
	if interrupted == 0 {
		t.Errorf("this test must interrupt the work, but all was %s before the first kill", phase)
	}
	t.Logf("killed %d times before all was %s", interrupted, phase)
	process := k.start(t)
	testworld.Eventually(t, done)
	process.Stop()
}

// everything wants all objects ready, of each queue one with a priority, and of each job definition so many revisions, of
// which the newest alone is active and has the image.
func (k *killing) everything(t *testing.T, priority int32, image string) error {
	t.Helper()
	for _, object := range k.objects {
		if err := kube.Get(t.Context(), client.ObjectKeyFromObject(object), object); err != nil {
			return err
		}
		if ready := testworld.Condition(object, "Ready"); ready["status"] != "True" {
			return fmt.Errorf("%s %s: %v", object.GetKind(), object.GetName(), ready)
		}
	}
	queues, revisions := k.queues(t), k.revisions(t)
	for i := range killedObjects {
		name := fmt.Sprintf("killed-%d", i)
		if queue, ok := queues[name]; !ok || *queue.Priority != priority {
			return fmt.Errorf("queue %s is %v", name, queue)
		}
		newest := revisions[name][priority]
		if aws.ToString(newest.Status) != "ACTIVE" || *newest.ContainerProperties.Image != image {
			return fmt.Errorf("job definition %s has %v", name, revisions[name])
		}
		// A new revision is registered before the one before goes, and the object is Ready from before.
		if active := activeOf(revisions[name]); len(active) > 1 {
			return fmt.Errorf("revisions %v of job definition %s are active", active, name)
		}
	}
	k.check(t, queues, revisions, int(priority))
	return nil
}

// nothing wants all objects gone, in Kubernetes and in AWS.
func (k *killing) nothing(t *testing.T) error {
	t.Helper()
	for _, object := range k.objects {
		if err := kube.Get(t.Context(), client.ObjectKeyFromObject(object), object); !apierrors.IsNotFound(err) {
			return fmt.Errorf("%s %s is still there: %w", object.GetKind(), object.GetName(), err)
		}
	}
	queues, revisions := k.queues(t), k.revisions(t)
	if len(queues) > 0 {
		t.Errorf("left behind: queues %v", slices.Sorted(maps.Keys(queues)))
	}
	for name, all := range revisions {
		if active := activeOf(all); len(active) > 0 || len(all) != 2 {
			t.Errorf("job definition %s has %d revisions, want 2, and %v are still active", name, len(all), active)
		}
	}
	return nil
}

// check complains about anything that there is too much of.
func (k *killing) check(t *testing.T, queues map[string]types.JobQueueDetail, revisions map[string]map[int32]types.JobDefinition, want int) {
	t.Helper()
	if len(queues) != killedObjects || len(revisions) != killedObjects {
		t.Errorf("AWS has %d queues and %d job definitions, want %d of each", len(queues), len(revisions), killedObjects)
	}
	for name, all := range revisions {
		if len(all) != want {
			t.Errorf("job definition %s has %d revisions, want %d", name, len(all), want)
		}
	}
}

func activeOf(revisions map[int32]types.JobDefinition) []int32 {
	var active []int32
	for number, revision := range revisions {
		if aws.ToString(revision.Status) == "ACTIVE" {
			active = append(active, number)
		}
	}
	return active
}

// queues are those that AWS has, by name.
func (k *killing) queues(t *testing.T) map[string]types.JobQueueDetail {
	t.Helper()
	found := map[string]types.JobQueueDetail{}
	pages := awsbatch.NewDescribeJobQueuesPaginator(k.api, &awsbatch.DescribeJobQueuesInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, queue := range page.JobQueues {
			if queue.Status != types.JQStatusDeleted {
				found[*queue.JobQueueName] = queue
			}
		}
	}
	return found
}

// revisions are all that were ever registered, by name and number.
func (k *killing) revisions(t *testing.T) map[string]map[int32]types.JobDefinition {
	t.Helper()
	found := map[string]map[int32]types.JobDefinition{}
	pages := awsbatch.NewDescribeJobDefinitionsPaginator(k.api, &awsbatch.DescribeJobDefinitionsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, revision := range page.JobDefinitions {
			if found[*revision.JobDefinitionName] == nil {
				found[*revision.JobDefinitionName] = map[int32]types.JobDefinition{}
			}
			found[*revision.JobDefinitionName][*revision.Revision] = revision
		}
	}
	return found
}
