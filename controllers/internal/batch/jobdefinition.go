package batch

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	ackcompare "github.com/aws-controllers-k8s/runtime/pkg/compare"
	sdk "github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/batch/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/kit"
)

const (
	// KeepRevisions is the annotation that says how many of an object's revisions, the newest ones, stay active.
	// Default: "1".
	KeepRevisions = "batch.services.k8s.aws/keep-revisions"
	// staleRevisions is an annotation of observed objects only, never stored: our revisions that should not be active
	// any more, because we were stopped between registering one and deregistering those before it.
	staleRevisions = "stale-revisions"
	// staleRevisionsPath is the difference that they make.
	staleRevisionsPath = "Spec.StaleRevisions"

	statusActive = "ACTIVE"
)

var jobDefinitionKind = kit.Kind[*v1alpha1.JobDefinition]{
	GroupVersionKind: v1alpha1.GroupVersion.WithKind("JobDefinition"),
	Operations:       newJobDefinitions,
	Normalise:        normaliseJobDefinition,
	Compare: func(delta *ackcompare.Delta, _, observed *v1alpha1.JobDefinition) {
		if stale := observed.Annotations[staleRevisions]; stale != "" {
			delta.Add(staleRevisionsPath, "", stale)
		}
	},
	Classify: classify,
}

// jobDefinitions are the calls for job definitions.
//
// AWS keeps a job definition as revisions that never change, and has no way to say "register this unless it is there":
// so the order of things matters. A new revision is registered before older ones are deregistered, which leaves no
// moment without an active one. The status names the new revision only when all that is done. And every Read asks for
// the next revision after the one in the status too, so that one which was registered before we were stopped, or by
// somebody else, is found.
type jobDefinitions struct {
	api       *sdk.Client
	revisions *kit.Batcher[types.JobDefinition]
	// listed has what lists of revisions have shown: a listed by listedKey.
	listed sync.Map
}

func newJobDefinitions(account kit.Account) kit.Operations[*v1alpha1.JobDefinition] {
	api := sdk.NewFromConfig(account.Config)
	return &jobDefinitions{api: api, revisions: &kit.Batcher[types.JobDefinition]{
		Max: describeMax, Linger: describeLinger,
		Call: func(ctx context.Context, names []string) (map[string]types.JobDefinition, error) {
			answer, err := api.DescribeJobDefinitions(ctx, &sdk.DescribeJobDefinitionsInput{JobDefinitions: names})
			if err != nil {
				return nil, err
			}
			found := map[string]types.JobDefinition{}
			for _, revision := range answer.JobDefinitions {
				found[revisionName(deref(revision.JobDefinitionName), int64(deref(revision.Revision)))] = revision
			}
			return found, nil
		},
	}}
}

// revisionName is a revision's short name, name:7.
func revisionName(name string, revision int64) string {
	return fmt.Sprintf("%s:%d", name, revision)
}

func (j *jobDefinitions) Read(ctx context.Context, declared *v1alpha1.JobDefinition) (*v1alpha1.JobDefinition, error) {
	keep, err := revisionsToKeep(declared)
	if err != nil {
		return nil, err
	}
	name := deref(declared.Spec.Name)
	key := listedKey{name, kit.Owner(declared)}
	look := j.look(key, deref(declared.Status.Revision), keep)
	if look != nil {
		only, err := j.readOnly(ctx, name, look)
		if only != nil || err != nil {
			return only, err
		}
	}
	active, err := j.active(ctx, name)
	if err != nil {
		return nil, err
	}
	if len(active) == 0 {
		return nil, kit.ErrNotFound
	}
	newest := active[len(active)-1]
	observed := observedJobDefinition(&newest)
	stale := staleAmong(active, kit.Owner(declared), keep)
	if len(stale) == 0 {
		j.remember(key, int64(deref(newest.Revision)), keep, look)
		return observed, nil
	}
	var numbers []string
	for _, revision := range stale {
		numbers = append(numbers, strconv.Itoa(int(deref(revision.Revision))))
	}
	observed.Annotations = map[string]string{staleRevisions: strings.Join(numbers, ",")}
	return observed, nil
}

// listed is what a list of a name's active revisions has shown, when none of ours among them was stale. It stays true: an
// inactive revision never becomes active again, and new ones have higher numbers.
type listed struct {
	// newest active one.
	newest int64
	// keep is what KeepRevisions was.
	keep int
	// highest number that exists: somebody may have registered newer ones and deregistered them.
	highest int64
}

type listedKey struct{ name, owner string }

// look says which revisions to look at instead of listing all: the one that the status names, and others that must be
// absent or inactive for it to be all that there is.
type look struct {
	current int64
	// newer is the number that the next revision gets, or has got.
	newer int64
	// older is the one before; 0 if that has been listed.
	older int64
	// highest number that is known to exist.
	highest int64
}

// look returns nil when the active revisions have to be listed.
func (j *jobDefinitions) look(key listedKey, current int64, keep int) *look {
	known, ok := j.listed.Load(key)
	switch last, _ := known.(listed); {
	case current == 0:
		return nil
	case ok && last.newest == current && last.keep == keep:
		return &look{current: current, newer: last.highest + 1, highest: last.highest}
	case !ok && keep == 1:
		return &look{current: current, newer: current + 1, older: current - 1, highest: current}
	default:
		return nil
	}
}

func (j *jobDefinitions) remember(key listedKey, newest int64, keep int, look *look) {
	last := listed{newest: newest, keep: keep, highest: newest}
	if look != nil {
		last.highest = max(newest, look.highest)
	}
	j.listed.Store(key, last)
}

