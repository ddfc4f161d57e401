// Package helm_test renders the chart, and asks a real API server what it thinks of the result.
package helm_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/command"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
)

// release is what the chart is installed as, and where.
const (
	release   = "ack-sanders-controller"
	namespace = "ack-system"
)

// minimal are the values that everybody must give.
const minimal = `{image: {repository: registry.example/controller}, aws: {region: eu-central-1}, fullnameOverride: ack-sanders-controller}`

var (
	helm   string
	server *testenv.APIServer
	kube   client.Client
)

func TestMain(m *testing.M) {
	path, err := exec.Command("go", "tool", "-n", "-modfile=../tools/go.mod", "helm").Output()
	if err != nil {
		log.Fatalf("build helm: %v", err)
	}
	helm = strings.TrimSpace(string(path))
	crds, err := foreignCRDs()
	if err != nil {
		log.Fatal(err)
	}
	testenv.Main(m, func(ctx context.Context, started *testenv.APIServer) (func() error, error) {
		server = started
		if kube, err = client.New(started.Config, client.Options{}); err != nil {
			return nil, err
		}
		// As argocd/ makes it: no pod gets in that is less than restricted.
		system := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace, Labels: map[string]string{"pod-security.kubernetes.io/enforce": "restricted"}}}
		return func() error { return os.RemoveAll(crds) }, kube.Create(ctx, system)
	}, crds, "common-crds")
}

// run runs helm with values on top of the minimal ones, the later over the earlier.
func run(t *testing.T, values []string, arguments ...string) (string, error) {
	t.Helper()
	folder := t.TempDir()
	for i, text := range append([]string{minimal}, values...) {
		file := filepath.Join(folder, fmt.Sprintf("values-%d.yaml", i))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		arguments = append(arguments, "--values", file)
	}
	var stdout, stderr bytes.Buffer
	call := exec.Command(helm, arguments...)
	call.Stdout, call.Stderr = &stdout, &stderr
	if err := call.Run(); err != nil {
		return "", fmt.Errorf("%w: %s%s", err, stdout.String(), stderr.String())
	}
	return stdout.String(), nil
}

// render returns the chart's objects, by kind and name.
func render(t *testing.T, values ...string) map[string]*unstructured.Unstructured {
	t.Helper()
	text, err := run(t, values, "template", release, ".", "--namespace", namespace)
	if err != nil {
		t.Fatal(err)
	}
	objects := map[string]*unstructured.Unstructured{}
	for document := range strings.SplitSeq(text, "\n---\n") {
		object := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(document), &object.Object); err != nil {
			t.Fatalf("%v: %s", err, document)
		}
		if len(object.Object) == 0 {
			continue
		}
		key := object.GetKind() + " " + object.GetName()
		if object.GetNamespace() != "" && object.GetNamespace() != namespace {
			key += " in " + object.GetNamespace()
		}
		if objects[key] != nil {
			t.Errorf("%s is rendered twice", key)
		}
		objects[key] = object
	}
	return objects
}

const (
	everything = `{metrics: {service: {create: true}, serviceMonitor: {create: true, labels: {release: prometheus}}}, fieldExport: {secrets: true},
  networkPolicy: {metricsFrom: [{namespaceSelector: {matchLabels: {name: monitoring}}}], extraEgress: [{ports: [{port: 4566}]}]},
  image: {digest: "sha256:0000000000000000000000000000000000000000000000000000000000000000", pullSecrets: [registry]},
  deployment: {annotations: {a: b}, labels: {c: d}, replicas: 2, tolerations: [{operator: Exists}], priorityClassName: high, strategy: {type: Recreate},
    affinity: {nodeAffinity: {}}, extraVolumes: [{name: more, emptyDir: {}}], extraVolumeMounts: [{name: more, mountPath: /more}], extraEnvVars: [{name: A, value: b}]},
  role: {labels: {e: f}}, serviceAccount: {annotations: {g: h}}, aws: {endpoint_url: "http://127.0.0.1:4566", identity_endpoint_url: "http://127.0.0.1:4566",
    allow_unsafe_aws_endpoint_urls: true, credentials: {secretName: credentials}}, log: {enable_development_logging: true}, watchSelectors: "a=b",
  reconcile: {resourceResyncPeriods: {JobQueue: 300}, resourceMaxConcurrentSyncs: {JobQueue: 2}, resources: [JobQueue, Budget]}, featureGates: {TeamLevelCARM: true, ServiceLevelCARM: true}}`
	// selectors say which role is for what, in place of the maps of accounts and teams.
	selectors = `{enableCARM: false, featureGates: {IAMRoleSelector: true}}`
	narrow    = `{installScope: namespace, watchNamespace: "sanders-dev, sanders-prod", services: [budgets], leaderElection: {enabled: false}, enableCARM: false,
  podDisruptionBudget: {create: false}, networkPolicy: {create: false}, serviceAccount: {create: false, name: other}, fieldExport: {enabled: false}}`
)

