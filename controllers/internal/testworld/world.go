// Package testworld runs a controller between a real API server and the AWS emulator, for tests to work with.
package testworld

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	ackrtcache "github.com/aws-controllers-k8s/runtime/pkg/runtime/cache"
	acktypes "github.com/aws-controllers-k8s/runtime/pkg/types"
	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/yaml"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/command"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
)

// patience is how long tests wait for a controller to get somewhere.
const patience = 60 * time.Second

// World is what a package's tests share.
type World struct {
	// Server is the API server.
	Server *testenv.APIServer
	// Kube is a client of the API server, with every right.
	Kube client.Client
	// AWS is the emulator.
	AWS *testenv.AWS

	options  *command.Options
	activity activity
	requests requests
	// stop ends the controller; nil when none runs.
	stop func() error

	mutex sync.Mutex
	// changed is when tests last changed the spec of an object.
	changed map[reconciled]time.Time
	// namespaces that tests have made, by account.
	namespaces map[string][]string
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
	w.options, err = command.Parse(append([]string{
		"--aws-region=" + testenv.Region, "--aws-endpoint-url=" + w.AWS.URL, "--aws-identity-endpoint-url=" + w.AWS.URL,
		"--allow-unsafe-aws-endpoint-urls", "--metrics-addr=0", "--healthz-addr=0",
	}, flags...), components, os.Stderr)
	if err != nil {
		return err
	}
	ctrl.SetLogger(logr.New(activitySink{LogSink: logSink(), activity: &w.activity}))
	if err := w.options.Validate(ctx); err != nil {
		return err
	}
	if err := mapAccounts(ctx, server.Config); err != nil {
		return err
	}
	return w.startController()
}

// logSink is where the controller logs to: with LOG=1 standard error, else nowhere.
func logSink() logr.LogSink {
	if os.Getenv("LOG") != "" {
		return zap.New(zap.UseDevMode(true)).GetSink()
	}
	return funcr.New(func(string, string) {}, funcr.Options{}).GetSink()
}

// mapAccounts tells controllers which roles to assume for the accounts that tests have of their own.
func mapAccounts(ctx context.Context, config *rest.Config) error {
	kube, err := client.New(config, client.Options{})
	if err != nil {
		return err
	}
	roles := map[string]string{}
	for index := range testenv.Accounts {
		account := testenv.ExtraAccount(index)
		roles[account] = testenv.RoleARN(account)
	}
	const system = "ack-system"
	return errors.Join(
		kube.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: system}}),
		kube.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: system, Name: ackrtcache.ACKRoleAccountMap}, Data: roles}),
	)
}

// Parallel runs a test beside others, in an AWS account of its own. It is for tests that leave the controller and the
// emulator's delays as they are.
func (w *World) Parallel(t *testing.T) {
	t.Helper()
	w.AWS.OwnAccount(t)
	t.Parallel()
}

