package ack

import (
	"context"
	"errors"
	"runtime"
	"testing"

	ackrtcache "github.com/aws-controllers-k8s/runtime/pkg/runtime/cache"
	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/fake"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	fakeclient "sigs.k8s.io/controller-runtime/pkg/client/fake"
)

// TestKnownNamespaces lets objects be reconciled only when the runtime's caches have what their namespace says.
func TestKnownNamespaces(t *testing.T) {
	named := func(name string, annotations, labels map[string]string) *corev1.Namespace {
		return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: annotations, Labels: labels}}
	}
	account := map[string]string{"services.k8s.aws/owner-account-id": "111122223333"}
	region := map[string]string{"services.k8s.aws/default-region": "eu-west-1"}
	stage := map[string]string{"stage": "prod"}
	cached := fake.NewClientset(named("plain", nil, nil), named("annotated", account, nil), named("late", nil, nil), named("moved", region, nil),
		named("labelled", nil, stage), named("relabelled", nil, nil))
	cache := ackrtcache.NewNamespaceCache(logr.Discard(), nil, ignoredNamespaces)
	cache.Run(cached, t.Context().Done())
	current := fakeclient.NewClientBuilder().WithScheme(clientgoscheme.Scheme).WithObjects(
		named("plain", nil, nil), named("annotated", account, nil), named("late", account, nil), named("moved", map[string]string{"services.k8s.aws/default-region": "eu-west-2"}, nil),
		named("labelled", nil, stage), named("relabelled", nil, stage), named("new", account, nil),
	).Build()
	known := &knownNamespaces{annotations: cache, labels: cache, reader: current}
	isFilled := func() bool {
		account, _ := cache.GetOwnerAccountID("annotated")
		region, _ := cache.GetDefaultRegion("moved")
		return account != "" && region != "" && len(cache.GetLabels("labelled")) > 0
	}
	for !isFilled() {
		runtime.Gosched()
	}
	for name, c := range map[string]struct {
		reason string
		want   bool
	}{
		"plain":      {"it has no annotation, and the cache none", true},
		"annotated":  {"the cache has its annotation", true},
		"late":       {"the cache has it without its annotation", false},
		"moved":      {"the cache has another region", false},
		"labelled":   {"the cache has its label", true},
		"relabelled": {"the cache has it without its label", false},
		"new":        {"the cache does not have it, and would take it for one without annotations", false},
		"gone":       {"so are the objects in it: nothing to wait for", true},
	} {
		got, err := known.isCached(t.Context(), name)
		if err != nil || got != c.want {
			t.Errorf("%s: %s: got %v, %v", name, c.reason, got, err)
		}
	}
	broken := errors.New("boom")
	if _, err := (&knownNamespaces{annotations: cache, reader: failingReader{broken}}).isCached(t.Context(), "plain"); !errors.Is(err, broken) {
		t.Errorf("the API server's error got lost: %v", err)
	}
}

// TestNewObjectsAreHeldBack has a namespace that was deleted and made again with another account, as were its objects: the
// new ones are held back although the old ones were let go.
func TestNewObjectsAreHeldBack(t *testing.T) {
	kind := corev1.SchemeGroupVersion.WithKind("ConfigMap")
	object := func(uid types.UID) *corev1.ConfigMap {
		return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: "dev", Name: "x", UID: uid}}
	}
	name := types.NamespacedName{Namespace: "dev", Name: "x"}
	cache := ackrtcache.NewNamespaceCache(logr.Discard(), nil, ignoredNamespaces)
	build := func(objects ...client.Object) client.Client {
		return fakeclient.NewClientBuilder().WithScheme(clientgoscheme.Scheme).WithObjects(objects...).Build()
	}
	old := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "dev"}}
	again := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "dev", Annotations: map[string]string{"services.k8s.aws/owner-account-id": "111122223333"}}}
	known := &knownNamespaces{annotations: cache, released: map[objectKey]types.UID{}}
	for step, c := range []struct {
		namespace, object client.Object
		want              bool
	}{
		{old, object("1"), true},
		{again, object("1"), true}, // what changes later counts from the next reconcile
		{again, object("2"), false},
	} {
		known.reader, known.cached = build(c.namespace.DeepCopyObject().(client.Object)), build(c.object)
		if got, err := known.knows(t.Context(), kind, name); err != nil || got != c.want {
			t.Errorf("step %d: got %v, %v", step, got, err)
		}
	}
	known.cached = build()
	if got, err := known.knows(t.Context(), kind, name); err != nil || !got || len(known.released) > 0 {
		t.Errorf("one that is gone: got %v, %v and %v is kept", got, err, known.released)
	}
}

type failingReader struct{ err error }

func (r failingReader) Get(context.Context, client.ObjectKey, client.Object, ...client.GetOption) error {
	return r.err
}

func (r failingReader) List(context.Context, client.ObjectList, ...client.ListOption) error {
	return r.err
}