// TestRendered counts what values make, and lets the API server check it.
func TestRendered(t *testing.T) {
	for name, c := range map[string]struct {
		reason, values string
		want           []string
	}{
		"defaults": {"the services that delete no data, in all namespaces", `{}`, []string{
			"ClusterRole " + release, "ClusterRole " + release + "-namespaces-cache", "ClusterRole " + release + "-reader", "ClusterRole " + release + "-writer",
			"ClusterRoleBinding " + release, "ClusterRoleBinding " + release + "-namespaces-cache",
			"Deployment " + release, "NetworkPolicy " + release, "PodDisruptionBudget " + release, "Role " + release + "-configmaps-cache", "Role " + release + "-leaderelection",
			"RoleBinding " + release + "-configmaps-cache", "RoleBinding " + release + "-leaderelection", "ServiceAccount " + release,
		}},
		"everything": {"every value set", everything, []string{
			"ClusterRole " + release, "ClusterRole " + release + "-namespaces-cache", "ClusterRole " + release + "-reader", "ClusterRole " + release + "-writer",
			"ClusterRoleBinding " + release, "ClusterRoleBinding " + release + "-namespaces-cache",
			"Deployment " + release, "NetworkPolicy " + release, "PodDisruptionBudget " + release, "Role " + release + "-configmaps-cache", "Role " + release + "-leaderelection",
			"RoleBinding " + release + "-configmaps-cache", "RoleBinding " + release + "-leaderelection", "Service " + release + "-metrics", "ServiceAccount " + release, "ServiceMonitor " + release,
		}},
		"selectors": {"no right to the map of accounts", selectors, []string{
			"ClusterRole " + release, "ClusterRole " + release + "-namespaces-cache", "ClusterRole " + release + "-reader", "ClusterRole " + release + "-writer",
			"ClusterRoleBinding " + release, "ClusterRoleBinding " + release + "-namespaces-cache",
			"Deployment " + release, "NetworkPolicy " + release, "PodDisruptionBudget " + release, "Role " + release + "-leaderelection",
			"RoleBinding " + release + "-leaderelection", "ServiceAccount " + release,
		}},
		"narrow": {"one service, two namespaces, nothing that can be left out", narrow, []string{
			"ClusterRole " + release + "-namespaces-cache", "ClusterRole " + release + "-reader", "ClusterRole " + release + "-writer",
			"ClusterRoleBinding " + release + "-namespaces-cache", "Deployment " + release,
			"Role " + release + " in sanders-dev", "Role " + release + " in sanders-prod", "RoleBinding " + release + " in sanders-dev", "RoleBinding " + release + " in sanders-prod",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			objects := render(t, c.values)
			if got := slices.Sorted(maps.Keys(objects)); !slices.Equal(got, c.want) {
				t.Errorf("%s: got %q", c.reason, got)
			}
			for key, object := range objects {
				if object.GetKind() == "ServiceMonitor" {
					continue // its CRD is the Prometheus operator's
				}
				// The namespace decides nothing of what is checked.
				if object.GetNamespace() != "" {
					object.SetNamespace(namespace)
				}
				if err := kube.Create(t.Context(), object.DeepCopy(), client.DryRunAll, client.FieldValidation("Strict")); err != nil {
					t.Errorf("%s: the API server refuses %s: %v", c.reason, key, err)
				}
			}
			if err := kube.Create(t.Context(), pod(objects["Deployment "+release]), client.DryRunAll, client.FieldValidation("Strict")); err != nil {
				t.Errorf("%s: %v", c.reason, err)
			}
			if _, err := run(t, []string{c.values}, "lint", "--strict", "."); err != nil {
				t.Errorf("%s: %v", c.reason, err)
			}
		})
	}
}

// pod is a pod as a Deployment makes it: pod security looks at pods only.
func pod(deployment *unstructured.Unstructured) *unstructured.Unstructured {
	template, _, _ := unstructured.NestedMap(deployment.Object, "spec", "template")
	made := &unstructured.Unstructured{Object: template}
	made.SetAPIVersion("v1")
	made.SetKind("Pod")
	made.SetName("controller")
	made.SetNamespace(namespace)
	// The admission plugin that turns a priority's name into a number has none here.
	unstructured.RemoveNestedField(made.Object, "spec", "priorityClassName")
	return made
}

