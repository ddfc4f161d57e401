package ack

import (
	"math/rand/v2"
	"time"

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

const (
	// firstBackoff is how long after its first failure an object is tried again; it doubles from there.
	firstBackoff = 200 * time.Millisecond
	// maxBackoff is the longest that a failing object waits. The runtime's default is over 16 minutes, which is what
	// an outage of two minutes then costs.
	maxBackoff = 60 * time.Second
	// maxUnknownBackoff is the longest that an object waits which AWS refuses for a reason that we do not know: it may be
	// one that only people can mend.
	maxUnknownBackoff = 5 * time.Minute
	// jitter spreads the retries of objects that failed together, as a share of the wait.
	jitter = 0.25
)

// backoff is exponential, with jitter.
type backoff struct {
	workqueue.TypedRateLimiter[reconcile.Request]
}

func newBackoff(longest time.Duration) backoff {
	return backoff{workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](firstBackoff, longest)}
}

// When says how long to wait before an object is tried again: a quarter less, at most, than doubling would give, and
// never more than the longest.
func (b backoff) When(request reconcile.Request) time.Duration {
	return time.Duration(float64(b.TypedRateLimiter.When(request)) * (1 - jitter*rand.Float64()))
}
