package bucketemptier

import (
	"slices"
	"strings"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	"github.com/aws-controllers-k8s/runtime/pkg/featuregate"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

const (
	// Annotation on a Bucket object asks, by the value "true", to empty the AWS bucket before it is deleted.
	Annotation = "s3.services.k8s.aws/empty-on-delete"

	// finalizer is the S3 controller's own: an object that has it owns its AWS bucket.
	finalizer = "finalizers.s3.services.k8s.aws/Bucket"
	// namespacePolicy is the annotation of a namespace with the deletion policy of the S3 kinds in it.
	namespacePolicy = "s3." + ackv1alpha1.AnnotationDeletionPolicy
	// directorySuffix ends the name of every directory bucket, and of no other.
	directorySuffix = "--x-s3"
)

var bucketKind = schema.GroupVersionKind{Group: "s3.services.k8s.aws", Version: "v1alpha1", Kind: "Bucket"}

// bucket is what matters here of a Bucket object.
type bucket struct {
	metav1.ObjectMeta `json:"metadata"`

	Spec struct {
		// Name of the AWS bucket.
		Name string `json:"name"`
	} `json:"spec"`
	Status struct {
		// ResourceMetadata says where the S3 controller found the bucket; nil if it never did.
		*ackv1alpha1.ResourceMetadata `json:"ackResourceMetadata"`
	} `json:"status"`
}

// concerns says whether an object is one to look at closer: it is being deleted, owns its AWS bucket, and has the
// annotation.
func concerns(object metav1.Object) bool {
	return !object.GetDeletionTimestamp().IsZero() &&
		slices.Contains(object.GetFinalizers(), finalizer) &&
		object.GetAnnotations()[Annotation] != ""
}

// checkAnnotation returns errNotAsked if emptying is not asked for. Nothing but "true" and "false" is an answer.
func (b *bucket) checkAnnotation() error {
	switch value := b.Annotations[Annotation]; value {
	case "true":
		return nil
	case "false":
		return errNotAsked
	default:
		return obstructed(reasonInvalidAnnotation, noRecheck,
			`the annotation %s must be "true" or "false", and is %q: the S3 bucket %s is not emptied`, Annotation, value, b.Spec.Name)
	}
}

// willBeDeleted says whether the S3 controller is going to delete the AWS bucket. As in ACK's runtime, the object's
// annotation comes before its namespace's and that before the flag; whatever is not "delete" retains; and an object
// that is read-only is left alone.
func (b *bucket) willBeDeleted(namespace *metav1.PartialObjectMetadata, flag ackv1alpha1.DeletionPolicy) bool {
	if strings.EqualFold(b.Annotations[ackv1alpha1.AnnotationReadOnly], "true") {
		return false
	}
	policy := flag
	if set := namespace.Annotations[namespacePolicy]; set != "" {
		policy = ackv1alpha1.DeletionPolicy(set)
	}
	if set, ok := b.Annotations[ackv1alpha1.AnnotationDeletionPolicy]; ok {
		policy = ackv1alpha1.DeletionPolicy(set)
	}
	return deletes(string(policy))
}

func deletes(policy string) bool { return policy == string(ackv1alpha1.DeletionPolicyDelete) }

// heedsNamespaces says whether ACK's runtime goes by the annotations of namespaces. Where it does not, one that says
// delete must not overrule a flag that says retain.
func heedsNamespaces(config ackcfg.Config, watched []string) bool {
	return config.FeatureGates.IsEnabled(featuregate.IAMRoleSelector) || config.EnableCARM && len(watched) != 1
}

// checkName refuses a bucket that cannot be emptied or may not be the one that the object owns.
func (b *bucket) checkName() error {
	if b.Spec.Name == "" {
		return errNotAsked
	}
	if strings.HasSuffix(b.Spec.Name, directorySuffix) {
		return obstructed(reasonNotSupported, noRecheck, "the directory bucket %s is not emptied: only general purpose buckets are; remove its objects by hand", b.Spec.Name)
	}
	if b.Status.ResourceMetadata == nil || b.Status.ARN == nil {
		return nil
	}
	if owned := string(*b.Status.ARN); !strings.HasSuffix(owned, ":::"+b.Spec.Name) {
		return obstructed(reasonWrongBucket, recheckHeld, "spec.name is %s, but the bucket of this object is %s: nothing is emptied until they are the same", b.Spec.Name, owned)
	}
	return nil
}
