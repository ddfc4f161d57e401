package bucketemptier

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// progress is what was removed from a bucket since this process began with it. It is for reports only.
type progress struct {
	uid     types.UID
	removed removed
	// news is whether there is something that no report of an empty bucket has told yet.
	news bool
	// next is when to report, and every how long that is at the moment.
	next  time.Time
	every time.Duration
	// empty is how often the bucket was found empty in a row, and not deleted.
	empty int
}

// recheckWhenEmpty is how long the S3 controller gets to delete a bucket that was found empty: twice as long each time, as
// something else must be in the way.
func (p *progress) recheckWhenEmpty() time.Duration {
	return min(recheckEmpty<<min(p.empty-1, 10), maxRecheckEmpty)
}

func (r removed) String() string {
	return fmt.Sprintf("%d object versions and delete markers and %d incomplete uploads", r.Versions, r.Uploads)
}

// any says whether anything was removed.
func (r removed) any() bool { return r.Versions > 0 || r.Uploads > 0 }

// count adds what was found to the progress of a bucket.
func (r *reconciler) count(name types.NamespacedName, uid types.UID, found removed) *progress {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	p := r.progress[name]
	if p == nil || p.uid != uid {
		p = &progress{uid: uid, news: true, every: firstReport}
		r.progress[name] = p
	}
	p.removed.Versions += found.Versions
	p.removed.Uploads += found.Uploads
	p.news = p.news || found.any()
	p.empty++
	if found.any() || found.Unfinished {
		p.empty = 0
	}
	return p
}

// forget drops the progress of a bucket that is gone or none of our business any more.
func (r *reconciler) forget(name types.NamespacedName) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	delete(r.progress, name)
}

// due says whether it is time for a report, and if so, when the next one is.
func (p *progress) due(now time.Time) bool {
	if now.Before(p.next) {
		return false
	}
	p.next, p.every = now.Add(p.every), min(2*p.every, maxReport)
	return true
}
