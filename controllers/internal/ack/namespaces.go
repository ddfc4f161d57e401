package ack

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	ackrt "github.com/aws-controllers-k8s/runtime/pkg/runtime"
	ackrtcache "github.com/aws-controllers-k8s/runtime/pkg/runtime/cache"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// namespaceRecheck is how soon we look again whether the runtime's caches know a namespace.
const namespaceRecheck = 50 * time.Millisecond

// ignoredNamespaces are those whose annotations mean nothing to ACK.
var ignoredNamespaces = []string{ackrt.NamespaceKubeSystem, ackrt.NamespaceKubePublic, ackrt.NamespaceKubeNodeLease}

// knownNamespaces holds new objects back until the runtime's caches know their namespace as it is. The runtime takes a
// namespace that it has not heard of yet for one without annotations, and one that was deleted and made again for the old
// one; it makes the objects in that account and region, where they then stay. And objects often come right after their
// namespace.
type knownNamespaces struct {
	// caches of the runtime, as far as they are in use: for annotations, and for the labels that IAMRoleSelectors match.
	annotations, labels *ackrtcache.NamespaceCache
	// reader reads from the API server, and cached what has been watched.
	reader, cached client.Reader

	mutex sync.Mutex
	// released are the objects that were let go, with their UID. What changes later in their namespace counts from the
	// next reconcile.
	released map[objectKey]types.UID
}

// knows says whether an object can be reconciled.
func (n *knownNamespaces) knows(ctx context.Context, kind schema.GroupVersionKind, name types.NamespacedName) (bool, error) {
	if slices.Contains(ignoredNamespaces, name.Namespace) {
		return true, nil
	}
	object := &metav1.PartialObjectMetadata{}
	object.SetGroupVersionKind(kind)
	key := objectKey{kind.GroupKind(), name}
	if err := n.cached.Get(ctx, name, object); err != nil {
		if apierrors.IsNotFound(err) {
			n.mutex.Lock()
			defer n.mutex.Unlock()
			delete(n.released, key)
		}
		return apierrors.IsNotFound(err), client.IgnoreNotFound(err)
	}
	n.mutex.Lock()
	isReleased := n.released[key] == object.UID
	n.mutex.Unlock()
	if isReleased {
		return true, nil
	}
	known, err := n.isCached(ctx, name.Namespace)
	if known {
		n.mutex.Lock()
		defer n.mutex.Unlock()
		n.released[key] = object.UID
	}
	return known, err
}

// isCached says whether the caches have a namespace as the API server has it.
func (n *knownNamespaces) isCached(ctx context.Context, name string) (bool, error) {
	current := &metav1.PartialObjectMetadata{}
	current.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Namespace"))
	if err := n.reader.Get(ctx, types.NamespacedName{Name: name}, current); err != nil {
		// Without a namespace there is no object either.
		return apierrors.IsNotFound(err), client.IgnoreNotFound(err)
	}
	if n.labels != nil && !maps.Equal(n.labels.GetLabels(name), current.Labels) {
		return false, nil
	}
	for _, cache := range []*ackrtcache.NamespaceCache{n.annotations, n.labels} {
		if cache == nil {
			continue
		}
		for annotation, cached := range map[string]func(string) (string, bool){
			ackv1alpha1.AnnotationOwnerAccountID: cache.GetOwnerAccountID,
			ackv1alpha1.AnnotationDefaultRegion:  cache.GetDefaultRegion,
			ackv1alpha1.AnnotationEndpointURL:    cache.GetEndpointURL,
			ackv1alpha1.AnnotationTeamID:         cache.GetTeamID,
		} {
			if value, _ := cached(name); value != current.Annotations[annotation] {
				return false, nil
			}
		}
	}
	return true, nil
}
