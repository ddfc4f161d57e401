package awsapi

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// counter is a Describe call that counts itself, and knows all names but "nobody".
type counter struct {
	mutex sync.Mutex
	calls [][]string
	err   error
}

func (c *counter) call(_ context.Context, names []string) (map[string]string, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.calls = append(c.calls, names)
	found := map[string]string{}
	for _, name := range names {
		if name != "nobody" {
			found[name] = "value of " + name
		}
	}
	return found, c.err
}

func TestBatcher(t *testing.T) {
	counts := &counter{}
	batcher := &Batcher[string]{Max: 100, Linger: 50 * time.Millisecond, Call: counts.call}
	var group sync.WaitGroup
	for i := range 250 {
		group.Go(func() {
			name := fmt.Sprintf("n%d", i)
			found, err := batcher.Get(t.Context(), name)
			if err != nil || found[name] != "value of "+name || len(found) != 1 {
				t.Errorf("%s: got %v, %v", name, found, err)
			}
		})
	}
	group.Wait()
	if len(counts.calls) != 3 {
		t.Errorf("250 names took %d calls, want 3", len(counts.calls))
	}
	for _, names := range counts.calls {
		if len(names) > 100 {
			t.Errorf("a call had %d names", len(names))
		}
	}
	if found, err := batcher.Get(t.Context(), "nobody", "n1"); err != nil || len(found) != 1 {
		t.Errorf("unknown names are left out: got %v, %v", found, err)
	}
}

func TestBatcherKeepsNamesTogether(t *testing.T) {
	counts := &counter{}
	batcher := &Batcher[string]{Max: 4, Linger: 20 * time.Millisecond, Call: counts.call}
	var group sync.WaitGroup
	for i := range 5 {
		group.Go(func() {
			names := []string{fmt.Sprintf("a%d", i), fmt.Sprintf("b%d", i), fmt.Sprintf("c%d", i)}
			if found, err := batcher.Get(t.Context(), names...); err != nil || len(found) != 3 {
				t.Errorf("got %v, %v", found, err)
			}
		})
	}
	group.Wait()
	if len(counts.calls) != 5 {
		t.Errorf("made %d calls, want one for each three names", len(counts.calls))
	}
}

func TestBatcherFailure(t *testing.T) {
	boom := errors.New("boom")
	batcher := &Batcher[string]{Max: 10, Linger: time.Millisecond, Call: (&counter{err: boom}).call}
	if _, err := batcher.Get(t.Context(), "a"); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
}

// TestBatcherGivesUpAlone lets one caller go without the others' call failing.
func TestBatcherGivesUpAlone(t *testing.T) {
	release := make(chan struct{})
	batcher := &Batcher[string]{Max: 2, Linger: time.Hour, Call: func(ctx context.Context, names []string) (map[string]string, error) {
		<-release
		return map[string]string{"b": "1"}, ctx.Err()
	}}
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() {
		_, err := batcher.Get(ctx, "a")
		gone <- err
	}()
	for {
		batcher.mutex.Lock()
		waiting := batcher.pending != nil
		batcher.mutex.Unlock()
		if waiting {
			break
		}
	}
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	go func() { close(release) }()
	if found, err := batcher.Get(t.Context(), "b"); err != nil || found["b"] != "1" {
		t.Errorf("got %v, %v", found, err)
	}
}

// TestBatcherRefused has one name that AWS refuses a whole call for: only who asks for it fails.
func TestBatcherRefused(t *testing.T) {
	calls := 0
	batcher := &Batcher[string]{Max: 100, Linger: 50 * time.Millisecond, Call: func(_ context.Context, names []string) (map[string]string, error) {
		calls++
		if slices.Contains(names, "bad") {
			return nil, failedCall(400, apiError("ClientException", "bad does not match the pattern"))
		}
		return map[string]string{names[0]: "found"}, nil
	}}
	var group sync.WaitGroup
	for _, name := range []string{"a", "bad", "b"} {
		group.Go(func() {
			found, err := batcher.Get(t.Context(), name)
			if isBad := name == "bad"; (err != nil) != isBad || !isBad && found[name] != "found" {
				t.Errorf("%s: got %v, %v", name, found, err)
			}
		})
	}
	group.Wait()
	if calls != 4 {
		t.Errorf("made %d calls, want one for all and one for each", calls)
	}
}

// TestBatcherFails every caller when AWS fails: asking one by one would make it worse.
func TestBatcherFails(t *testing.T) {
	counts := &counter{err: failedCall(500, apiError("InternalError", "boom"))}
	batcher := &Batcher[string]{Max: 100, Linger: 50 * time.Millisecond, Call: counts.call}
	var group sync.WaitGroup
	for _, name := range []string{"a", "b", "c"} {
		group.Go(func() {
			if _, err := batcher.Get(t.Context(), name); err == nil {
				t.Errorf("%s: no error", name)
			}
		})
	}
	group.Wait()
	if len(counts.calls) != 1 {
		t.Errorf("made %d calls, want 1", len(counts.calls))
	}
}