// TestRefused gives values that cannot work: helm says which, before anything is installed.
func TestRefused(t *testing.T) {
	for name, c := range map[string]struct{ reason, values, says string }{
		"a service that is none":       {"a typing mistake", `{services: [batches]}`, "/services/0"},
		"no service":                   {"would serve nothing", `{services: []}`, "/services"},
		"a value that is none":         {"a typing mistake is not ignored", `{replicas: 2}`, "replicas"},
		"a nested value that is none":  {"a typing mistake is not ignored", `{reconcile: {defaultMaxConcurentSyncs: 2}}`, "defaultMaxConcurentSyncs"},
		"no image":                     {"nobody publishes one", `{image: {repository: ""}}`, "image.repository: name the repository"},
		"no region":                    {"AWS needs one", `{aws: {region: ""}}`, "aws.region: name the region"},
		"a region that is a zone":      {"a common mistake", `{aws: {region: eu-central-1a}}`, "/aws/region"},
		"a tag without value":          {"the controller would not start", `{resourceTags: [team]}`, "/resourceTags/0"},
		"a deletion policy":            {"the controller would not start", `{deletionPolicy: keep}`, "/deletionPolicy"},
		"a digest that is none":        {"would never be found", `{image: {digest: latest}}`, "/image/digest"},
		"a feature gate that is none":  {"the controller would not start", `{featureGates: {X: true}}`, "X"},
		"a monitor without a service":  {"would find nothing", `{metrics: {serviceMonitor: {create: true}}}`, "set metrics.service.create: true too"},
		"selectors and maps of roles":  {"the controller would not start", `{featureGates: {IAMRoleSelector: true}}`, "set enableCARM: false too"},
		"a resync that is not seconds": {"10m is not understood", `{reconcile: {defaultResyncPeriod: 10m}}`, "/reconcile/defaultResyncPeriod"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := run(t, []string{c.values}, "template", release, "."); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: got %v, want %q", c.reason, err, c.says)
			}
		})
	}
}

// TestCommonCRDs brings the CRDs of ACK's runtime where values ask for them, whole, and has helm leave them when it goes.
func TestCommonCRDs(t *testing.T) {
	objects := render(t, `{commonCRDs: {fieldExport: true, iamRoleSelector: true}}`)
	for _, plural := range []string{"fieldexports", "iamroleselectors"} {
		made := objects["CustomResourceDefinition "+plural+".services.k8s.aws"]
		if made == nil {
			t.Errorf("%s: there is no CRD", plural)
			continue
		}
		content, err := os.ReadFile(filepath.Join("common-crds", "services.k8s.aws_"+plural+".yaml"))
		if err != nil {
			t.Fatal(err)
		}
		want := &unstructured.Unstructured{}
		if err := yaml.Unmarshal(content, &want.Object); err != nil {
			t.Fatal(err)
		}
		annotations := want.GetAnnotations()
		annotations["helm.sh/resource-policy"] = "keep"
		want.SetAnnotations(annotations)
		if !equality.Semantic.DeepEqual(made.Object, want.Object) {
			t.Errorf("%s is not the CRD of ACK's runtime: %v", plural, made.Object)
		}
		if err := kube.Patch(t.Context(), made, client.Apply, client.DryRunAll, client.ForceOwnership, client.FieldOwner("test")); err != nil { //nolint:staticcheck // SA1019: the newer call takes no unstructured object
			t.Errorf("the API server refuses %s: %v", plural, err)
		}
	}
}

// TestCRDs compares the chart's with those that are generated.
func TestCRDs(t *testing.T) {
	read := func(folder string) map[string]string {
		files, err := filepath.Glob(filepath.Join(folder, "*.yaml"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no CRDs: %v", folder, err)
		}
		contents := map[string]string{}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			contents[filepath.Base(file)] = string(content)
		}
		return contents
	}
	if !maps.Equal(read("crds"), read("../config/crd/bases")) {
		t.Error("helm/crds is stale: run `make generate`")
	}
}

// TestUserRoles lets readers and writers do with the kinds of the CRDs what their names say, and nothing else.
func TestUserRoles(t *testing.T) {
	reads, writes := []string{"get", "list", "watch"}, []string{"create", "delete", "get", "list", "patch", "update", "watch"}
	for name, c := range map[string]struct {
		values string
		want   []string
	}{
		"all services": {`{}`, []string{
			"batch.services.k8s.aws/computeenvironments", "batch.services.k8s.aws/jobdefinitions", "batch.services.k8s.aws/jobqueues", "budgets.services.k8s.aws/budgets",
		}},
		"one service": {`{services: [budgets]}`, []string{"budgets.services.k8s.aws/budgets"}},
	} {
		t.Run(name, func(t *testing.T) {
			objects := render(t, c.values)
			for role, verbs := range map[string][]string{"-reader": reads, "-writer": writes} {
				var want []string
				for _, verb := range verbs {
					for _, kind := range c.want {
						want = append(want, verb+" "+kind)
					}
				}
				if got := rights(t, objects["ClusterRole "+release+role]); !slices.Equal(got, want) {
					t.Errorf("%s: want %q, got %q", role, want, got)
				}
			}
		})
	}
}

// TestVersion keeps the image's tag and the version that AWS objects are tagged with the same.
func TestVersion(t *testing.T) {
	image, _, _ := unstructured.NestedSlice(render(t, `{}`)["Deployment "+release].Object, "spec", "template", "spec", "containers")
	if got, want := image[0].(map[string]any)["image"], "registry.example/controller:"+command.Version; got != want {
		t.Errorf("installs %s, want %s", got, want)
	}
}
