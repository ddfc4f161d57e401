package ack

import (
	"context"
	"errors"
	"sync"
	"time"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	ackcompare "github.com/aws-controllers-k8s/runtime/pkg/compare"
	ackcondition "github.com/aws-controllers-k8s/runtime/pkg/condition"
	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	ackerr "github.com/aws-controllers-k8s/runtime/pkg/errors"
	ackrequeue "github.com/aws-controllers-k8s/runtime/pkg/requeue"
	ackrt "github.com/aws-controllers-k8s/runtime/pkg/runtime"
	acktypes "github.com/aws-controllers-k8s/runtime/pkg/types"
	"github.com/aws/aws-sdk-go-v2/aws"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/awsapi"
)

// faultyRecheck is how often an object is looked at that AWS itself reports as broken.
const faultyRecheck = 15 * time.Second

// resourceManager does what the runtime asks for the objects of one kind in one account and region.
type resourceManager[T ObjectOf[T]] struct {
	kind       Kind[T]
	service    Service
	config     ackcfg.Config
	account    Account
	operations Operations[T]
	waiting    *waiting
	targets    *targets
	// reader reads from the API server.
	reader client.Reader
	made   *made
	// left are the objects, by UID, for which AWS has something from before that is theirs.
	left sync.Map
}

// ReadOne asks AWS for the object.
func (m *resourceManager[T]) ReadOne(ctx context.Context, res acktypes.AWSResource) (acktypes.AWSResource, error) {
	declared := res.(*resource[T])
	read := declared.DeepCopy().(*resource[T])
	observed, err := m.operations.Read(ctx, copyOf(declared.object))
	if errors.Is(err, ErrNotFound) {
		return nil, ackerr.NotFound
	}
	if err != nil {
		return m.failed(read, err)
	}
	if m.isLeft(declared, observed) {
		// The runtime would refuse what an object does not manage. Create takes it over.
		m.left.Store(declared.object.GetUID(), true)
		return nil, ackerr.NotFound
	}
	m.observe(read, observed)
	if m.adopting(declared) {
		read.object.TakeSpec(observed)
	}
	return read, nil
}

// isLeft says whether AWS's object is from before, when an object of this name let go of it: its finalizer was removed by
// hand, or with the annotation deletion-policy: retain, or with the cluster that it was in. It still has our tag.
func (m *resourceManager[T]) isLeft(declared *resource[T], observed T) bool {
	_, adoption := declared.object.GetAnnotations()[ackv1alpha1.AnnotationAdoptionPolicy]
	return !adoption && !declared.IsBeingDeleted() && !ackrt.IsReadOnly(declared) && !descriptor[T]{m.kind}.IsManaged(declared) &&
		m.account.Owns(declared.object, observed.AWSTags())
}

// observe puts what AWS has beside what is declared.
func (m *resourceManager[T]) observe(res *resource[T], observed T) {
	conditions := res.Conditions()
	metadata := observed.ACKMetadata()
	if *metadata == nil {
		*metadata = &ackv1alpha1.ResourceMetadata{}
	}
	// Copies: the answer to a patch is decoded into what an object points to.
	account := m.account
	(*metadata).OwnerAccountID, (*metadata).Region, (*metadata).Partition = &account.ID, &account.Region, &account.Partition
	res.object.TakeStatus(observed)
	*res.object.ACKConditions() = conditions
	res.observed, res.specOnly = &observed, false
}

// adopting says whether the object takes its spec from AWS now.
func (m *resourceManager[T]) adopting(res *resource[T]) bool {
	policy, _ := ackrt.GetAdoptionPolicy(res)
	return policy == ackrt.AdoptionPolicy_Adopt && ackrt.NeedAdoption(res) && !descriptor[T]{m.kind}.IsManaged(res)
}

// Create makes the object in AWS.
func (m *resourceManager[T]) Create(ctx context.Context, res acktypes.AWSResource) (acktypes.AWSResource, error) {
	created := res.DeepCopy().(*resource[T])
	// It may differ from what is declared, which only an update finds.
	again := Wait(time.Millisecond, "it exists from before: looking for differences")
	if _, exists := m.left.LoadAndDelete(created.object.GetUID()); exists {
		return m.failed(created, again)
	}
	// Before the call, which may take effect even if it fails.
	m.remember(created.object)
	err := m.operations.Create(ctx, created.object)
	if err == nil {
		m.remember(created.object)
		return created, nil
	}
	failed, failure := m.failed(created, err)
	switch m.classify(err) {
	case awsapi.BadInput, awsapi.Denied, awsapi.Exists:
		// Not created, it seems: let the runtime release the object, so that it never claims what others make later. But
		// an earlier attempt, whose answer got lost, may have made it.
		switch observed, lookErr := m.operations.Read(ctx, copyOf(created.object)); {
		case lookErr == nil && m.account.Owns(created.object, observed.AWSTags()):
			return m.failed(res.DeepCopy().(*resource[T]), again)
		case lookErr == nil || errors.Is(lookErr, ErrNotFound):
			return failed, &refused{err: err, failure: failure}
		}
	}
	return failed, failure
}

