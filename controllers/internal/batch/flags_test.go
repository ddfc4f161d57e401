package batch_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	"github.com/aws-controllers-k8s/runtime/pkg/featuregate"
	"github.com/aws/aws-sdk-go-v2/aws"
	awsbatch "github.com/aws/aws-sdk-go-v2/service/batch"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// What ACK's flags do, tried on our kinds.

func TestDeletionPolicyFlag(t *testing.T) {
	world.WithConfig(t, func(c *ackcfg.Config) { c.DeletionPolicy = "retain" })
	made := world.Create(t, world.Namespace(t), definitionYAML(t, "job", ""))
	world.AwaitReady(t, made)
	world.Delete(t, made)
	world.AwaitGone(t, made)
	if got := active(t, specName(made)); !slices.Equal(got, []int32{1}) {
		t.Errorf("active revisions are %v", got)
	}
}

// TestNamespacePolicyWithoutCARM keeps what a namespace says must stay, whatever else is switched off.
func TestNamespacePolicyWithoutCARM(t *testing.T) {
	world.WithConfig(t, func(c *ackcfg.Config) { c.EnableCARM = false })
	namespace := world.Namespace(t, "batch.services.k8s.aws/deletion-policy", "retain")
	compute := readyEnvironment(t, namespace, "")
	line := world.Create(t, namespace, queueYAML(t, "queue", ""))
	job := world.Create(t, namespace, definitionYAML(t, "job", ""))
	world.AwaitReady(t, line, job)
	for _, object := range []*unstructured.Unstructured{line, job, compute} {
		world.Delete(t, object)
	}
	world.AwaitGone(t, line, job, compute)
	if queue(t, specName(line)) == nil || len(active(t, specName(job))) != 1 || environment(t, specName(compute)) == nil {
		t.Error("deleted from AWS")
	}
}

// TestResyncPeriod repairs drift without anybody asking.
func TestResyncPeriod(t *testing.T) {
	namespace := world.Namespace(t)
	readyEnvironment(t, namespace, "")
	world.WithConfig(t, func(c *ackcfg.Config) { c.ReconcileResourceResyncSeconds = []string{"JobQueue=1"} })
	made := world.Create(t, namespace, queueYAML(t, "queue", ""))
	world.AwaitReady(t, made)
	name := specName(made)
	if _, err := api(t).UpdateJobQueue(t.Context(), &awsbatch.UpdateJobQueueInput{JobQueue: &name, Priority: aws.Int32(77)}); err != nil {
		t.Fatal(err)
	}
	testworld.Eventually(t, func() error {
		if priority := *queue(t, name).Priority; priority != 1 {
			return fmt.Errorf("priority is %d", priority)
		}
		return nil
	})
}

func TestResourceTagsFlag(t *testing.T) {
	world.WithConfig(t, func(c *ackcfg.Config) {
		c.ResourceTags = append(slices.Clone(c.ResourceTags), "stage=test")
		c.ResourceTagKeys = append(slices.Clone(c.ResourceTagKeys), "stage")
	})
	made := world.Create(t, world.Namespace(t), definitionYAML(t, "job", ""))
	world.AwaitReady(t, made)
	if tags := revisions(t, specName(made))[1].Tags; tags["stage"] != "test" {
		t.Errorf("tags are %v", tags)
	}
	assertQuiet(t, made)
	if tags, ok := made.Object["spec"].(map[string]any)["tags"]; ok {
		t.Errorf("the flag's tags are in the spec: %v", tags)
	}
}

func TestWatchNamespaceFlag(t *testing.T) {
	watched, other := world.Namespace(t), world.Namespace(t)
	world.WithConfig(t, func(c *ackcfg.Config) { c.WatchNamespace = watched })
	ignored := world.Create(t, other, definitionYAML(t, "ignored", ""))
	world.AwaitReady(t, world.Create(t, watched, definitionYAML(t, "job", "")))
	if err := world.Refresh(t.Context(), ignored); err != nil {
		t.Fatal(err)
	}
	if status, ok := ignored.Object["status"]; ok {
		t.Errorf("an object elsewhere was reconciled: %v", status)
	}
}

