package batch_test

import (
	"fmt"
	"testing"
	"time"
)

const (
	// backoffGrown is how long an object is left waiting. Whatever the jitter, it is then tried again by itself only
	// after more than wakeLimit.
	backoffGrown = 14 * time.Second
	// wakeLimit is how soon an object must follow what it waited for.
	wakeLimit = 5 * time.Second
)

// assertWakes tries whether an object follows what it waited for at once, rather than when its back-off is over. The try
// calls waited between the two, and returns when the object has followed; on a machine with much else to do it may need
// another one.
func assertWakes(t *testing.T, try func(t *testing.T, waited func())) {
	t.Helper()
	var took []time.Duration
	for i := range 3 {
		t.Run(fmt.Sprintf("try %d", i+1), func(t *testing.T) {
			var ready time.Time
			try(t, func() { ready = time.Now() })
			took = append(took, time.Since(ready))
		})
		if t.Failed() || took[i] < wakeLimit {
			return
		}
	}
	t.Errorf("it followed %v later, each time after its back-off", took)
}
