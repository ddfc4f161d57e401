package ack

import (
	"context"
	"fmt"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	toolscache "k8s.io/client-go/tools/cache"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// missingKindsRecheck is how often we look whether a CRD that objects refer to has been installed meanwhile.
const missingKindsRecheck = 30 * time.Second

// targets are the kinds that objects refer to. They are watched, so that those that wait for one are woken when it changes,
// and that looking at a reference, which an object does as often as at AWS, asks the API server nothing.
type targets struct {
	mgr     ctrl.Manager
	waiting *waiting

	mutex sync.Mutex
	// informers of the kinds; nil for one that is not watched (yet).
	informers map[schema.GroupKind]cache.Informer
}

func (t *targets) add(kinds []schema.GroupKind) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if t.informers == nil {
		t.informers = map[schema.GroupKind]cache.Informer{}
	}
	for _, kind := range kinds {
		t.informers[kind] = nil
	}
}

// watch watches the kinds. One whose CRD is missing is looked for again from time to time.
func (t *targets) watch(ctx context.Context) error {
	for {
		missing := 0
		for kind := range t.unwatched() {
			present, err := installed(t.mgr, kind)
			if err == nil && present {
				err = t.watchKind(ctx, kind)
			}
			switch {
			case ctx.Err() != nil:
				return nil
			case err != nil:
				t.mgr.GetLogger().Info("cannot watch what objects refer to: they are retried instead", "kind", kind.String(), "error", err.Error())
				fallthrough
			case !present:
				missing++
			}
		}
		if missing == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(missingKindsRecheck):
		}
	}
}

// unwatched are the kinds that are not watched yet.
func (t *targets) unwatched() map[schema.GroupKind]bool {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	kinds := map[schema.GroupKind]bool{}
	for kind, informer := range t.informers {
		if informer == nil {
			kinds[kind] = true
		}
	}
	return kinds
}

func (t *targets) watchKind(ctx context.Context, kind schema.GroupKind) error {
	informer, err := t.mgr.GetCache().GetInformer(ctx, newTarget(kind), cache.BlockUntilSynced(false))
	if err != nil {
		return err
	}
	changed := func(object any) {
		if one, ok := object.(client.Object); ok {
			t.waiting.changed(objectKey{kind, client.ObjectKeyFromObject(one)})
		}
	}
	if _, err := informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{
		AddFunc:    changed,
		UpdateFunc: func(_, object any) { changed(object) },
	}); err != nil {
		return fmt.Errorf("watch %s: %w", kind, err)
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.informers[kind] = informer
	return nil
}

// newTarget is an object of a kind, with nothing in it. All ACK kinds are served as v1alpha1.
func newTarget(kind schema.GroupKind) *unstructured.Unstructured {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(kind.WithVersion("v1alpha1"))
	return object
}

// over reads targets from what has been watched, and from a reader what has not: kinds that may not be watched, objects
// without the labels of --watch-selectors, and those so new that the watch has not shown them.
func (t *targets) over(reader client.Reader) client.Reader { return targetReader{reader, t} }

type targetReader struct {
	client.Reader
	targets *targets
}

func (r targetReader) Get(ctx context.Context, name client.ObjectKey, object client.Object, options ...client.GetOption) error {
	r.targets.mutex.Lock()
	informer := r.targets.informers[object.GetObjectKind().GroupVersionKind().GroupKind()]
	r.targets.mutex.Unlock()
	if informer != nil && informer.HasSynced() && r.targets.mgr.GetCache().Get(ctx, name, object, options...) == nil {
		return nil
	}
	return r.Reader.Get(ctx, name, object, options...)
}

// KeepOfWatched cuts objects down to what is read of them once they are in the manager's cache: managed fields are a good
// part of an object, and of those that others refer to, which alone are watched as unstructured, only the status counts.
func KeepOfWatched(object any) (any, error) {
	target, ok := object.(*unstructured.Unstructured)
	if !ok {
		return cache.TransformStripManagedFields()(object)
	}
	kept := newTarget(target.GroupVersionKind().GroupKind())
	kept.SetNamespace(target.GetNamespace())
	kept.SetName(target.GetName())
	kept.SetUID(target.GetUID())
	kept.SetResourceVersion(target.GetResourceVersion())
	kept.Object["status"] = target.Object["status"]
	return kept, nil
}
