package ack

import (
	"context"
	"maps"
	"strings"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
)

// policyReader reads an object that is being deleted with the deletion policy of its namespace, if it has none of its own.
// The runtime knows the namespace's only with cross-account management on (--enable-carm), and as it was some time ago;
// whether data stays must depend on neither.
type policyReader struct {
	client.Reader
	scheme *runtime.Scheme
}

// Get reads an object from the API server.
func (r policyReader) Get(ctx context.Context, key client.ObjectKey, object client.Object, options ...client.GetOption) error {
	if err := r.Reader.Get(ctx, key, object, options...); err != nil || object.GetDeletionTimestamp().IsZero() {
		return err
	}
	kind, err := apiutil.GVKForObject(object, r.scheme)
	if err != nil || !strings.HasSuffix(kind.Group, ".services.k8s.aws") {
		return err
	}
	policy, err := deletionPolicy(ctx, r.Reader, object, kind.Group)
	if err != nil || policy == "" {
		return err
	}
	annotations := map[string]string{ackv1alpha1.AnnotationDeletionPolicy: string(policy)}
	maps.Copy(annotations, object.GetAnnotations())
	object.SetAnnotations(annotations)
	return nil
}

// deletionPolicy is what an object or else its namespace says of the deletion of what it has in AWS; "" is nothing.
func deletionPolicy(ctx context.Context, reader client.Reader, object client.Object, group string) (ackv1alpha1.DeletionPolicy, error) {
	if own, given := object.GetAnnotations()[ackv1alpha1.AnnotationDeletionPolicy]; given {
		return ackv1alpha1.DeletionPolicy(own), nil
	}
	namespace := &metav1.PartialObjectMetadata{}
	namespace.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Namespace"))
	if err := reader.Get(ctx, types.NamespacedName{Name: object.GetNamespace()}, namespace); err != nil {
		return "", err
	}
	return ackv1alpha1.DeletionPolicy(namespace.Annotations[group+"/deletion-policy"]), nil
}
