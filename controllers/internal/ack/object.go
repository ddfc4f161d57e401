package ack

import (
	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Object is an object of any kind of ours. Its methods are generated beside its type, from generate/<service>.yaml.
type Object interface {
	client.Object
	// ACKMetadata is where the status has the ARN, the account and the region.
	ACKMetadata() **ackv1alpha1.ResourceMetadata
	// ACKConditions is where the status has the conditions.
	ACKConditions() *[]*ackv1alpha1.Condition
	// ACKSpec is a pointer to the spec, to be compared and searched for references.
	ACKSpec() any
	// AWSName is the field of the spec that names the AWS resource, and what that is called in JSON.
	AWSName() (field **string, json string)
	// AWSTags is a copy of the tags in the spec.
	AWSTags() map[string]string
	// SetAWSTags sets the tags in the spec, lists sorted by key.
	SetAWSTags(tags map[string]string)
	// SetObjectMeta sets the metadata.
	SetObjectMeta(meta metav1.ObjectMeta)
}

// ObjectOf is an object of the kind T.
type ObjectOf[T any] interface {
	Object
	// TakeSpec takes over a copy of another object's spec.
	TakeSpec(from T)
	// TakeStatus takes over a copy of another object's status.
	TakeStatus(from T)
}

// copyOf is a deep copy of an object.
func copyOf[T client.Object](object T) T {
	return object.DeepCopyObject().(T)
}

// SetARN sets the ARN in an object's status.
func SetARN(object Object, arn *string) {
	metadata := object.ACKMetadata()
	if *metadata == nil {
		*metadata = &ackv1alpha1.ResourceMetadata{}
	}
	(*metadata).ARN = (*ackv1alpha1.AWSResourceName)(arn)
}

// ARN is the ARN in an object's status, "" if it has none yet.
func ARN(object Object) string {
	if arn := (identifiers{*object.ACKMetadata()}).ARN(); arn != nil {
		return string(*arn)
	}
	return ""
}

// IsAdopting says whether an object is to take over what AWS has under its name, whoever made that, and has not yet.
func IsAdopting(object Object) bool {
	policy := object.GetAnnotations()[ackv1alpha1.AnnotationAdoptionPolicy]
	return policy != "" && ARN(object) == ""
}
