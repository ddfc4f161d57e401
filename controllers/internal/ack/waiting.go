package ack

import (
	"maps"
	"slices"
	"sync"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

// objectKey is an object's kind and name.
type objectKey struct {
	kind schema.GroupKind
	name types.NamespacedName
}

// waiting remembers who waits for what, so that a change of the one wakes the other at once.
type waiting struct {
	mutex   sync.Mutex
	waiters map[objectKey]map[objectKey]bool
	// targets is the reverse: what each waits for.
	targets map[objectKey]map[objectKey]bool
	// wake asks for a reconcile.
	wake func(objectKey)
}

func newWaiting(wake func(objectKey)) *waiting {
	return &waiting{waiters: map[objectKey]map[objectKey]bool{}, targets: map[objectKey]map[objectKey]bool{}, wake: wake}
}

// add notes that an object waits for another.
func (w *waiting) add(target, by objectKey) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	put(w.waiters, target, by)
	put(w.targets, by, target)
}

// remove notes that it does no longer.
func (w *waiting) remove(target, by objectKey) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	drop(w.waiters, target, by)
	drop(w.targets, by, target)
}

// forget notes that an object waits for nothing: it is gone, or it is about to say anew what it waits for.
func (w *waiting) forget(by objectKey) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	for target := range w.targets[by] {
		drop(w.waiters, target, by)
	}
	delete(w.targets, by)
}

func put(sets map[objectKey]map[objectKey]bool, key, value objectKey) {
	if sets[key] == nil {
		sets[key] = map[objectKey]bool{}
	}
	sets[key][value] = true
}

func drop(sets map[objectKey]map[objectKey]bool, key, value objectKey) {
	delete(sets[key], value)
	if len(sets[key]) == 0 {
		delete(sets, key)
	}
}

// changed wakes those that wait for an object. They stay listed until their reference resolves.
func (w *waiting) changed(target objectKey) {
	w.mutex.Lock()
	waiters := slices.Collect(maps.Keys(w.waiters[target]))
	w.mutex.Unlock()
	for _, one := range waiters {
		w.wake(one)
	}
}
