package ack

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/util/retry"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/apiutil"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/manager"
)

// clientsOnly is a manager that gives clients but starts nothing.
type clientsOnly struct {
	ctrl.Manager
	// teller hears what is written to the status of objects of our kinds; nil for others.
	teller *teller
}

func (clientsOnly) Add(manager.Runnable) error { return nil }

func (c clientsOnly) GetClient() client.Client {
	return patchClient{Client: c.Manager.GetClient(), reader: c.Manager.GetAPIReader(), teller: c.teller}
}

func (c clientsOnly) GetAPIReader() client.Reader {
	return policyReader{Reader: c.Manager.GetAPIReader(), scheme: c.GetScheme()}
}

// patchClient corrects two things in how the runtime patches objects.
//
// It patches the whole list of finalizers, as it was when the reconcile began. If meanwhile somebody else has removed
// theirs (the garbage collector does, after a foreground deletion), this puts it back; the API server refuses that for
// an object which is being deleted, and for any other it is worse: it is accepted. So our finalizer is added to or
// removed from the list as it is now.
//
// And it patches when there is nothing to patch.
type patchClient struct {
	client.Client
	reader client.Reader
	teller *teller
}

func (c patchClient) Patch(ctx context.Context, object client.Object, patch client.Patch, options ...client.PatchOption) error {
	data, err := patch.Data(object)
	if err != nil {
		return err
	}
	rest, finalizers, err := cutFinalizers(data)
	if err != nil {
		return err
	}
	kind, err := apiutil.GVKForObject(object, c.Scheme())
	if err != nil {
		return err
	}
	add := slices.Contains(object.GetFinalizers(), finalizerOf(kind))
	if finalizers && add {
		// Before the rest, which may say that the object is adopted.
		if err := c.setFinalizer(ctx, object, kind, add); err != nil {
			return err
		}
	}
	if !isEmptyPatch(rest) {
		if err := c.Client.Patch(ctx, object, client.RawPatch(patch.Type(), rest), options...); err != nil {
			return err
		}
	}
	if finalizers && !add {
		return client.IgnoreNotFound(c.setFinalizer(ctx, object, kind, add))
	}
	return nil
}

// cutFinalizers takes the finalizers out of a merge patch, and says whether there were any.
func cutFinalizers(patch []byte) (rest []byte, found bool, err error) {
	var document map[string]any
	if err := json.Unmarshal(patch, &document); err != nil {
		return nil, false, err
	}
	metadata, _ := document["metadata"].(map[string]any)
	if _, found = metadata["finalizers"]; !found {
		return patch, false, nil
	}
	delete(metadata, "finalizers")
	if len(metadata) == 0 {
		delete(document, "metadata")
	}
	rest, err = json.Marshal(document)
	return rest, true, err
}

func isEmptyPatch(patch []byte) bool { return bytes.Equal(bytes.TrimSpace(patch), []byte("{}")) }

// setFinalizer adds our finalizer to an object, or removes it.
//
// It is an error that the object has gone, or that another has its name now. This matters when the finalizer is added:
// the runtime makes AWS's object next, and nothing would ever remove that. (An object that is being deleted gets no new
// finalizer: the API server refuses it.)
func (c patchClient) setFinalizer(ctx context.Context, object client.Object, kind schema.GroupVersionKind, add bool) error {
	return retry.RetryOnConflict(retry.DefaultBackoff, func() error {
		current := &metav1.PartialObjectMetadata{}
		current.SetGroupVersionKind(kind)
		if err := c.reader.Get(ctx, client.ObjectKeyFromObject(object), current); err != nil {
			return err
		}
		if current.GetUID() != object.GetUID() {
			return apierrors.NewNotFound(schema.GroupResource{Group: kind.Group, Resource: kind.Kind}, object.GetName())
		}
		before := current.DeepCopy()
		if add {
			controllerutil.AddFinalizer(current, finalizerOf(kind))
		} else {
			controllerutil.RemoveFinalizer(current, finalizerOf(kind))
		}
		if err := c.Client.Patch(ctx, current, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})); err != nil {
			return err
		}
		object.SetFinalizers(current.GetFinalizers())
		object.SetResourceVersion(current.GetResourceVersion())
		return nil
	})
}

func (c patchClient) Status() client.SubResourceWriter {
	return statusWriter{SubResourceWriter: c.Client.Status(), client: c.Client, teller: c.teller}
}

// statusWriter leaves out patches that change nothing, and has told what conditions say.
type statusWriter struct {
	client.SubResourceWriter
	client client.Client
	teller *teller
}

func (w statusWriter) Patch(ctx context.Context, object client.Object, patch client.Patch, options ...client.SubResourcePatchOption) error {
	data, err := patch.Data(object)
	if err != nil {
		return err
	}
	var said summary
	if w.teller != nil {
		// Before the answer is decoded into the object.
		said = summarise(*object.(Object).ACKConditions())
	}
	if !isEmptyPatch(data) {
		if err := w.SubResourceWriter.Patch(ctx, object, patch, options...); err != nil {
			return err
		}
	}
	if w.teller == nil {
		return nil
	}
	kind, err := w.client.GroupVersionKindFor(object)
	if err != nil {
		return err
	}
	w.teller.tell(object, kind, said, changesConditions(data))
	return nil
}
