package kit

import (
	"context"
	"errors"
	"testing"

	ackrtcache "github.com/aws-controllers-k8s/runtime/pkg/runtime/cache"
	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	fakeclient "sigs.k8s.io/controller-runtime/pkg/client/fake"
)

// TestKnownNamespaces lets objects be reconciled only when the runtime's cache has what their namespace says.
func TestKnownNamespaces(t *testing.T) {
	named := func(name string, annotations map[string]string) *corev1.Namespace {
		return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Annotations: annotations}}
	}
	account := map[string]string{"services.k8s.aws/owner-account-id": "111122223333"}
	region := map[string]string{"services.k8s.aws/default-region": "eu-west-1"}
	cached := fake.NewClientset(named("plain", nil), named("annotated", account), named("late", nil), named("moved", region))
	cache := ackrtcache.NewNamespaceCache(logr.Discard(), nil, ignoredNamespaces)
	cache.Run(cached, t.Context().Done())
	current := fakeclient.NewClientBuilder().WithScheme(clientgoscheme.Scheme).WithObjects(
		named("plain", nil), named("annotated", account), named("late", account), named("moved", map[string]string{"services.k8s.aws/default-region": "eu-west-2"}),
		named("new", account), named("kube-system", account),
	).Build()
	known := &knownNamespaces{cache: cache, reader: current}
	await := func(name string) {
		t.Helper()
		for {
			got, err := known.knows(t.Context(), name)
			if err != nil {
				t.Fatal(err)
			}
			if got {
				return
			}
		}
	}
	await("annotated") // the cache has been filled
	for name, c := range map[string]struct {
		reason string
		want   bool
	}{
		"plain":       {"it has no annotation, and the cache none", true},
		"annotated":   {"the cache has its annotation", true},
		"late":        {"the cache has it without its annotation", false},
		"moved":       {"the cache has another region", false},
		"new":         {"the cache does not have it, and would take it for one without annotations", false},
		"kube-system": {"ACK ignores its annotations", true},
		"gone":        {"so are the objects in it: nothing to wait for", true},
	} {
		got, err := known.knows(t.Context(), name)
		if err != nil || got != c.want {
			t.Errorf("%s: %s: got %v, %v", name, c.reason, got, err)
		}
	}
	broken := errors.New("boom")
	if _, err := (&knownNamespaces{cache: cache, reader: failingReader{broken}}).knows(t.Context(), "plain"); !errors.Is(err, broken) {
		t.Errorf("the API server's error got lost: %v", err)
	}
}

type failingReader struct{ err error }

func (r failingReader) Get(context.Context, client.ObjectKey, client.Object, ...client.GetOption) error {
	return r.err
}

func (r failingReader) List(context.Context, client.ObjectList, ...client.ListOption) error {
	return r.err
}