// startController starts a controller; w.stop ends it.
func (w *World) startController() error {
	ctx, cancel := context.WithCancel(context.Background())
	mgr, err := w.options.NewManager(ctx, w.requests.counting(w.Server.Config), "test", acktypes.VersionInfo{GitVersion: "test"})
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
	w.stop = func() error {
		cancel()
		if err := <-stopped; err != nil && !errors.Is(err, context.Canceled) {
			return fmt.Errorf("stop the controller: %w", err)
		}
		return nil
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
	return errors.Join(w.stop(), w.checkPolicies(), w.AWS.Stop())
}

// StopController stops the controller until RestartController, or the end of the test.
func (w *World) StopController(t *testing.T) {
	t.Helper()
	if err := w.stop(); err != nil {
		t.Error(err)
	}
	w.stop = nil
	t.Cleanup(func() { w.RestartController(t) })
}

// RestartController starts the controller again, with nothing in memory; one that runs is stopped first.
func (w *World) RestartController(t *testing.T) {
	t.Helper()
	if w.stop != nil {
		if err := w.stop(); err != nil {
			t.Error(err)
		}
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

// Namespace makes a namespace of the test's own, for the test's account, with annotations in pairs of key and value.
func (w *World) Namespace(t *testing.T, annotations ...string) string {
	t.Helper()
	made := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-", Annotations: map[string]string{}}}
	if account := w.AWS.Account(t); account != testenv.AccountID {
		made.Annotations[ackv1alpha1.AnnotationOwnerAccountID] = account
	}
	for i := 0; i+1 < len(annotations); i += 2 {
		made.Annotations[annotations[i]] = annotations[i+1]
	}
	if err := w.Kube.Create(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.namespaces == nil {
		w.namespaces = map[string][]string{}
	}
	w.namespaces[w.AWS.Account(t)] = append(w.namespaces[w.AWS.Account(t)], made.Name)
	return made.Name
}

// busy says whether an object of the test's account is being reconciled.
func (w *World) busy(t *testing.T) bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.activity.busy(w.namespaces[w.AWS.Account(t)])
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
	before, now := object.GetGeneration(), time.Now()
	if err := w.Kube.Patch(t.Context(), object, client.RawPatch("application/merge-patch+json", patch)); err != nil {
		t.Fatal(err)
	}
	if object.GetGeneration() != before {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		if w.changed == nil {
			w.changed = map[reconciled]time.Time{}
		}
		w.changed[asReconciled(object)] = now
	}
}

func asReconciled(object *unstructured.Unstructured) reconciled {
	return reconciled{object.GetKind(), object.GetNamespace(), object.GetName()}
}

// isOutdated says whether the controller has not looked at an object since a test changed its spec. Conditions do not say
// of which generation they are.
func (w *World) isOutdated(object *unstructured.Unstructured) bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	changed, ever := w.changed[asReconciled(object)]
	return ever && !w.activity.lookedSince(asReconciled(object), changed)
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

// longestName is how long names in AWS may be everywhere.
const longestName = 60

var notInNames = regexp.MustCompile(`[^A-Za-z0-9]+`)

// Name is what a test names things in AWS: after itself, but in letters, digits and dashes, and not too long.
func Name(t *testing.T) string {
	t.Helper()
	name := strings.Trim(notInNames.ReplaceAllString(t.Name(), "-"), "-")
	if len(name) <= longestName {
		return name
	}
	checksum := fmt.Sprintf("-%08x", crc32.ChecksumIEEE([]byte(t.Name())))
	return name[:longestName-len(checksum)] + checksum
}

// Delete asks for an object's deletion.
func (w *World) Delete(t *testing.T, object client.Object) {
	t.Helper()
	if err := w.Kube.Delete(t.Context(), object); client.IgnoreNotFound(err) != nil {
		t.Fatal(err)
	}
}

// firstPause and lastPause are between two checks for something that has to come: soon at first, then more rarely, as
// checks are work too.
const firstPause, lastPause = 10 * time.Millisecond, 80 * time.Millisecond

// Eventually waits until check finds nothing to complain about.
func Eventually(t *testing.T, check func() error) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := check()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("after %s: %v", patience, err)
		}
		time.Sleep(pause)
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
		// Before it is read: what is read after a look is what the look has written.
		if w.isOutdated(object) {
			return fmt.Errorf("%s %s: the controller has not looked since its spec changed", object.GetKind(), object.GetName())
		}
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

// quiet is how long nothing must have happened for a controller to count as done.
const quiet = 250 * time.Millisecond

// Settle waits until the controller has no more to do for the test's account: it reconciles nothing and makes no calls. It
// returns the calls since one, by number.
func (w *World) Settle(t *testing.T, since int) []testenv.Call {
	t.Helper()
	for calls := w.AWS.Calls(t, since); ; {
		time.Sleep(quiet)
		busy, more := w.busy(t), w.AWS.Calls(t, since)
		if !busy && len(more) == len(calls) {
			return calls
		}
		calls = more
	}
}

// Reconcile makes the controller look at an object again and returns the AWS calls that it makes.
func (w *World) Reconcile(t *testing.T, object *unstructured.Unstructured) []testenv.Call {
	t.Helper()
	w.Settle(t, w.AWS.LastCall(t))
	since, now := w.AWS.LastCall(t), time.Now()
	w.Patch(t, object, fmt.Sprintf("{metadata: {annotations: {%s: %q}}}", ack.ReconcileRequestedAt, time.Now().Format(time.RFC3339Nano)))
	Eventually(t, func() error {
		if !w.activity.lookedSince(asReconciled(object), now) {
			return errors.New("the controller has not looked at it")
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
