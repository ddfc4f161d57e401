package kit

import (
	"sync"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

// target is an object that others refer to.
type target struct {
	kind schema.GroupKind
	name types.NamespacedName
}

// waiter is an object that waits for a reference.
type waiter struct {
	kind schema.GroupKind
	name types.NamespacedName
}

// waiting remembers who waits for what, so that a change of the one wakes the other at once.
type waiting struct {
	mutex   sync.Mutex
	waiters map[target]map[waiter]bool
	// wake asks for a reconcile.
	wake func(waiter)
}

func newWaiting(wake func(waiter)) *waiting {
	return &waiting{waiters: map[target]map[waiter]bool{}, wake: wake}
}

func (w *waiting) add(t target, by waiter) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.waiters[t] == nil {
		w.waiters[t] = map[waiter]bool{}
	}
	w.waiters[t][by] = true
}

func (w *waiting) remove(t target, by waiter) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	delete(w.waiters[t], by)
	if len(w.waiters[t]) == 0 {
		delete(w.waiters, t)
	}
}

// changed wakes those that wait for an object. They stay listed until their reference resolves.
func (w *waiting) changed(t target) {
	w.mutex.Lock()
	var waiters []waiter
	for one := range w.waiters[t] {
		waiters = append(waiters, one)
	}
	w.mutex.Unlock()
	for _, one := range waiters {
		w.wake(one)
	}
}