func TestReconcileResourcesFlag(t *testing.T) {
	namespace := world.Namespace(t)
	world.WithConfig(t, func(c *ackcfg.Config) { c.ReconcileResources = "JobDefinition" })
	ignored := world.Create(t, namespace, environmentYAML(t, "compute", ""))
	world.AwaitReady(t, world.Create(t, namespace, definitionYAML(t, "job", "")))
	if err := world.Refresh(t.Context(), ignored); err != nil {
		t.Fatal(err)
	}
	if status, ok := ignored.Object["status"]; ok {
		t.Errorf("an object of another kind was reconciled: %v", status)
	}
}

// TestCrossNamespaceFlag is off where a tenant must not read another's objects.
func TestCrossNamespaceFlag(t *testing.T) {
	other := world.Namespace(t)
	readyEnvironment(t, other, "")
	order := `{computeEnvironmentOrder: [{order: 1, computeEnvironmentRef: {from: {name: compute, namespace: ` + other + `}}}]}`
	allowed := world.Create(t, world.Namespace(t), queueYAML(t, "allowed", order))
	world.AwaitReady(t, allowed)
	world.AwaitCondition(t, allowed, "ACK.Advisory", "True", "")
	world.WithConfig(t, func(c *ackcfg.Config) { c.EnableCrossNamespace = false })
	world.AwaitCondition(t, world.Create(t, world.Namespace(t), queueYAML(t, "refused", order)), "ACK.ReferencesResolved", "False", other)
}

// TestMetrics counts calls and failures as the official controllers do: one for one.
func TestMetrics(t *testing.T) {
	const requests, failures = "ack_outbound_api_requests_total", "ack_outbound_api_requests_error_total"
	world.AWS.OwnAccount(t)
	registered := map[string]string{"service": "batch", "op_id": "RegisterJobDefinition", "op_type": "CREATE"}
	// Upstream's status_code is no HTTP status but the number of an enumeration: see docs/upstream.md.
	failed := map[string]string{"service": "batch", "op_id": "RegisterJobDefinition"}
	before, failedBefore := testworld.Counted(t, requests, registered), testworld.Counted(t, failures, failed)
	world.AWS.Inject(t, testenv.Fault{Kind: "error", Service: "batch", Action: "RegisterJobDefinition", At: []int{1}, Status: 500, Code: "ServerException"})
	world.AwaitReady(t, world.Create(t, world.Namespace(t), definitionYAML(t, "job", "")))
	if got := testworld.Counted(t, requests, registered) - before; got != 2 {
		t.Errorf("counted %v calls, want 2", got)
	}
	if got := testworld.Counted(t, failures, failed) - failedBefore; got != 1 {
		t.Errorf("counted %v failures, want 1", got)
	}
}

// TestSelectorsAtStart has IAMRoleSelectors, and labels of the namespace that they match, before a controller starts: not
// one object may be made with another role in between, that is, in another account, where it would stay.
func TestSelectorsAtStart(t *testing.T) {
	world.AWS.OwnAccount(t)
	account := world.AWS.Account(t)
	// Not the account's by its annotation.
	namespace := world.Namespace(t, "services.k8s.aws/owner-account-id", "")
	if err := world.Kube.Patch(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}},
		client.RawPatch(types.MergePatchType, []byte(`{"metadata": {"labels": {"stage": "selected"}}}`))); err != nil {
		t.Fatal(err)
	}
	selector := world.Create(t, "", fmt.Sprintf(`{apiVersion: services.k8s.aws/v1alpha1, kind: IAMRoleSelector, metadata: {name: batch},
		spec: {arn: %q, namespaceSelector: {names: [], labelSelector: {matchLabels: {stage: selected}}}}}`, testenv.RoleARN(account)))
	t.Cleanup(func() { _ = world.Kube.Delete(context.Background(), selector) })
	world.StopController(t)
	var made []*unstructured.Unstructured
	for i := range 20 {
		made = append(made, world.Create(t, namespace, definitionYAML(t, fmt.Sprintf("job-%d", i), "")))
	}
	world.WithConfig(t, func(c *ackcfg.Config) {
		gates := featuregate.GetDefaultFeatureGates()
		gates[featuregate.IAMRoleSelector] = featuregate.Feature{Enabled: true}
		c.EnableCARM, c.FeatureGates = false, gates
	})
	world.AwaitReady(t, made...)
	for _, object := range made {
		if owner := object.Object["status"].(map[string]any)["ackResourceMetadata"].(map[string]any)["ownerAccountID"]; owner != account {
			t.Errorf("%s is in account %v, want %s", object.GetName(), owner, account)
		}
	}
}
