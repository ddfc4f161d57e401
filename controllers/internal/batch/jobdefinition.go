package batch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	ackcompare "github.com/aws-controllers-k8s/runtime/pkg/compare"
	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/batch/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/awsapi"
)

const (
	// KeepRevisions is the annotation that says how many of an object's revisions, the newest ones, stay active.
	// Default: "1".
	KeepRevisions = "batch.services.k8s.aws/keep-revisions"
	// staleRevisionsPath is the difference that stale revisions make. The runtime updates what differs below Spec.
	staleRevisionsPath = "Spec.StaleRevisions"

	statusActive = "ACTIVE"
)

var jobDefinitionKind = ack.Kind[*v1alpha1.JobDefinition]{
	GroupVersionKind: v1alpha1.GroupVersion.WithKind("JobDefinition"),
	Operations:       newJobDefinitions,
	Normalise:        normaliseJobDefinition,
	Compare: func(delta *ackcompare.Delta, _, observed *v1alpha1.JobDefinition) {
		if len(observed.StaleRevisions) > 0 {
			delta.Add(staleRevisionsPath, nil, observed.StaleRevisions)
		}
	},
	Errors: errorRules,
	NameFromARN: func(arn string) string {
		_, revision, _ := strings.Cut(arn, "/")
		name, _, _ := strings.Cut(revision, ":")
		return name
	},
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
	account   ack.Account
	revisions *awsapi.Batcher[types.JobDefinition]
	// absent answers for many new names at once that they have no active revision.
	absent *absentNames
	// listed has what lists of revisions have shown: a listed by listedKey.
	listed sync.Map
}

func newJobDefinitions(account ack.Account) ack.Operations[*v1alpha1.JobDefinition] {
	j := &jobDefinitions{api: sdk.NewFromConfig(account.Config), account: account}
	j.revisions = &awsapi.Batcher[types.JobDefinition]{Max: describeMax, Linger: describeLinger, Call: j.describe}
	j.absent = &absentNames{list: func(ctx context.Context, most int) ([]types.JobDefinition, error) {
		return j.list(ctx, &sdk.DescribeJobDefinitionsInput{}, most)
	}}
	return j
}

// describe describes revisions by their short names.
func (j *jobDefinitions) describe(ctx context.Context, names []string) (map[string]types.JobDefinition, error) {
	answer, err := j.api.DescribeJobDefinitions(ctx, &sdk.DescribeJobDefinitionsInput{JobDefinitions: names})
	if err != nil {
		return nil, err
	}
	found := map[string]types.JobDefinition{}
	for _, revision := range answer.JobDefinitions {
		found[revisionName(aws.ToString(revision.JobDefinitionName), int64(aws.ToInt32(revision.Revision)))] = revision
	}
	return found, nil
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
	name := aws.ToString(declared.Spec.Name)
	key := listedKey{name, ack.Owner(declared)}
	look := j.look(key, aws.ToInt64(declared.Status.Revision), keep)
	if look != nil {
		only, err := j.readOnly(ctx, declared, look)
		if only != nil || err != nil {
			return only, err
		}
	}
	if declared.Status.Revision == nil && j.absent.isAbsent(ctx, name) {
		return nil, ack.ErrNotFound
	}
	active, err := j.active(ctx, name)
	if err != nil {
		return nil, err
	}
	ours := j.ours(active, declared)
	if ack.IsAdopting(declared) {
		ours = active[max(0, len(active)-1):]
	}
	if len(ours) == 0 {
		return nil, ack.ErrNotFound
	}
	newest, latest := ours[len(ours)-1], active[len(active)-1]
	observed := observedJobDefinition(&newest)
	if byName := observedJobDefinition(&latest); !j.isOurs(&latest, declared) && differ(declared, byName) {
		// Jobs that name no revision get somebody else's: ours has to be registered anew.
		byName.Spec.Tags = observed.Spec.Tags
		observed.Spec = byName.Spec
	}
	for _, revision := range ours[:max(0, len(ours)-keep)] {
		observed.StaleRevisions = append(observed.StaleRevisions, aws.ToInt32(revision.Revision))
	}
	if len(observed.StaleRevisions) == 0 {
		j.remember(key, int64(aws.ToInt32(newest.Revision)), keep, max(int64(aws.ToInt32(latest.Revision)), look.known()))
	}
	return observed, nil
}

