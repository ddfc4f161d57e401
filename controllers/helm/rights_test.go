package helm_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	acktypes "github.com/aws-controllers-k8s/runtime/pkg/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	batchv1alpha1 "github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/batch/v1alpha1"
	budgetsv1alpha1 "github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/budgets/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/batch"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/bucketemptier"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/budgets"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/command"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// foreign are the kinds of other controllers that ours looks at: group, kind, plural.
var foreign = [][3]string{
	{"batch.services.k8s.aws", "SchedulingPolicy", "schedulingpolicies"}, {"batch.services.k8s.aws", "ServiceEnvironment", "serviceenvironments"},
	{"ec2.services.k8s.aws", "LaunchTemplate", "launchtemplates"}, {"ec2.services.k8s.aws", "SecurityGroup", "securitygroups"}, {"ec2.services.k8s.aws", "Subnet", "subnets"},
	{"eks.services.k8s.aws", "Cluster", "clusters"}, {"iam.services.k8s.aws", "InstanceProfile", "instanceprofiles"}, {"iam.services.k8s.aws", "Role", "roles"},
	{"kms.services.k8s.aws", "Key", "keys"}, {"s3.services.k8s.aws", "Bucket", "buckets"},
}

// foreignCRDs writes CRDs of the foreign kinds, which take whatever they are given, into a folder.
func foreignCRDs() (string, error) {
	folder, err := os.MkdirTemp("", "crds-")
	if err != nil {
		return "", err
	}
	for _, one := range foreign {
		text := fmt.Sprintf(`apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: %[3]s.%[1]s}
spec:
  group: %[1]s
  names: {kind: %[2]s, listKind: %[2]sList, plural: %[3]s}
  scope: Namespaced
  versions:
    - {name: v1alpha1, served: true, storage: true, subresources: {status: {}}, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
`, one[0], one[1], one[2])
		if err := os.WriteFile(filepath.Join(folder, one[2]+"."+one[0]+".yaml"), []byte(text), 0o600); err != nil {
			return folder, err
		}
	}
	return folder, nil
}

// recorder notes what a client asks of the API server, as RBAC sees it: "patch budgets.services.k8s.aws/budgets/status".
type recorder struct {
	next  http.RoundTripper
	mutex sync.Mutex
	asked map[string]bool
}

func (r *recorder) RoundTrip(request *http.Request) (*http.Response, error) {
	if right := rightFor(request); right != "" {
		r.mutex.Lock()
		r.asked[right] = true
		r.mutex.Unlock()
	}
	return r.next.RoundTrip(request)
}

func (r *recorder) copy() map[string]bool {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return maps.Clone(r.asked)
}

// rightFor is the right that a request needs; "" for one that asks what the API server has.
func rightFor(request *http.Request) string {
	parts := strings.Split(strings.Trim(request.URL.Path, "/"), "/")
	group := ""
	switch {
	case len(parts) > 2 && parts[0] == "api":
		parts = parts[2:]
	case len(parts) > 3 && parts[0] == "apis":
		group, parts = parts[1], parts[3:]
	default:
		return ""
	}
	if parts[0] == "namespaces" && len(parts) > 2 {
		parts = parts[2:]
	}
	verb := map[string]string{http.MethodPost: "create", http.MethodPatch: "patch", http.MethodPut: "update", http.MethodDelete: "delete", http.MethodGet: "get"}[request.Method]
	if verb == "get" && len(parts) == 1 {
		verb = "list"
		if request.URL.Query().Get("watch") != "" {
			verb = "watch"
		}
	}
	resource := parts[0]
	if len(parts) > 2 {
		resource += "/" + parts[2]
	}
	return verb + " " + group + "/" + resource
}

