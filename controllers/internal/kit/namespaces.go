package kit

import (
	"context"
	"slices"
	"sync"
	"time"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	ackrt "github.com/aws-controllers-k8s/runtime/pkg/runtime"
	ackrtcache "github.com/aws-controllers-k8s/runtime/pkg/runtime/cache"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// namespaceRecheck is how soon we look again whether the runtime's cache knows a namespace.
const namespaceRecheck = 50 * time.Millisecond

// ignoredNamespaces are those whose annotations mean nothing to ACK.
var ignoredNamespaces = []string{ackrt.NamespaceKubeSystem, ackrt.NamespaceKubePublic, ackrt.NamespaceKubeNodeLease}

// knownNamespaces holds objects back until the runtime's cache knows their namespace. The runtime takes a namespace that it
// has not heard of yet for one without annotations, and makes its objects in the controller's own account and region,
// where they then stay; and an object often comes right after its namespace.
type knownNamespaces struct {
	cache  *ackrtcache.NamespaceCache
	reader client.Reader
	// known are the names of those that the cache has had right once. What changes later counts from the next reconcile.
	known sync.Map
}

// knows says whether the cache has a namespace's account, region, endpoint and team.
func (n *knownNamespaces) knows(ctx context.Context, name string) (bool, error) {
	if _, known := n.known.Load(name); known || slices.Contains(ignoredNamespaces, name) {
		return true, nil
	}
	current := &metav1.PartialObjectMetadata{}
	current.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Namespace"))
	if err := n.reader.Get(ctx, types.NamespacedName{Name: name}, current); err != nil {
		// Without a namespace there is no object either.
		return apierrors.IsNotFound(err), client.IgnoreNotFound(err)
	}
	for annotation, cached := range map[string]func(string) (string, bool){
		ackv1alpha1.AnnotationOwnerAccountID: n.cache.GetOwnerAccountID,
		ackv1alpha1.AnnotationDefaultRegion:  n.cache.GetDefaultRegion,
		ackv1alpha1.AnnotationEndpointURL:    n.cache.GetEndpointURL,
		ackv1alpha1.AnnotationTeamID:         n.cache.GetTeamID,
	} {
		if value, _ := cached(name); value != current.Annotations[annotation] {
			return false, nil
		}
	}
	n.known.Store(name, true)
	return true, nil
}
