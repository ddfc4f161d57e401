package ack

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

// made remembers what was made in AWS for objects, until their finalizer has been seen on them by a watch.
//
// A finalizer that the API server has accepted is no promise. It deletes an object at once that had no finalizer when it
// looked, even if one has been added since; and then nothing is left that would remove what we have made. So when an object
// is gone that we have made something for, and never saw with a finalizer, we remove that ourselves.
type made struct {
	mutex   sync.Mutex
	removes map[types.NamespacedName]func(context.Context) error
}

func (m *made) add(name types.NamespacedName, remove func(context.Context) error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.removes == nil {
		m.removes = map[types.NamespacedName]func(context.Context) error{}
	}
	m.removes[name] = remove
}

// take returns how to remove what was made for an object, nil if there is nothing to remove, and forgets it.
func (m *made) take(name types.NamespacedName) func(context.Context) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	remove := m.removes[name]
	delete(m.removes, name)
	return remove
}

// removeStranded removes what is left of an object that has gone, however long AWS takes.
func removeStranded(ctx context.Context, name types.NamespacedName, remove func(context.Context) error) {
	log := log.FromContext(ctx)
	log.Info("the object was deleted while it was made: removing what was made in AWS", "object", name)
	for pause := firstBackoff; ; pause = min(2*pause, maxBackoff) {
		err := remove(ctx)
		if err == nil {
			return
		}
		var waits *wait
		if !errors.As(err, &waits) {
			log.Error(err, "cannot remove it yet", "object", name)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// remember notes what was made for an object.
func (m *resourceManager[T]) remember(object T) {
	object = copyOf(object)
	name := client.ObjectKeyFromObject(object)
	m.made.add(name, func(ctx context.Context) error {
		again := &metav1.PartialObjectMetadata{}
		again.SetGroupVersionKind(m.kind.GroupVersionKind)
		switch err := m.reader.Get(ctx, name, again); {
		case err == nil:
			// One of the same name takes it over.
			return nil
		case client.IgnoreNotFound(err) != nil:
			return err
		}
		policy, err := deletionPolicy(ctx, m.reader, object, m.kind.GroupVersionKind.Group)
		if client.IgnoreNotFound(err) != nil {
			return err
		}
		if policy == "" {
			policy = m.config.DeletionPolicy
		}
		if policy != ackv1alpha1.DeletionPolicyDelete {
			return nil
		}
		observed, err := m.operations.Read(ctx, copyOf(object))
		switch {
		case errors.Is(err, ErrNotFound) || err == nil && !m.account.Owns(object, observed.AWSTags()):
			return nil
		case err != nil:
			return err
		}
		if err := m.operations.Delete(ctx, copyOf(object), observed); err != nil {
			return err
		}
		return Wait(deletionRecheck, "%s is not gone yet", fmt.Sprint(name))
	})
}
