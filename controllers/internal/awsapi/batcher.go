package awsapi

import (
	"context"
	"maps"
	"sync"
	"time"
)

const (
	// busyLingers is how many times its Linger a batch waits for the next name when others have come.
	busyLingers = 2
	// maxLingers is how many times its Linger it waits in all.
	maxLingers = 8
)

// batchTimeout bounds a call that serves many.
const batchTimeout = time.Minute

// Batcher joins the Describe calls of many reconciles into one, where the API takes many names a call. It is for calls
// that leave unknown names out of their answer.
type Batcher[V any] struct {
	// Max is how many names a call takes.
	Max int
	// Linger is how long the first name waits for others. When some come, there are many to come: then the batch waits
	// for the next one several times as long.
	Linger time.Duration
	// Call asks for the names and returns what it finds, by name.
	Call func(ctx context.Context, names []string) (map[string]V, error)

	mutex   sync.Mutex
	pending *batch[V]
}

// batch is a call that is being filled, or under way.
type batch[V any] struct {
	names map[string]bool
	timer *time.Timer
	// latest is when it goes, whoever may come yet.
	latest time.Time
	done   chan struct{}
	found  map[string]V
	// errs has the error of each name that could not be asked for.
	errs map[string]error
}

// Get returns what is found under the names. They go into one call; they must not be more than Max.
//
// AWS refuses a whole call for one name in it that it does not like. Then each name is asked for by itself, so that the
// others are answered.
func (b *Batcher[V]) Get(ctx context.Context, names ...string) (map[string]V, error) {
	joined := b.join(names)
	select {
	case <-joined.done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	found := make(map[string]V, len(names))
	for _, name := range names {
		if err := joined.errs[name]; err != nil {
			return nil, err
		}
		if value, ok := joined.found[name]; ok {
			found[name] = value
		}
	}
	return found, nil
}

// join adds names to the batch that is being filled, and sends it when it is full.
func (b *Batcher[V]) join(names []string) *batch[V] {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.pending != nil && len(b.pending.names)+len(names) > b.Max {
		b.send(b.pending)
	}
	if b.pending == nil {
		started := &batch[V]{names: map[string]bool{}, done: make(chan struct{}), found: map[string]V{}, errs: map[string]error{}}
		started.latest = time.Now().Add(maxLingers * b.Linger)
		started.timer = time.AfterFunc(b.Linger, func() {
			b.mutex.Lock()
			defer b.mutex.Unlock()
			b.send(started)
		})
		b.pending = started
	}
	joined := b.pending
	if len(joined.names) > 0 {
		joined.timer.Reset(min(busyLingers*b.Linger, time.Until(joined.latest)))
	}
	for _, name := range names {
		joined.names[name] = true
	}
	if len(joined.names) >= b.Max {
		b.send(joined)
	}
	return joined
}

// send makes a batch's call, unless that was done already. The caller holds the lock.
func (b *Batcher[V]) send(filled *batch[V]) {
	if b.pending != filled {
		return
	}
	b.pending = nil
	filled.timer.Stop()
	names := make([]string, 0, len(filled.names))
	for name := range filled.names {
		names = append(names, name)
	}
	go func() {
		defer close(filled.done)
		// Not the context of any one caller: the others would fail with it.
		ctx, cancel := context.WithTimeout(context.Background(), batchTimeout)
		defer cancel()
		b.ask(ctx, filled, names)
	}()
}

// ask makes the call for names and notes what becomes of it.
func (b *Batcher[V]) ask(ctx context.Context, filled *batch[V], names []string) {
	found, err := b.Call(ctx, names)
	switch {
	case err == nil:
		maps.Copy(filled.found, found)
	case len(names) > 1 && Classify(err) == Unknown:
		for _, name := range names {
			b.ask(ctx, filled, []string{name})
		}
	default:
		for _, name := range names {
			filled.errs[name] = err
		}
	}
}
