package ack

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	ackerr "github.com/aws-controllers-k8s/runtime/pkg/errors"
	acktypes "github.com/aws-controllers-k8s/runtime/pkg/types"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// resource is an object on its way through a reconcile: what the user declared, and what AWS has.
type resource[T ObjectOf[T]] struct {
	// object has the declared spec, and in its status what was observed.
	object T
	// observed is what Read returned; nil before.
	observed *T
	// specOnly makes a comparison look at the declared specs alone: set on what is about to be patched.
	specOnly bool
	// nameFromARN is the kind's.
	nameFromARN func(arn string) string
	// before are the conditions that the object had at the reconcile's start.
	before []*ackv1alpha1.Condition
}

func newResource[T ObjectOf[T]](object T, kind Kind[T]) *resource[T] {
	created := &resource[T]{object: object, nameFromARN: kind.NameFromARN}
	for _, condition := range *object.ACKConditions() {
		// A copy: the runtime writes to conditions in place.
		created.before = append(created.before, condition.DeepCopy())
	}
	return created
}

func (r *resource[T]) Conditions() []*ackv1alpha1.Condition {
	return *r.object.ACKConditions()
}

// ReplaceConditions sets the conditions. One that says what it said before keeps its time, so that the time is that of
// the last transition, and that a reconcile which finds nothing new changes nothing.
func (r *resource[T]) ReplaceConditions(conditions []*ackv1alpha1.Condition) {
	for _, condition := range conditions {
		for _, old := range r.before {
			if old.Type == condition.Type && old.Status == condition.Status && old.LastTransitionTime != nil {
				condition.LastTransitionTime = old.LastTransitionTime
			}
		}
	}
	*r.object.ACKConditions() = conditions
}

func (r *resource[T]) Identifiers() acktypes.AWSResourceIdentifiers {
	return identifiers{*r.object.ACKMetadata()}
}

func (r *resource[T]) IsBeingDeleted() bool         { return !r.object.GetDeletionTimestamp().IsZero() }
func (r *resource[T]) RuntimeObject() client.Object { return r.object }
func (r *resource[T]) MetaObject() metav1.Object    { return r.object }

func (r *resource[T]) SetObjectMeta(meta metav1.ObjectMeta) {
	r.object.SetObjectMeta(meta)
}

// SetStatus takes over the status and what was observed.
func (r *resource[T]) SetStatus(from acktypes.AWSResource) {
	other := from.(*resource[T])
	r.object.TakeStatus(other.object)
	r.observed = other.observed
}

func (r *resource[T]) DeepCopy() acktypes.AWSResource {
	copied := *r
	copied.object = copyOf(r.object)
	if r.observed != nil {
		observed := copyOf(*r.observed)
		copied.observed = &observed
	}
	return &copied
}

// SetIdentifiers names the AWS object.
func (r *resource[T]) SetIdentifiers(given *ackv1alpha1.AWSIdentifiers) error {
	if given == nil || given.NameOrID == "" {
		return ackerr.MissingNameIdentifier
	}
	_, json := r.object.AWSName()
	return r.PopulateResourceFromAnnotation(map[string]string{json: given.NameOrID})
}

// PopulateResourceFromAnnotation names the AWS object that the annotation services.k8s.aws/adoption-fields gives: by its
// name, its ARN, or both.
func (r *resource[T]) PopulateResourceFromAnnotation(fields map[string]string) error {
	name, json := r.object.AWSName()
	wrong := func(format string, arguments ...any) error {
		return fmt.Errorf("annotation %s: %s, want {%q: \"...\"}, {\"arn\": \"...\"} or both",
			ackv1alpha1.AnnotationAdoptionFields, fmt.Sprintf(format, arguments...), json)
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if key != json && key != "arn" {
			return wrong("unknown field %q", key)
		}
	}
	value := fields[json]
	if arn, given := fields["arn"]; given {
		_, resource, isARN := strings.Cut(arn, "/")
		if r.nameFromARN != nil {
			resource = r.nameFromARN(arn)
		}
		switch {
		case !strings.HasPrefix(arn, "arn:") || !isARN && r.nameFromARN == nil || resource == "":
			return wrong("%q is no ARN of such an object", arn)
		case value != "" && value != resource:
			return wrong("the ARN is of %q, and the %s is %q", resource, json, value)
		}
		value = resource
	}
	if value == "" {
		return wrong("it names nothing")
	}
	*name = &value
	return nil
}

// identifiers reads an object's identity from its status.
type identifiers struct{ metadata *ackv1alpha1.ResourceMetadata }

func (i identifiers) ARN() *ackv1alpha1.AWSResourceName {
	if i.metadata == nil {
		return nil
	}
	return i.metadata.ARN
}

func (i identifiers) OwnerAccountID() *ackv1alpha1.AWSAccountID {
	if i.metadata == nil {
		return nil
	}
	return i.metadata.OwnerAccountID
}

func (i identifiers) Region() *ackv1alpha1.AWSRegion {
	if i.metadata == nil {
		return nil
	}
	return i.metadata.Region
}

func (i identifiers) Partition() *ackv1alpha1.AWSPartition {
	if i.metadata == nil {
		return nil
	}
	return i.metadata.Partition
}
