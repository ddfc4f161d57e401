// Package testworld runs a controller between a real API server and the AWS emulator, for tests to work with.
package testworld

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	acktypes "github.com/aws-controllers-k8s/runtime/pkg/types"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/command"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/kit"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
)

// patience is how long tests wait for a controller to get somewhere.
const patience = 30 * time.Second

// World is what a package's tests share.
type World struct {
	// Server is the API server.
	Server *testenv.APIServer
	// Kube is a client of the API server, with every right.
	Kube client.Client
	// AWS is the emulator.
	AWS *testenv.AWS

	options *command.Options
	stop    func()
}

// Main runs a package's tests in a world with a controller that serves the components; a package's TestMain calls it.
// The flags are added to those that every test needs, and CRDs are folders with more than our own.
func Main(m *testing.M, world *World, components []command.Component, flags []string, crds ...string) {
	testenv.Main(m, func(ctx context.Context, server *testenv.APIServer) (func() error, error) {
		if err := world.begin(ctx, server, components, flags); err != nil {
			return world.end, err
		}
		return world.end, nil
	}, crds...)
}

func (w *World) begin(ctx context.Context, server *testenv.APIServer, components []command.Component, flags []string) (err error) {
	w.Server = server
	if w.AWS, err = testenv.StartAWS(); err != nil {
		return err
	}
	for name, value := range map[string]string{"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"} {
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	level := os.Getenv("LOG_LEVEL")
	if level == "" {
		level = "fatal"
	}
	w.options, err = command.Parse(append([]string{
		"--aws-region=" + testenv.Region, "--aws-endpoint-url=" + w.AWS.URL, "--aws-identity-endpoint-url=" + w.AWS.URL,
		"--allow-unsafe-aws-endpoint-urls", "--metrics-addr=0", "--healthz-addr=0", "--log-level=" + level,
	}, flags...), components, os.Stderr)
	if err != nil {
		return err
	}
	w.options.ACK.SetupLogger()
	if err := w.options.Validate(ctx); err != nil {
		return err
	}
	return w.startController()
}

// startController starts a controller; w.stop ends it.
func (w *World) startController() error {
	ctx, cancel := context.WithCancel(context.Background())
	mgr, err := w.options.NewManager(ctx, w.Server.Config, "test", acktypes.VersionInfo{GitVersion: "test"})
	if err != nil {
		cancel()
		return err
	}
	if w.Kube, err = client.New(w.Server.Config, client.Options{Scheme: mgr.GetScheme()}); err != nil {
		cancel()
		return err
	}
	stopped := make(chan error, 1)
	go func() { stopped <- mgr.Start(ctx) }()
	w.stop = func() {
		cancel()
		if err := <-stopped; err != nil && !errors.Is(err, context.Canceled) {
			fmt.Fprintf(os.Stderr, "controller: %v\n", err)
		}
	}
	return nil
}

func (w *World) end() error {
	if w.stop == nil {
		if w.AWS != nil {
			_ = w.AWS.Stop()
		}
		return nil
	}
	w.stop()
	err := w.checkPolicies()
	return errors.Join(err, w.AWS.Stop())
}

// StopController stops the controller until RestartController, or the end of the test.
func (w *World) StopController(t *testing.T) {
	t.Helper()
	w.stop()
	w.stop = nil
	t.Cleanup(func() { w.RestartController(t) })
}

// RestartController starts the controller again, with nothing in memory; one that runs is stopped first.
func (w *World) RestartController(t *testing.T) {
	t.Helper()
	if w.stop != nil {
		w.stop()
	}
	if err := w.startController(); err != nil {
		t.Fatal(err)
	}
}

// WithConfig restarts the controller with changed flags until the test ends.
func (w *World) WithConfig(t *testing.T, change func(*ackcfg.Config)) {
	t.Helper()
	before := w.options.ACK
	t.Cleanup(func() {
		w.options.ACK = before
		w.RestartController(t)
	})
	change(&w.options.ACK)
	w.RestartController(t)
}

// Namespace makes a namespace of the test's own, with annotations in pairs of key and value.
func (w *World) Namespace(t *testing.T, annotations ...string) string {
	t.Helper()
	made := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-", Annotations: map[string]string{}}}
	for i := 0; i+1 < len(annotations); i += 2 {
		made.Annotations[annotations[i]] = annotations[i+1]
	}
	if err := w.Kube.Create(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	return made.Name
}

// Parse makes an object from YAML.
func Parse(t *testing.T, namespace, text string) *unstructured.Unstructured {
	t.Helper()
	object := &unstructured.Unstructured{}
	if err := yaml.Unmarshal([]byte(text), &object.Object); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	object.SetNamespace(namespace)
	return object
}

// Create creates an object from YAML.
func (w *World) Create(t *testing.T, namespace, text string) *unstructured.Unstructured {
	t.Helper()
	object := Parse(t, namespace, text)
	if err := w.Kube.Create(t.Context(), object); err != nil {
		t.Fatal(err)
	}
	return object
}

// Patch merges YAML into an object.
func (w *World) Patch(t *testing.T, object *unstructured.Unstructured, text string) {
	t.Helper()
	patch, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	if err := w.Kube.Patch(t.Context(), object, client.RawPatch("application/merge-patch+json", patch)); err != nil {
		t.Fatal(err)
	}
}

// PatchStatus merges YAML into an object's status: for objects of kinds whose controller is not part of the test.
func (w *World) PatchStatus(t *testing.T, object *unstructured.Unstructured, text string) {
	t.Helper()
	patch, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	if err := w.Kube.Status().Patch(t.Context(), object, client.RawPatch("application/merge-patch+json", patch)); err != nil {
		t.Fatal(err)
	}
}

// Delete asks for an object's deletion.
func (w *World) Delete(t *testing.T, object client.Object) {
	t.Helper()
	if err := w.Kube.Delete(t.Context(), object); client.IgnoreNotFound(err) != nil {
		t.Fatal(err)
	}
}

// Eventually waits until check finds nothing to complain about.
func Eventually(t *testing.T, check func() error) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("after %s: %v", patience, err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// AwaitReady waits until an object's Ready condition is True for its latest spec.
func (w *World) AwaitReady(t *testing.T, objects ...*unstructured.Unstructured) {
	t.Helper()
	for _, object := range objects {
		w.AwaitCondition(t, object, "Ready", "True", "")
	}
}

// AwaitCondition waits until a condition has a status and its message or reason contains a text.
func (w *World) AwaitCondition(t *testing.T, object *unstructured.Unstructured, kind, status, text string) {
	t.Helper()
	Eventually(t, func() error {
		if err := w.Refresh(t.Context(), object); err != nil {
			return err
		}
		condition := Condition(object, kind)
		if condition["status"] == status && (contains(condition["message"], text) || contains(condition["reason"], text)) {
			return nil
		}
		conditions, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
		return fmt.Errorf("%s %s: want %s %s %q, got %v", object.GetKind(), object.GetName(), kind, status, text, conditions)
	})
}

// AwaitGone waits until objects are gone.
func (w *World) AwaitGone(t *testing.T, objects ...*unstructured.Unstructured) {
	t.Helper()
	for _, object := range objects {
		Eventually(t, func() error {
			err := w.Refresh(t.Context(), object)
			if apierrors.IsNotFound(err) {
				return nil
			}
			return fmt.Errorf("%s %s is still there (%w): %v", object.GetKind(), object.GetName(), err, object.Object["status"])
		})
	}
}

// Refresh reads an object again.
func (w *World) Refresh(ctx context.Context, object *unstructured.Unstructured) error {
	return w.Kube.Get(ctx, client.ObjectKeyFromObject(object), object)
}

// Condition is an object's condition of a type; nil if it has none.
func Condition(object *unstructured.Unstructured, kind string) map[string]any {
	conditions, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	for _, one := range conditions {
		if condition, ok := one.(map[string]any); ok && condition["type"] == kind {
			return condition
		}
	}
	return nil
}

func contains(value any, text string) bool {
	has, _ := value.(string)
	return strings.Contains(has, text)
}

// quiet is how long no call must have come for a reconcile to count as done.
const quiet = 300 * time.Millisecond

// Settle waits until the controller makes no calls any more, and returns those since one, by number.
func (w *World) Settle(t *testing.T, since int) []testenv.Call {
	t.Helper()
	calls := w.AWS.Calls(t, since)
	for {
		time.Sleep(quiet)
		more := w.AWS.Calls(t, since)
		if len(more) == len(calls) {
			return calls
		}
		calls = more
	}
}

// Reconcile makes the controller look at an object again and returns the AWS calls that it makes.
func (w *World) Reconcile(t *testing.T, object *unstructured.Unstructured) []testenv.Call {
	t.Helper()
	w.Settle(t, w.AWS.LastCall(t))
	since := w.AWS.LastCall(t)
	w.Patch(t, object, fmt.Sprintf("{metadata: {annotations: {%s: %q}}}", kit.ReconcileRequestedAt, time.Now().Format(time.RFC3339Nano)))
	Eventually(t, func() error {
		if len(w.AWS.Calls(t, since)) == 0 {
			return errors.New("no AWS call was made")
		}
		return nil
	})
	return w.Settle(t, since)
}

// Actions are the names of calls, in order.
func Actions(calls []testenv.Call) []string {
	var actions []string
	for _, call := range calls {
		actions = append(actions, call.Action)
	}
	return actions
}

// Writes are the names of the calls that change something.
func Writes(calls []testenv.Call) []string {
	return slices.DeleteFunc(Actions(calls), func(action string) bool {
		return strings.HasPrefix(action, "Describe") || strings.HasPrefix(action, "List") || strings.HasPrefix(action, "Get")
	})
}
