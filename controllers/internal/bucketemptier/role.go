package bucketemptier

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	"github.com/aws-controllers-k8s/runtime/pkg/featuregate"
	ackrtcache "github.com/aws-controllers-k8s/runtime/pkg/runtime/cache"
	"github.com/aws-controllers-k8s/runtime/pkg/runtime/iamroleselector"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// role is whom to go to AWS as; the zero value is the controller itself.
type role struct {
	arn ackv1alpha1.AWSResourceName
	// account that the role belongs to, and is for.
	account string
}

// role finds the role to assume for a bucket, whose account is "" if it is not known. Like ACK's runtime it asks, where
// that is turned on, the IAMRoleSelectors, or the map of teams, or the map of accounts.
func (l locator) role(ctx context.Context, b *bucket, namespace *metav1.PartialObjectMetadata, account string) (role, error) {
	team := namespace.Annotations[ackv1alpha1.AnnotationTeamID]
	var from, found string
	var err error
	switch {
	case l.config.FeatureGates.IsEnabled(featuregate.IAMRoleSelector):
		from, found, err = l.selected(ctx, b, namespace)
	case l.config.FeatureGates.IsEnabled(featuregate.TeamLevelCARM) && team != "":
		from, found, err = l.mapped(ctx, b, ackrtcache.ACKRoleTeamMap, "team", team)
	case l.config.EnableCARM && account != "" && (account != l.config.AccountID || namespace.Annotations[ackv1alpha1.AnnotationOwnerAccountID] != ""):
		from, found, err = l.mapped(ctx, b, ackrtcache.ACKRoleAccountMap, "account", account)
	}
	if err != nil || found == "" {
		return role{}, err
	}
	parsed, err := arn.Parse(found)
	if err != nil || !strings.HasPrefix(parsed.Resource, "role/") {
		return role{}, obstructed(reasonNoRole, recheckHeld, "%s names %q, which is no role's ARN: the S3 bucket %s is not emptied", from, found, b.Spec.Name)
	}
	if account != "" && parsed.AccountID != account {
		return role{}, obstructed(reasonNoRole, recheckHeld, "%s names %q, which is no role of account %s, where the S3 bucket %s is: it is not emptied", from, found, account, b.Spec.Name)
	}
	return role{arn: ackv1alpha1.AWSResourceName(found), account: parsed.AccountID}, nil
}

// mapped is the role that a ConfigMap has for an account or a team, and where it is from.
func (l locator) mapped(ctx context.Context, b *bucket, configMap, what, id string) (from, found string, err error) {
	roles := &corev1.ConfigMap{}
	key := client.ObjectKey{Namespace: systemNamespace(), Name: configMap}
	if err := l.reader.Get(ctx, key, roles); client.IgnoreNotFound(err) != nil {
		return "", "", err
	}
	found = roles.Data[id]
	if l.config.FeatureGates.IsEnabled(featuregate.ServiceLevelCARM) {
		found = firstNonEmpty(roles.Data[Name+"."+id], found)
	}
	if found == "" {
		return "", "", obstructed(reasonNoRole, recheckHeld, "the S3 bucket %s is of %s %s, and there is no role to empty it with: add one for the %[2]s to the ConfigMap %[4]s", b.Spec.Name, what, id, key)
	}
	return fmt.Sprintf("the ConfigMap %s, for %s %s,", key, what, id), found, nil
}

// selected is the role of the IAMRoleSelector that matches a Bucket; "" if none does.
func (l locator) selected(ctx context.Context, b *bucket, namespace *metav1.PartialObjectMetadata) (from, found string, err error) {
	all := &ackv1alpha1.IAMRoleSelectorList{}
	if err := l.reader.List(ctx, all); err != nil {
		return "", "", err
	}
	var names []string
	for i := range all.Items {
		one := &all.Items[i]
		if iamroleselector.Matches(one, iamroleselector.MatchContext{
			Namespace: b.Namespace, NamespaceLabels: namespace.Labels, GVK: bucketKind, ResourceLabels: b.Labels,
		}) {
			names = append(names, one.Name)
			found = one.Spec.ARN
		}
	}
	if len(names) > 1 {
		slices.Sort(names)
		return "", "", obstructed(reasonNoRole, recheckHeld, "the IAMRoleSelectors %s all match this Bucket, and ACK allows one only: the S3 bucket %s is not emptied until one is left",
			strings.Join(names, ", "), b.Spec.Name)
	}
	return "the IAMRoleSelector " + strings.Join(names, ""), found, nil
}

// systemNamespace is the namespace that ACK's configuration is in; the runtime asks the same variables.
func systemNamespace() string {
	return firstNonEmpty(os.Getenv("ACK_SYSTEM_NAMESPACE"), os.Getenv("K8S_NAMESPACE"), "ack-system")
}