// rights lists what rendered roles allow.
func rights(t *testing.T, roles ...*unstructured.Unstructured) []string {
	t.Helper()
	var all []string
	for _, role := range roles {
		rules, _, err := unstructured.NestedSlice(role.Object, "rules")
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range rules {
			rule := &unstructured.Unstructured{Object: one.(map[string]any)}
			groups, _, _ := unstructured.NestedStringSlice(rule.Object, "apiGroups")
			resources, _, _ := unstructured.NestedStringSlice(rule.Object, "resources")
			verbs, _, _ := unstructured.NestedStringSlice(rule.Object, "verbs")
			for _, group := range groups {
				for _, resource := range resources {
					for _, verb := range verbs {
						all = append(all, verb+" "+group+"/"+resource)
					}
				}
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// bound are the roles that rendered bindings give to the controller.
func bound(t *testing.T, objects map[string]*unstructured.Unstructured) []*unstructured.Unstructured {
	t.Helper()
	var roles []*unstructured.Unstructured
	for key, object := range objects {
		if !strings.Contains(key, "RoleBinding ") {
			continue
		}
		kind, _, _ := unstructured.NestedString(object.Object, "roleRef", "kind")
		name, _, _ := unstructured.NestedString(object.Object, "roleRef", "name")
		role := objects[kind+" "+name]
		if role == nil {
			t.Fatalf("%s binds a %s %s that is not there", key, kind, name)
		}
		roles = append(roles, role)
	}
	return roles
}

// TestRights runs the controller as the service account that the chart makes, with the arguments that it gives, and puts
// each kind through its life. The chart's rights must be enough, and none may be there that is not needed.
func TestRights(t *testing.T) {
	for name, values := range map[string]string{"with the map of accounts": `{}`, "with selectors": selectors} {
		t.Run(name, func(t *testing.T) { checkRights(t, values) })
	}
}

func checkRights(t *testing.T, values string) {
	t.Helper()
	cloud, err := testenv.StartAWS()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cloud.Stop() })
	for name, value := range map[string]string{"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "ACK_SYSTEM_NAMESPACE": namespace} {
		t.Setenv(name, value)
	}
	endpoints := fmt.Sprintf("{aws: {endpoint_url: %[1]q, identity_endpoint_url: %[1]q, allow_unsafe_aws_endpoint_urls: true}, log: {level: fatal}}", cloud.URL)
	objects := render(t, values, endpoints, `{services: [batch, budgets, bucket-emptier]}`)
	for key, object := range objects {
		if strings.Contains(key, "Role") {
			made := object.DeepCopy()
			if err := kube.Create(t.Context(), made); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = kube.Delete(context.Background(), made) })
		}
	}
	// Or the next controller waits for the lease to run out.
	lease := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Name: "sanders-ack-controller", Namespace: namespace}}
	t.Cleanup(func() { _ = kube.Delete(context.Background(), lease) })
	world := &testworld.World{Kube: kube, AWS: cloud}
	asked := start(t, objects["Deployment "+release])
	lives(t, world)

	allowed := rights(t, bound(t, objects)...)
	// Watches of what objects refer to begin one after the other.
	testworld.Eventually(t, func() error {
		if unneeded := without(allowed, withImplied(asked.copy())); len(unneeded) > 0 {
			return fmt.Errorf("the controller has the rights to %q, but does not need them", unneeded)
		}
		return nil
	})
	if missing := without(slices.Sorted(maps.Keys(asked.copy())), set(allowed)); len(missing) > 0 {
		t.Errorf("the controller needs the rights to %q", missing)
	}
}

// withImplied adds rights that are needed at other times than in this test.
func withImplied(needed map[string]bool) map[string]bool {
	for right := range maps.Clone(needed) {
		if what, watched := strings.CutPrefix(right, "watch "); watched {
			// An API server of today streams the list with the watch; others are asked for it.
			needed["list "+what] = true
		}
	}
	// An event that happens again is counted, which these did not.
	needed["patch /events"] = true
	for _, kind := range referred() {
		// Read when an object refers to one.
		needed["get "+kind] = true
	}
	return needed
}

func without(rights []string, some map[string]bool) []string {
	return slices.DeleteFunc(slices.Clone(rights), func(right string) bool { return some[right] })
}

