package ack

import (
	"reflect"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	ackcompare "github.com/aws-controllers-k8s/runtime/pkg/compare"
	acktypes "github.com/aws-controllers-k8s/runtime/pkg/types"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
)

// descriptor tells the runtime about a kind.
type descriptor[T ObjectOf[T]] struct{ kind Kind[T] }

func (d descriptor[T]) GroupVersionKind() schema.GroupVersionKind { return d.kind.GroupVersionKind }

func (d descriptor[T]) EmptyRuntimeObject() client.Object { return newObject[T]() }

func newObject[T ObjectOf[T]]() T {
	var object T
	return reflect.New(reflect.TypeOf(object).Elem()).Interface().(T)
}

func (d descriptor[T]) ResourceFromRuntimeObject(object client.Object) acktypes.AWSResource {
	return newResource(object.(T), d.kind)
}

// Delta compares what a declares with what was observed for b or, before a patch, with what b declares.
func (d descriptor[T]) Delta(a, b acktypes.AWSResource) *ackcompare.Delta {
	declared, other := a.(*resource[T]), b.(*resource[T])
	if other.observed == nil || other.specOnly {
		return CompareSpecs(declared.object, other.object)
	}
	left, right := copyOf(declared.object), copyOf(*other.observed)
	dropForeignTags(right)
	if d.kind.Normalise != nil {
		d.kind.Normalise(left, right)
	}
	delta := CompareSpecs(left, right)
	if d.kind.Compare != nil {
		d.kind.Compare(delta, left, right)
	}
	return delta
}

// DeltaForPreDelete is what the runtime has AWS updated with before it deletes.
func (d descriptor[T]) DeltaForPreDelete(a, b acktypes.AWSResource) (*ackcompare.Delta, acktypes.AWSResource) {
	declared, observed := a.(*resource[T]), b.(*resource[T])
	delta := ackcompare.NewDelta()
	if d.kind.BeforeDelete != nil {
		d.kind.BeforeDelete(delta, declared.object, *observed.observed)
	}
	return delta, declared
}

// finalizerOf is the finalizer that keeps an object of a kind until AWS's is gone. It is the name that ACK gives, so
// that controllers can be exchanged.
func finalizerOf(gvk schema.GroupVersionKind) string {
	return "finalizers." + gvk.Group + "/" + gvk.Kind
}

func (d descriptor[T]) finalizer() string { return finalizerOf(d.kind.GroupVersionKind) }

func (d descriptor[T]) IsManaged(res acktypes.AWSResource) bool {
	return controllerutil.ContainsFinalizer(res.RuntimeObject(), d.finalizer())
}

func (d descriptor[T]) MarkManaged(res acktypes.AWSResource) {
	controllerutil.AddFinalizer(res.RuntimeObject(), d.finalizer())
}

func (d descriptor[T]) MarkUnmanaged(res acktypes.AWSResource) {
	controllerutil.RemoveFinalizer(res.RuntimeObject(), d.finalizer())
}

func (d descriptor[T]) MarkAdopted(res acktypes.AWSResource) {
	annotations := res.MetaObject().GetAnnotations()
	if annotations == nil {
		annotations = map[string]string{}
	}
	annotations[ackv1alpha1.AnnotationAdopted] = "true"
	res.MetaObject().SetAnnotations(annotations)
}
