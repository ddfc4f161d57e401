package bucketemptier

import (
	"context"
	"os"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	"github.com/aws-controllers-k8s/runtime/pkg/featuregate"
	ackrtcache "github.com/aws-controllers-k8s/runtime/pkg/runtime/cache"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	corev1 "k8s.io/api/core/v1"
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
	region  string
	// endpoint is "" for AWS's own.
	endpoint string
	// role to assume; "" is none.
	role string
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
	account := firstNonEmpty(value(observed.OwnerAccountID), declaredAccount, l.config.AccountID)
	region := firstNonEmpty(value(observed.Region), declaredRegion, l.config.Region)
	to := location{account: account, region: region, endpoint: firstNonEmpty(namespace.Annotations[ackv1alpha1.AnnotationEndpointURL], l.config.EndpointURL)}
	// The S3 controller refuses such objects, so it is not going to delete the bucket either.
	if declaredRegion != "" && declaredRegion != region {
		return to, obstructed(reasonWrongBucket, recheckHeld, "the S3 bucket %s is in region %s, but the annotations say %s: nothing is emptied until they agree", b.Spec.Name, region, declaredRegion)
	}
	if declaredAccount != "" && declaredAccount != account {
		return to, obstructed(reasonWrongBucket, recheckHeld, "the S3 bucket %s is in account %s, but the namespace's annotation says %s: nothing is emptied until they agree", b.Spec.Name, account, declaredAccount)
	}
	var err error
	if l.config.EnableCARM && (declaredAccount != "" || account != l.config.AccountID) {
		to.role, err = l.role(ctx, b, account)
	}
	return to, err
}

// role is what the map of roles says for an account.
func (l locator) role(ctx context.Context, b *bucket, account string) (string, error) {
	roles := &corev1.ConfigMap{}
	key := client.ObjectKey{Namespace: systemNamespace(), Name: ackrtcache.ACKRoleAccountMap}
	if err := l.reader.Get(ctx, key, roles); client.IgnoreNotFound(err) != nil {
		return "", err
	}
	role := roles.Data[account]
	if l.config.FeatureGates.IsEnabled(featuregate.ServiceLevelCARM) {
		role = firstNonEmpty(roles.Data[Name+"."+account], role)
	}
	if role == "" {
		return "", obstructed(reasonNoRole, recheckHeld, "the S3 bucket %s is in account %s, and there is no role to empty it with: add one for the account to the ConfigMap %s", b.Spec.Name, account, key)
	}
	if parsed, err := arn.Parse(role); err != nil || parsed.AccountID != account {
		return "", obstructed(reasonNoRole, recheckHeld, "the ConfigMap %s has %q for account %s, which is no role of that account: the S3 bucket %s is not emptied", key, role, account, b.Spec.Name)
	}
	return role, nil
}

// systemNamespace is the namespace that ACK's configuration is in; the runtime asks the same variables.
func systemNamespace() string {
	return firstNonEmpty(os.Getenv("ACK_SYSTEM_NAMESPACE"), os.Getenv("K8S_NAMESPACE"), "ack-system")
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