func set(rights []string) map[string]bool {
	all := map[string]bool{}
	for _, right := range rights {
		all[right] = true
	}
	return all
}

// referred are the kinds that ours can refer to, as RBAC names them.
func referred() []string {
	var kinds []string
	for _, object := range []ack.Object{&batchv1alpha1.ComputeEnvironment{}, &batchv1alpha1.JobQueue{}, &batchv1alpha1.JobDefinition{}, &budgetsv1alpha1.Budget{}} {
		for _, target := range ack.ReferenceTargets(object) {
			for _, one := range foreign {
				if one[0] == target.Group && one[1] == target.Kind {
					kinds = append(kinds, target.Group+"/"+one[2])
				}
			}
		}
	}
	return kinds
}

// start runs a controller as a Deployment's pod would, and returns what it asks of the API server.
func start(t *testing.T, deployment *unstructured.Unstructured) *recorder {
	t.Helper()
	containers, _, _ := unstructured.NestedSlice(deployment.Object, "spec", "template", "spec", "containers")
	arguments, _, _ := unstructured.NestedStringSlice(containers[0].(map[string]any), "args")
	batchService, budgetsService := batch.Service(), budgets.Service()
	options, err := command.Parse(append(arguments, "--metrics-addr=0", "--healthz-addr=0"), []command.Component{
		{Name: "batch", Service: &batchService, AddToScheme: batchv1alpha1.AddToScheme},
		{Name: "budgets", Service: &budgetsService, AddToScheme: budgetsv1alpha1.AddToScheme},
		{Name: bucketemptier.Name, AddToScheme: corev1.AddToScheme, Setup: bucketemptier.Setup},
	}, os.Stderr)
	if err != nil {
		t.Fatal(err)
	}
	options.ACK.SetupLogger()
	if err := options.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	recorded := &recorder{asked: map[string]bool{}}
	pod := rest.CopyConfig(server.Config)
	pod.Impersonate.UserName = "system:serviceaccount:" + namespace + ":" + release
	pod.Wrap(func(next http.RoundTripper) http.RoundTripper {
		recorded.next = next
		return recorded
	})
	ctx, cancel := context.WithCancel(context.Background())
	mgr, err := options.NewManager(ctx, pod, "sanders-ack-controller", acktypes.VersionInfo{GitVersion: "test"})
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- mgr.Start(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-stopped; err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("controller: %v", err)
		}
	})
	return recorded
}

