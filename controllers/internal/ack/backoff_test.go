package ack

import (
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

func TestBackoff(t *testing.T) {
	limiter := newBackoff(maxBackoff)
	request, nominal := reconcile.Request{}, firstBackoff
	spread := map[time.Duration]bool{}
	for range 40 {
		got := limiter.When(request)
		if got > nominal || got < nominal*3/4 {
			t.Errorf("got %s, want up to a quarter less than %s", got, nominal)
		}
		if got > maxBackoff {
			t.Errorf("got %s, want %s at most", got, maxBackoff)
		}
		spread[got] = true
		nominal = min(nominal*2, maxBackoff)
	}
	if len(spread) < 30 {
		t.Errorf("only %d different waits: no jitter", len(spread))
	}
	limiter.Forget(request)
	if got := limiter.When(request); got > firstBackoff {
		t.Errorf("after a success: got %s", got)
	}
}