// differ says whether a revision has other content than what is declared.
func differ(declared, revision *v1alpha1.JobDefinition) bool {
	declared, revision = declared.DeepCopy(), revision.DeepCopy()
	normaliseJobDefinition(declared, revision)
	return ack.CompareSpecs(declared, revision).DifferentExcept("Spec.Tags")
}

// listed is what a list of a name's active revisions has shown, when none of ours among them was stale. It stays true: an
// inactive revision never becomes active again, and new ones have higher numbers.
type listed struct {
	// newest active one of ours.
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

// known is the highest number that is known to exist before anything is listed.
func (l *look) known() int64 {
	if l == nil {
		return 0
	}
	return l.highest
}

func (j *jobDefinitions) remember(key listedKey, newest int64, keep int, highest int64) {
	j.listed.Store(key, listed{newest: newest, keep: keep, highest: highest})
}

// readOnly reads the revision that the status names, if it is active and no other can be of interest: the usual case, for
// which one call serves many objects. Otherwise it returns nil.
func (j *jobDefinitions) readOnly(ctx context.Context, declared *v1alpha1.JobDefinition, look *look) (*v1alpha1.JobDefinition, error) {
	name := aws.ToString(declared.Spec.Name)
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
	if older, exists := found[revisionName(name, look.older)]; exists && aws.ToString(older.Status) == statusActive {
		return nil, nil
	}
	revision, ok := found[current]
	if !ok || aws.ToString(revision.Status) != statusActive || !j.isOurs(&revision, declared) {
		return nil, nil
	}
	return observedJobDefinition(&revision), nil
}

func observedJobDefinition(revision *types.JobDefinition) *v1alpha1.JobDefinition {
	observed := &v1alpha1.JobDefinition{Spec: *jobDefinitionSpecFrom(revision), Status: *jobDefinitionStatusFrom(revision)}
	ack.SetARN(observed, revision.JobDefinitionArn)
	return observed
}

// active lists the active revisions of a name, oldest first.
func (j *jobDefinitions) active(ctx context.Context, name string) ([]types.JobDefinition, error) {
	return j.list(ctx, &sdk.DescribeJobDefinitionsInput{JobDefinitionName: &name}, math.MaxInt)
}

var errTooMany = errors.New("too many job definitions to list them all")

// list lists active revisions, oldest first, or returns errTooMany when that takes more than so many pages.
func (j *jobDefinitions) list(ctx context.Context, of *sdk.DescribeJobDefinitionsInput, most int) ([]types.JobDefinition, error) {
	status := statusActive
	of.Status = &status
	var active []types.JobDefinition
	pages := sdk.NewDescribeJobDefinitionsPaginator(j.api, of)
	for number := 1; pages.HasMorePages(); number++ {
		if number > most {
			return nil, errTooMany
		}
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		active = append(active, page.JobDefinitions...)
	}
	slices.SortFunc(active, func(a, b types.JobDefinition) int {
		return cmp.Compare(aws.ToInt32(a.Revision), aws.ToInt32(b.Revision))
	})
	return active, nil
}

// ours are those of a name's active revisions that are an object's.
func (j *jobDefinitions) ours(active []types.JobDefinition, declared *v1alpha1.JobDefinition) []types.JobDefinition {
	return slices.DeleteFunc(slices.Clone(active), func(one types.JobDefinition) bool { return !j.isOurs(&one, declared) })
}

// isOurs says whether a revision is an object's: it has its tags, or it is the one that its status names and is nobody
// else's, with tags removed or of the cluster that the object was in. Others may register revisions under the same name,
// and with the same content; those stay as they are.
func (j *jobDefinitions) isOurs(revision *types.JobDefinition, declared *v1alpha1.JobDefinition) bool {
	if j.account.Owns(declared, revision.Tags) {
		return true
	}
	owner := revision.Tags[ack.OwnerTag]
	return int64(aws.ToInt32(revision.Revision)) == aws.ToInt64(declared.Status.Revision) && (owner == "" || owner == ack.Owner(declared))
}

// revisionsToKeep reads the annotation KeepRevisions.
func revisionsToKeep(declared *v1alpha1.JobDefinition) (int, error) {
	text, ok := declared.Annotations[KeepRevisions]
	if !ok {
		return 1, nil
	}
	keep, err := strconv.Atoi(text)
	if err != nil || keep < 1 {
		return 0, ack.Fault(awsapi.BadInput, "annotation %s: want a whole number above 0, got %q", KeepRevisions, text)
	}
	return keep, nil
}

func (j *jobDefinitions) Create(ctx context.Context, declared *v1alpha1.JobDefinition) error {
	revision, arn, err := j.register(ctx, declared)
	if err != nil {
		return err
	}
	declared.Status.Revision = &revision
	ack.SetARN(declared, &arn)
	return nil
}

func (j *jobDefinitions) register(ctx context.Context, declared *v1alpha1.JobDefinition) (int64, string, error) {
	j.absent.used(aws.ToString(declared.Spec.Name))
	registered, err := j.api.RegisterJobDefinition(ctx, toRegisterJobDefinitionInput(&declared.Spec))
	if err != nil {
		return 0, "", err
	}
	return int64(aws.ToInt32(registered.Revision)), aws.ToString(registered.JobDefinitionArn), nil
}

func (j *jobDefinitions) Update(ctx context.Context, declared, observed *v1alpha1.JobDefinition, delta *ackcompare.Delta) error {
	revision := aws.ToInt64(observed.Status.Revision)
	arn := ack.ARN(observed)
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
	if err := j.deregisterStale(ctx, declared, observed); err != nil {
		return err
	}
	declared.Status.Revision = &revision
	ack.SetARN(declared, &arn)
	return nil
}

// deregisterStale deregisters the revisions of ours that should not be active any more: those that Read has found, and
// those that a new one replaces.
func (j *jobDefinitions) deregisterStale(ctx context.Context, declared, observed *v1alpha1.JobDefinition) error {
	keep, err := revisionsToKeep(declared)
	if err != nil {
		return err
	}
	active, err := j.active(ctx, aws.ToString(declared.Spec.Name))
	if err != nil {
		return err
	}
	ours := j.ours(active, declared)
	stale := ours[:max(0, len(ours)-keep)]
	for _, revision := range active {
		// One that the status named, and that has lost its tags.
		if revision.Tags[ack.OwnerTag] == "" && slices.Contains(observed.StaleRevisions, aws.ToInt32(revision.Revision)) {
			stale = append(stale, revision)
		}
	}
	return j.deregister(ctx, stale)
}

// deregister goes on when one of them cannot be deregistered.
func (j *jobDefinitions) deregister(ctx context.Context, revisions []types.JobDefinition) error {
	var failures []error
	for _, revision := range revisions {
		_, err := j.api.DeregisterJobDefinition(ctx, &sdk.DeregisterJobDefinitionInput{JobDefinition: revision.JobDefinitionArn})
		failures = append(failures, err)
	}
	return errors.Join(failures...)
}

// Delete deregisters every active revision of ours, and no other.
func (j *jobDefinitions) Delete(ctx context.Context, declared, observed *v1alpha1.JobDefinition) error {
	active, err := j.active(ctx, aws.ToString(observed.Spec.Name))
	if err != nil {
		return err
	}
	j.listed.Delete(listedKey{aws.ToString(observed.Spec.Name), ack.Owner(declared)})
	return j.deregister(ctx, j.ours(active, declared))
}
