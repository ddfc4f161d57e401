package batch

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"
)

const (
	// absentFor is how long a list of all job definitions says that a name was not in use.
	absentFor = 30 * time.Second
	// lookInterval is how soon after another the look for a new name counts as one of many.
	lookInterval = time.Second
	// mostPages is how many pages of a hundred a list of all may have; an account with more is looked at name by name,
	// and listed again after crowdedFor.
	mostPages  = 20
	crowdedFor = 10 * time.Minute
	// callsEndWithin is after when a list shows what a call of ours has made, even if its answer was lost.
	callsEndWithin = 10 * time.Minute
)

// absentNames says of new names that AWS has no job definition under them. AWS filters by one name, or by none; so where
// many objects are new, one list of all there are in the account and region serves them all. It stays true for as long
// as we do not use the name ourselves: what others register under it is theirs.
type absentNames struct {
	// list lists all active revisions, or fails when they take more pages.
	list func(ctx context.Context, most int) ([]types.JobDefinition, error)

	mutex sync.Mutex
	// looked is when the last new name was looked for.
	looked time.Time
	// listed is when all were listed, and names are those in use then.
	listed time.Time
	names  map[string]bool
	// ours is when we used names ourselves.
	ours map[string]time.Time
	// crowded is until when all are not listed, as there are too many.
	crowded time.Time
}

// isAbsent says whether a name is certainly not in use; if not, it has to be looked for.
func (a *absentNames) isAbsent(ctx context.Context, name string) bool {
	// Held during the list: the others wait for it too.
	a.mutex.Lock()
	defer a.mutex.Unlock()
	now := time.Now()
	isOneOfMany := now.Sub(a.looked) < lookInterval
	a.looked = now
	if now.Sub(a.listed) >= absentFor {
		if !isOneOfMany || now.Before(a.crowded) {
			return false
		}
		all, err := a.list(ctx, mostPages)
		if errors.Is(err, errTooMany) {
			a.crowded = now.Add(crowdedFor)
		}
		if err != nil {
			return false
		}
		maps.DeleteFunc(a.ours, func(_ string, used time.Time) bool { return now.Sub(used) > callsEndWithin })
		a.listed, a.names = now, map[string]bool{}
		for _, revision := range all {
			a.names[aws.ToString(revision.JobDefinitionName)] = true
		}
	}
	_, isOurs := a.ours[name]
	return !isOurs && !a.names[name]
}

// used notes that we are about to use a name.
func (a *absentNames) used(name string) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.ours == nil {
		a.ours = map[string]time.Time{}
	}
	a.ours[name] = time.Now()
}