// readOnly reads the revision that the status names, if it is active and no other can be of interest: the usual case, for
// which one call serves many objects. Otherwise it returns nil.
func (j *jobDefinitions) readOnly(ctx context.Context, name string, look *look) (*v1alpha1.JobDefinition, error) {
	current, newer := revisionName(name, look.current), revisionName(name, look.newer)
	names := []string{current, newer}
	if look.older > 0 {
		names = append(names, revisionName(name, look.older))
	}
	found, err := j.revisions.Get(ctx, names...)
	if err != nil {
		return nil, err
	}
	if _, exists := found[newer]; exists {
		// Somebody else's, or ours from before we were stopped. Even if it is inactive there may be more.
		look.highest = look.newer
		return nil, nil
	}
	if older, exists := found[revisionName(name, look.older)]; exists && deref(older.Status) == statusActive {
		return nil, nil
	}
	revision, ok := found[current]
	if !ok || deref(revision.Status) != statusActive {
		return nil, nil
	}
	return observedJobDefinition(&revision), nil
}

func observedJobDefinition(revision *types.JobDefinition) *v1alpha1.JobDefinition {
	observed := &v1alpha1.JobDefinition{Spec: *jobDefinitionSpecFrom(revision), Status: *jobDefinitionStatusFrom(revision)}
	kit.SetARN(observed, revision.JobDefinitionArn)
	return observed
}

// active lists the active revisions of a name, oldest first.
func (j *jobDefinitions) active(ctx context.Context, name string) ([]types.JobDefinition, error) {
	status := statusActive
	var active []types.JobDefinition
	pages := sdk.NewDescribeJobDefinitionsPaginator(j.api, &sdk.DescribeJobDefinitionsInput{JobDefinitionName: &name, Status: &status})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		active = append(active, page.JobDefinitions...)
	}
	slices.SortFunc(active, func(a, b types.JobDefinition) int { return int(deref(a.Revision)) - int(deref(b.Revision)) })
	return active, nil
}

// staleAmong are an owner's revisions that should not be active any more: all but its newest ones.
func staleAmong(active []types.JobDefinition, owner string, keep int) []types.JobDefinition {
	ours := ownedBy(active, owner)
	return ours[:max(0, len(ours)-keep)]
}

func ownedBy(active []types.JobDefinition, owner string) []types.JobDefinition {
	var ours []types.JobDefinition
	for _, revision := range active {
		if revision.Tags[kit.OwnerTag] == owner {
			ours = append(ours, revision)
		}
	}
	return ours
}

// revisionsToKeep reads the annotation KeepRevisions.
func revisionsToKeep(declared *v1alpha1.JobDefinition) (int, error) {
	text, ok := declared.Annotations[KeepRevisions]
	if !ok {
		return 1, nil
	}
	keep, err := strconv.Atoi(text)
	if err != nil || keep < 1 {
		return 0, kit.Fault(kit.BadInput, "annotation %s: want a whole number above 0, got %q", KeepRevisions, text)
	}
	return keep, nil
}

func (j *jobDefinitions) Create(ctx context.Context, declared *v1alpha1.JobDefinition) error {
	revision, arn, err := j.register(ctx, declared)
	if err != nil {
		return err
	}
	declared.Status.Revision = &revision
	kit.SetARN(declared, &arn)
	return nil
}

func (j *jobDefinitions) register(ctx context.Context, declared *v1alpha1.JobDefinition) (int64, string, error) {
	registered, err := j.api.RegisterJobDefinition(ctx, toRegisterJobDefinitionInput(&declared.Spec))
	if err != nil {
		return 0, "", err
	}
	return int64(deref(registered.Revision)), deref(registered.JobDefinitionArn), nil
}

func (j *jobDefinitions) Update(ctx context.Context, declared, observed *v1alpha1.JobDefinition, delta *ackcompare.Delta) error {
	revision := deref(observed.Status.Revision)
	arn := kit.ARN(observed)
	if delta.DifferentExcept("Spec.Tags", staleRevisionsPath) {
		var err error
		if revision, arn, err = j.register(ctx, declared); err != nil {
			return err
		}
	} else if delta.DifferentAt("Spec.Tags") {
		if err := syncTags(ctx, j.api, declared, observed); err != nil {
			return err
		}
	}
	if err := j.deregisterStale(ctx, declared); err != nil {
		return err
	}
	declared.Status.Revision = &revision
	kit.SetARN(declared, &arn)
	return nil
}

// deregisterStale deregisters the revisions of ours that should not be active any more.
func (j *jobDefinitions) deregisterStale(ctx context.Context, declared *v1alpha1.JobDefinition) error {
	keep, err := revisionsToKeep(declared)
	if err != nil {
		return err
	}
	active, err := j.active(ctx, deref(declared.Spec.Name))
	if err != nil {
		return err
	}
	return j.deregister(ctx, staleAmong(active, kit.Owner(declared), keep))
}

func (j *jobDefinitions) deregister(ctx context.Context, revisions []types.JobDefinition) error {
	for _, revision := range revisions {
		if _, err := j.api.DeregisterJobDefinition(ctx, &sdk.DeregisterJobDefinitionInput{JobDefinition: revision.JobDefinitionArn}); err != nil {
			return err
		}
	}
	return nil
}

// Delete deregisters every active revision that carries our tag, and no other.
func (j *jobDefinitions) Delete(ctx context.Context, observed *v1alpha1.JobDefinition) error {
	active, err := j.active(ctx, deref(observed.Spec.Name))
	if err != nil {
		return err
	}
	j.listed.Delete(listedKey{deref(observed.Spec.Name), kit.Owner(observed)})
	return j.deregister(ctx, ownedBy(active, kit.Owner(observed)))
}
