package bucketemptier

import (
	"context"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Name of the component: --services knows it by this, and so does the map of roles when the feature gate
// ServiceLevelCARM is on (bucket-emptier.<account>).
const Name = "bucket-emptier"

// location says where a bucket is, and as whom to go there.
type location struct {
	// account that must own the bucket.
	account string
	region  ackv1alpha1.AWSRegion
	// endpoint is "" for AWS's own.
	endpoint string
	// role to assume; "" is none.
	role ackv1alpha1.AWSResourceName
}

// locator finds out where buckets are, by the same rules as ACK's runtime does for the S3 controller.
type locator struct {
	config ackcfg.Config
	reader client.Reader
}

func (l locator) locate(ctx context.Context, b *bucket, namespace *metav1.PartialObjectMetadata) (location, error) {
	var observed ackv1alpha1.ResourceMetadata
	if b.Status.ResourceMetadata != nil {
		observed = *b.Status.ResourceMetadata
	}
	declaredAccount := namespace.Annotations[ackv1alpha1.AnnotationOwnerAccountID]
	declaredRegion := firstNonEmpty(b.Annotations[ackv1alpha1.AnnotationRegion], namespace.Annotations[ackv1alpha1.AnnotationDefaultRegion])
	account := firstNonEmpty(value(observed.OwnerAccountID), declaredAccount)
	region := firstNonEmpty(value(observed.Region), declaredRegion, l.config.Region)
	// The S3 controller refuses such objects, so it is not going to delete the bucket either.
	if declaredRegion != "" && declaredRegion != region {
		return location{}, obstructed(reasonWrongBucket, recheckHeld, "the S3 bucket %s is in region %s, but the annotations say %s: nothing is emptied until they agree", b.Spec.Name, region, declaredRegion)
	}
	if declaredAccount != "" && declaredAccount != account {
		return location{}, obstructed(reasonWrongBucket, recheckHeld, "the S3 bucket %s is in account %s, but the namespace's annotation says %s: nothing is emptied until they agree", b.Spec.Name, account, declaredAccount)
	}
	role, err := l.role(ctx, b, namespace, account)
	if err != nil {
		return location{}, err
	}
	return location{
		account: firstNonEmpty(account, role.account, l.config.AccountID), region: ackv1alpha1.AWSRegion(region),
		endpoint: firstNonEmpty(namespace.Annotations[ackv1alpha1.AnnotationEndpointURL], l.config.EndpointURL),
		role:     role.arn,
	}, nil
}

func firstNonEmpty(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}

func value[T ~string](pointer *T) string {
	if pointer == nil {
		return ""
	}
	return string(*pointer)
}