// refused is an error of the AWS API that had no effect; the runtime recognises it by what it wraps.
type refused struct {
	err error
	// failure is what the error is to the runtime otherwise.
	failure error
}

func (r *refused) Error() string { return awsapi.Message(r.err) }
func (r *refused) Unwrap() error { return r.err }

// Update changes the object in AWS and reads what became of it.
func (m *resourceManager[T]) Update(ctx context.Context, desired, latest acktypes.AWSResource, delta *ackcompare.Delta) (acktypes.AWSResource, error) {
	updated := desired.DeepCopy().(*resource[T])
	before := latest.(*resource[T])
	updated.SetStatus(before)
	*updated.object.ACKConditions() = desired.DeepCopy().Conditions()
	if err := m.operations.Update(ctx, updated.object, copyOf(*before.observed), delta); err != nil {
		failed, failure := m.failed(updated, err)
		if desired.IsBeingDeleted() {
			// What comes before a deletion: the runtime goes on with what it gave us, not with what we return.
			before.ReplaceConditions(failed.Conditions())
			readyAsSynced(before)
		}
		return failed, failure
	}
	observed, err := m.operations.Read(ctx, copyOf(updated.object))
	if err != nil {
		return m.failed(updated, err)
	}
	m.observe(updated, observed)
	return updated, nil
}

// Delete removes the object from AWS; it reports a wait until Read finds nothing any more, whatever the call said.
func (m *resourceManager[T]) Delete(ctx context.Context, res acktypes.AWSResource) (acktypes.AWSResource, error) {
	deleted := res.DeepCopy().(*resource[T])
	err := m.operations.Delete(ctx, copyOf(deleted.object), copyOf(*deleted.observed))
	if err == nil || errors.Is(err, ErrNotFound) || m.classify(err) == awsapi.Missing {
		left, lookErr := m.operations.Read(ctx, copyOf(deleted.object))
		switch {
		case errors.Is(lookErr, ErrNotFound) || lookErr == nil && m.isOthers(left, deleted.object):
			return deleted, nil
		case lookErr != nil:
			err = lookErr
		case err == nil || errors.Is(err, ErrNotFound):
			err = Wait(deletionRecheck, "waiting for AWS to delete it")
		}
	}
	// As in readyAsSynced: the runtime clears them in a Sync only.
	ackcondition.Clear(deleted)
	failed, failure := m.failed(deleted, err)
	readyAsSynced(failed)
	return failed, failure
}

// deletionRecheck is how soon we look again whether AWS has deleted an object.
const deletionRecheck = 500 * time.Millisecond

// isOthers says whether AWS's object has been made by somebody else since, for another of our objects.
func (m *resourceManager[T]) isOthers(observed, object T) bool {
	tags := observed.AWSTags()
	return tags[OwnerTag] != "" && !m.account.Owns(object, tags)
}

// readyAsSynced gives Ready the words of ACK.ResourceSynced, as the runtime does in a Sync, which a deletion does not go
// through.
func readyAsSynced[T ObjectOf[T]](res *resource[T]) {
	synced := ackcondition.Synced(res)
	ackcondition.SetReady(res, corev1.ConditionFalse, synced.Message, synced.Reason)
}

// LateInitialize fills in fields that the user left to AWS, and reports what the object still waits for.
func (m *resourceManager[T]) LateInitialize(_ context.Context, res acktypes.AWSResource) (acktypes.AWSResource, error) {
	late := res.DeepCopy().(*resource[T])
	if late.observed == nil {
		return late, nil
	}
	if m.kind.LateInitialize != nil {
		m.kind.LateInitialize(late.object, *late.observed)
		ackcondition.SetLateInitialized(late, corev1.ConditionTrue, nil, nil)
	}
	if m.kind.Settled != nil {
		if err := m.kind.Settled(*late.observed); err != nil {
			return m.failed(late, err)
		}
	}
	return late, nil
}

// IsSynced says whether AWS is done with the object.
func (m *resourceManager[T]) IsSynced(_ context.Context, res acktypes.AWSResource) (bool, error) {
	observed := res.(*resource[T]).observed
	if observed == nil {
		return false, nil
	}
	return m.kind.Settled == nil || m.kind.Settled(*observed) == nil, nil
}

// EnsureTags adds the controller's tags.
func (m *resourceManager[T]) EnsureTags(_ context.Context, res acktypes.AWSResource, metadata acktypes.ServiceControllerMetadata) error {
	ensureTags(res.(*resource[T]).object, m.account.Cluster, &m.config, metadata)
	return nil
}

// FilterSystemTags removes the tags that are not the user's.
func (m *resourceManager[T]) FilterSystemTags(res acktypes.AWSResource, controllers []string) {
	filterTags(res.(*resource[T]).object, controllers)
}

