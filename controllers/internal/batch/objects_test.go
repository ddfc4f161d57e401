package batch_test

import (
	"fmt"
	"strings"
	"testing"

	awsbatch "github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

const role = "arn:aws:iam::120569615884:role/execution"

// unique is a name for an AWS object of a test's own.
func unique(t *testing.T, suffix string) string {
	return testworld.Name(t) + "-" + suffix
}

// environmentYAML is a compute environment on Fargate, with more YAML merged into its spec.
func environmentYAML(t *testing.T, name, more string) string {
	subnets, group := world.AWS.Network(t)
	return fmt.Sprintf(`
apiVersion: batch.services.k8s.aws/v1alpha1
kind: ComputeEnvironment
metadata: {name: %s}
spec: %s
`, name, flow(t, fmt.Sprintf(`{name: %s, type: MANAGED, computeResources: {type: FARGATE, maxvCPUs: 16, subnets: [%s], securityGroupIDs: [%s]}}`,
		unique(t, name), subnets[0], group), more))
}

func queueYAML(t *testing.T, name, more string) string {
	return fmt.Sprintf(`
apiVersion: batch.services.k8s.aws/v1alpha1
kind: JobQueue
metadata: {name: %s}
spec: %s
`, name, flow(t, fmt.Sprintf(`{name: %s, priority: 1, computeEnvironmentOrder: [{order: 1, computeEnvironmentRef: {from: {name: compute}}}]}`, unique(t, name)), more))
}

func definitionYAML(t *testing.T, name, more string) string {
	return fmt.Sprintf(`
apiVersion: batch.services.k8s.aws/v1alpha1
kind: JobDefinition
metadata: {name: %s}
spec: %s
`, name, flow(t, fmt.Sprintf(`{name: %s, type: container, platformCapabilities: [FARGATE], containerProperties: {image: example, executionRoleARN: %q,
  resourceRequirements: [{type: VCPU, value: "0.5"}, {type: MEMORY, value: "2048"}]}}`, unique(t, name), role), more))
}

// flow merges YAML into YAML and writes it in one line.
func flow(t *testing.T, base, more string) string {
	t.Helper()
	merged, changes := map[string]any{}, map[string]any{}
	for text, into := range map[string]*map[string]any{base: &merged, more: &changes} {
		if err := yaml.Unmarshal([]byte(text), into); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	}
	merge(merged, changes)
	object := unstructured.Unstructured{Object: map[string]any{"kind": "x", "spec": merged}}
	text, err := object.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	_, spec, _ := strings.Cut(string(text), `"spec":`)
	return strings.TrimSuffix(strings.TrimSpace(spec), "}")
}

func merge(into, changes map[string]any) {
	for key, value := range changes {
		inner, isMap := value.(map[string]any)
		current, hasMap := into[key].(map[string]any)
		switch {
		case value == nil:
			delete(into, key)
		case isMap && hasMap:
			merge(current, inner)
		default:
			into[key] = value
		}
	}
}

// insist makes a call of the test's own again when it fails: faults that are meant for the controller hit it too.
func insist[A any](t *testing.T, call func() (A, error)) A {
	t.Helper()
	for attempt := 1; ; attempt++ {
		answer, err := call()
		if err == nil {
			return answer
		}
		if attempt == 20 {
			t.Fatal(err)
		}
	}
}

// environment is what AWS has under a name; nil when it has nothing.
func environment(t *testing.T, name string) *types.ComputeEnvironmentDetail {
	t.Helper()
	answer := insist(t, func() (*awsbatch.DescribeComputeEnvironmentsOutput, error) {
		return api(t).DescribeComputeEnvironments(t.Context(), &awsbatch.DescribeComputeEnvironmentsInput{ComputeEnvironments: []string{name}})
	})
	if len(answer.ComputeEnvironments) == 0 || answer.ComputeEnvironments[0].Status == "DELETED" {
		return nil
	}
	return &answer.ComputeEnvironments[0]
}

func queue(t *testing.T, name string) *types.JobQueueDetail {
	t.Helper()
	answer := insist(t, func() (*awsbatch.DescribeJobQueuesOutput, error) {
		return api(t).DescribeJobQueues(t.Context(), &awsbatch.DescribeJobQueuesInput{JobQueues: []string{name}})
	})
	if len(answer.JobQueues) == 0 || answer.JobQueues[0].Status == "DELETED" {
		return nil
	}
	return &answer.JobQueues[0]
}

// revisions are the job definition's revisions in AWS, by number.
func revisions(t *testing.T, name string) map[int32]types.JobDefinition {
	t.Helper()
	found := map[int32]types.JobDefinition{}
	pages := awsbatch.NewDescribeJobDefinitionsPaginator(api(t), &awsbatch.DescribeJobDefinitionsInput{JobDefinitionName: &name})
	for pages.HasMorePages() {
		page := insist(t, func() (*awsbatch.DescribeJobDefinitionsOutput, error) { return pages.NextPage(t.Context()) })
		for _, one := range page.JobDefinitions {
			found[*one.Revision] = one
		}
	}
	return found
}

// active are the numbers of the active revisions, in order.
func active(t *testing.T, name string) []int32 {
	t.Helper()
	var numbers []int32
	all := revisions(t, name)
	for number := int32(1); int(number) <= len(all)+10; number++ {
		if one, ok := all[number]; ok && *one.Status == "ACTIVE" {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// readyEnvironment creates a compute environment "compute" and waits until it is ready.
func readyEnvironment(t *testing.T, namespace, more string) *unstructured.Unstructured {
	t.Helper()
	made := world.Create(t, namespace, environmentYAML(t, "compute", more))
	world.AwaitReady(t, made)
	return made
}

// specName is an object's name in AWS.
func specName(object *unstructured.Unstructured) string {
	name, _, _ := unstructured.NestedString(object.Object, "spec", "name")
	return name
}

// assertQuiet reconciles an object and complains about calls other than one Describe, and about changes to the object.
func assertQuiet(t *testing.T, object *unstructured.Unstructured) {
	t.Helper()
	calls := world.Reconcile(t, object)
	if len(calls) != 1 || len(testworld.Writes(calls)) != 0 {
		t.Errorf("a reconcile with nothing to do made the calls %v, want one Describe", testworld.Actions(calls))
	}
	version := object.GetResourceVersion()
	if err := world.Refresh(t.Context(), object); err != nil {
		t.Fatal(err)
	}
	if object.GetResourceVersion() != version {
		t.Errorf("a reconcile with nothing to do changed the object: %v", object.Object)
	}
}