// lives puts each kind through its life: references, Ready, an exported field, an emptied bucket, deletion.
func lives(t *testing.T, world *testworld.World) {
	t.Helper()
	subnets, group := world.AWS.Network(t)
	place := world.Namespace(t, "services.k8s.aws/owner-account-id", testenv.AccountID)
	roles := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "ack-role-account-map", Namespace: namespace}, Data: map[string]string{testenv.AccountID: "arn:aws:iam::" + testenv.AccountID + ":role/target"}}
	outputs := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "outputs", Namespace: place}}
	for _, one := range []client.Object{roles, outputs} {
		if err := kube.Create(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = kube.Delete(context.Background(), one) })
	}
	ready := `status: {conditions: [{type: ACK.ResourceSynced, status: "True"}, {type: Ready, status: "True"}], `
	for _, one := range []struct{ text, status string }{
		{"{apiVersion: ec2.services.k8s.aws/v1alpha1, kind: Subnet, metadata: {name: subnet}}", ready + "subnetID: " + subnets[0] + "}"},
		{"{apiVersion: ec2.services.k8s.aws/v1alpha1, kind: SecurityGroup, metadata: {name: group}}", ready + "id: " + group + "}"},
	} {
		world.PatchStatus(t, world.Create(t, place, one.text), one.status)
	}
	var made []*unstructured.Unstructured
	for _, text := range []string{
		`{apiVersion: batch.services.k8s.aws/v1alpha1, kind: ComputeEnvironment, metadata: {name: compute}, spec: {name: compute, type: MANAGED, computeResources: {type: FARGATE, maxvCPUs: 16,
  subnetRefs: [{from: {name: subnet}}], securityGroupRefs: [{from: {name: group}}]}}}`,
		`{apiVersion: batch.services.k8s.aws/v1alpha1, kind: JobQueue, metadata: {name: queue}, spec: {name: queue, priority: 1, computeEnvironmentOrder: [{order: 1, computeEnvironmentRef: {from: {name: compute}}}]}}`,
		`{apiVersion: batch.services.k8s.aws/v1alpha1, kind: JobDefinition, metadata: {name: job}, spec: {name: job, type: container, platformCapabilities: [FARGATE], containerProperties: {image: example,
  executionRoleARN: "arn:aws:iam::120569615884:role/execution", resourceRequirements: [{type: VCPU, value: "0.5"}, {type: MEMORY, value: "2048"}]}}}`,
		`{apiVersion: budgets.services.k8s.aws/v1alpha1, kind: Budget, metadata: {name: budget}, spec: {name: budget, budgetType: COST, timeUnit: MONTHLY, budgetLimit: {amount: "10", unit: USD}}}`,
	} {
		made = append(made, world.Create(t, place, text))
	}
	world.AwaitReady(t, made...)
	export := world.Create(t, place, `{apiVersion: services.k8s.aws/v1alpha1, kind: FieldExport, metadata: {name: export}, spec: {from: {path: .status.ackResourceMetadata.arn,
  resource: {group: batch.services.k8s.aws, kind: JobQueue, name: queue}}, to: {name: outputs, kind: configmap, key: queue}}}`)
	testworld.Eventually(t, func() error {
		if err := kube.Get(t.Context(), client.ObjectKeyFromObject(outputs), outputs); err != nil || outputs.Data["queue"] == "" {
			return fmt.Errorf("nothing is exported: %w", err)
		}
		return nil
	})
	bucket := world.Create(t, place, `{apiVersion: s3.services.k8s.aws/v1alpha1, kind: Bucket, spec: {name: sanders-rights}, metadata: {name: bucket, finalizers: [finalizers.s3.services.k8s.aws/Bucket],
  annotations: {s3.services.k8s.aws/empty-on-delete: "true"}}}`)
	emptied(t, world, bucket)
	for _, object := range append([]*unstructured.Unstructured{export}, made...) {
		world.Delete(t, object)
	}
	world.AwaitGone(t, made...)
}

// emptied deletes a Bucket whose AWS bucket is not empty, waits until it is, and then does the S3 controller's part.
func emptied(t *testing.T, world *testworld.World, bucket *unstructured.Unstructured) {
	t.Helper()
	api, name := s3.NewFromConfig(world.AWS.Config(t), func(o *s3.Options) { o.UsePathStyle = true }), "sanders-rights"
	location := &types.CreateBucketConfiguration{LocationConstraint: testenv.Region}
	if _, err := api.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name, CreateBucketConfiguration: location}); err != nil {
		t.Fatal(err)
	}
	if _, err := api.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &name, Key: &name, Body: strings.NewReader("content")}); err != nil {
		t.Fatal(err)
	}
	world.Delete(t, bucket)
	testworld.Eventually(t, func() error {
		events := &corev1.EventList{}
		if err := kube.List(t.Context(), events, client.InNamespace(bucket.GetNamespace())); err != nil {
			return err
		}
		events.Items = slices.DeleteFunc(events.Items, func(e corev1.Event) bool { return e.InvolvedObject.UID != bucket.GetUID() })
		if err := world.Refresh(t.Context(), bucket); err != nil {
			return err
		}
		spec := bucket.Object["spec"].(map[string]any)
		if len(events.Items) == 0 || len(spec) == 1 {
			return fmt.Errorf("no event, or the S3 controller is not woken: %v %v", events.Items, spec)
		}
		return nil
	})
	world.Patch(t, bucket, "{metadata: {finalizers: null}}")
}