// ARNFromName is not used: all our kinds learn their ARN from AWS.
func (m *resourceManager[T]) ARNFromName(string) string { return "" }

// ResolveReferences reads the values that come from other objects.
func (m *resourceManager[T]) ResolveReferences(ctx context.Context, reader client.Reader, res acktypes.AWSResource) (acktypes.AWSResource, bool, error) {
	resolved := res.DeepCopy().(*resource[T])
	resolver := resolver{reader: m.targets.over(reader), owner: resolved.object, kind: m.kind.GroupVersionKind.GroupKind(), crossNamespace: m.config.EnableCrossNamespace, waiting: m.waiting}
	found, err := resolver.resolve(ctx)
	if err != nil && !m.adopting(res.(*resource[T])) {
		// The runtime goes on with what it gave us, not with what we return, and would show no Ready at all. (An object
		// that takes its spec from AWS does not need its references.)
		why, reason := err.Error(), string(ackv1alpha1.ConditionTypeReferencesResolved)
		ackcondition.SetSynced(res, corev1.ConditionFalse, &why, &reason)
		ackcondition.SetReady(res, corev1.ConditionFalse, &why, &reason)
	}
	return resolved, found, err
}

// ClearResolvedReferences removes the values that came from other objects, so that they are never stored.
func (m *resourceManager[T]) ClearResolvedReferences(res acktypes.AWSResource) acktypes.AWSResource {
	cleared := res.DeepCopy().(*resource[T])
	clearReferences(cleared.object)
	cleared.specOnly = true
	return cleared
}

func (m *resourceManager[T]) classify(err error) awsapi.Class {
	var known *fault
	if errors.As(err, &known) {
		return known.class
	}
	return awsapi.Classify(err, m.kind.Errors...)
}

// failed says on the object what went wrong and tells the runtime what to do next.
func (m *resourceManager[T]) failed(res *resource[T], err error) (*resource[T], error) {
	why := awsapi.Message(err)
	var waits *wait
	if errors.As(err, &waits) {
		ackcondition.SetSynced(res, corev1.ConditionFalse, &why, nil)
		return res, ackrequeue.NeededAfter(err, max(waits.after, min(unsynced(res)/10, maxPoll)))
	}
	var known *fault
	isOwn := errors.As(err, &known)
	class := m.classify(err)
	switch class {
	case awsapi.BadInput:
		if isOwn || wasRefused(res, why) {
			ackcondition.SetTerminal(res, corev1.ConditionTrue, &why, nil)
			ackcondition.SetSynced(res, corev1.ConditionFalse, &why, nil)
			return res, ackerr.Terminal
		}
	case awsapi.Denied:
		why = awsapi.Denial(err, m.service.ActionFor) + " (" + why + ")"
	case awsapi.Exists:
		why += ": to take over the existing one, set the annotation " + ackv1alpha1.AnnotationAdoptionPolicy + ": adopt-or-create"
	}
	reason := reasons[class]
	ackcondition.SetRecoverable(res, corev1.ConditionTrue, &why, &reason)
	ackcondition.SetSynced(res, corev1.ConditionFalse, &why, &reason)
	switch {
	case class == awsapi.BadInput:
		return res, ackrequeue.NeededAfter(hidden{err, class}, refusedRecheck)
	case isOwn:
		return res, ackrequeue.NeededAfter(err, faultyRecheck)
	}
	return res, hidden{err, class}
}

// maxPoll is the longest interval at which we look whether AWS is done with an object.
const maxPoll = 15 * time.Second

// unsynced is for how long an object has not been in sync with AWS: the longer it takes, the more rarely we look.
func unsynced[T ObjectOf[T]](res *resource[T]) time.Duration {
	for _, condition := range res.before {
		if condition.Type == ackv1alpha1.ConditionTypeResourceSynced && condition.Status != corev1.ConditionTrue && condition.LastTransitionTime != nil {
			return time.Since(condition.LastTransitionTime.Time)
		}
	}
	return 0
}

// refusedRecheck is when a spec that AWS has refused is tried once more, before it counts as refused for good: what it
// names may be so new that not all of AWS knows it yet, see
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency.
const refusedRecheck = 2 * time.Second

// wasRefused says whether the reconcile before this one ended with the same refusal.
func wasRefused[T ObjectOf[T]](res *resource[T], why string) bool {
	for _, condition := range res.before {
		if condition.Type == ackv1alpha1.ConditionTypeRecoverable && aws.ToString(condition.Reason) == reasons[awsapi.BadInput] {
			return aws.ToString(condition.Message) == why
		}
	}
	return false
}

// reasons are the conditions' reasons, by class.
var reasons = map[awsapi.Class]string{
	awsapi.Throttled: "Throttled", awsapi.Failed: "AWSFailed", awsapi.Denied: "AccessDenied", awsapi.Missing: "NotFound", awsapi.Exists: "AlreadyExists", awsapi.Busy: "Busy",
	awsapi.BadInput: "Refused", awsapi.Unknown: "Unknown",
}
