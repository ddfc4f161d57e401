package ack

import (
	"context"
	"errors"
	"maps"
	"strings"

	ackerr "github.com/aws-controllers-k8s/runtime/pkg/errors"
	ackmetrics "github.com/aws-controllers-k8s/runtime/pkg/metrics"
	ackrequeue "github.com/aws-controllers-k8s/runtime/pkg/requeue"
	ackrt "github.com/aws-controllers-k8s/runtime/pkg/runtime"
	acktypes "github.com/aws-controllers-k8s/runtime/pkg/types"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/awsapi"
)

// bindKind adds the controller of a kind.
func (s *shared) bindKind(
	ctx context.Context, sc acktypes.ServiceController, kind Registration, rmf acktypes.AWSResourceManagerFactory, counters *ackmetrics.Metrics,
	with with, wakes <-chan event.GenericEvent,
) error {
	inner := ackrt.NewReconciler(sc, rmf, s.log, s.config, counters, s.accounts, s.selectors)
	// This gives the runtime's reconciler its clients, and throws away the controller that it makes.
	telling := clientsOnly{Manager: s.mgr, teller: s.teller}
	if err := inner.BindControllerManager(telling); err != nil {
		return err
	}
	gvk := kind.GroupVersionKind()
	waits, unknowns := newBackoff(maxBackoff), newBackoff(maxUnknownBackoff)
	return ctrl.NewControllerManagedBy(s.mgr).
		Named(strings.ToLower(gvk.Kind)+"."+gvk.Group).
		For(kind.object(), builder.OnlyMetadata, builder.WithPredicates(predicate.Or(predicate.GenerationChangedPredicate{}, annotated))).
		WatchesRawSource(source.Channel(wakes, &handler.EnqueueRequestForObject{})).
		WithOptions(controller.Options{
			MaxConcurrentReconciles: s.config.GetReconcileResourceMaxConcurrency(gvk.Kind),
			RateLimiter:             newBackoff(maxBackoff),
		}).
		Complete(s.following(ctx, gvk, with, reconcile.Func(func(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
			if s.namespaces != nil {
				if known, err := s.namespaces.knows(ctx, gvk, request.NamespacedName); err != nil || !known {
					return reconcile.Result{RequeueAfter: namespaceRecheck}, err
				}
			}
			result, err := inner.Reconcile(ctx, request)
			var reference *unresolved
			var certain *refused
			var failure hidden
			if errors.As(err, &certain) {
				result, err = asResult(certain.failure)
			}
			switch {
			case isMoved(err):
				// A namespace's annotation that is put back wakes nobody.
				return reconcile.Result{RequeueAfter: waits.When(request)}, tellMoved(ctx, telling, rmf.ResourceDescriptor(), request, err)
			case errors.As(err, &reference):
				// Nothing is wrong yet, so no error in the log; the change of the other object wakes this one earlier.
				return reconcile.Result{RequeueAfter: waits.When(request)}, nil
			case errors.As(err, &failure) && failure.is == awsapi.Unknown:
				log.FromContext(ctx).Error(err, "refused for an unknown reason: tried again later")
				return reconcile.Result{RequeueAfter: unknowns.When(request)}, nil
			}
			waits.Forget(request)
			unknowns.Forget(request)
			return result, err
		})))
}

// following looks before and after each reconcile of an object whether it is there. What is remembered of one that is gone
// is dropped, and what was made for it in AWS is removed if nothing else will.
func (s *shared) following(process context.Context, kind schema.GroupVersionKind, with with, inner reconcile.Reconciler) reconcile.Reconciler {
	cached := s.mgr.GetClient()
	look := func(ctx context.Context, name types.NamespacedName) (isGone bool) {
		object := &metav1.PartialObjectMetadata{}
		object.SetGroupVersionKind(kind)
		err := cached.Get(ctx, name, object)
		if err == nil && controllerutil.ContainsFinalizer(object, finalizerOf(kind)) {
			// Its deletion comes to us.
			with.made.take(name)
		}
		return apierrors.IsNotFound(err)
	}
	return reconcile.Func(func(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
		look(ctx, request.NamespacedName)
		result, err := inner.Reconcile(ctx, request)
		if look(ctx, request.NamespacedName) {
			s.teller.forget(kind, request.NamespacedName)
			with.waiting.forget(objectKey{kind.GroupKind(), request.NamespacedName})
			if remove := with.made.take(request.NamespacedName); remove != nil {
				go removeStranded(log.IntoContext(process, log.FromContext(ctx)), request.NamespacedName, remove)
			}
		}
		return result, err
	})
}

// asResult is what the runtime makes of an error that it hands on when it has released the object.
func asResult(failure error) (reconcile.Result, error) {
	var later *ackrequeue.RequeueNeededAfter
	switch {
	case errors.Is(failure, ackerr.Terminal):
		// Told in the object's conditions; only a change of the spec can help.
		return reconcile.Result{}, nil
	case errors.As(failure, &later):
		return reconcile.Result{RequeueAfter: later.Duration()}, nil
	default:
		return reconcile.Result{}, failure
	}
}

// annotated passes updates of the annotations that controllers read: ReconcileRequestedAt, and those that say how an
// object is adopted, deleted or kept. The runtime itself would note such a change at the next change of the spec only,
// and never on an object that is in a terminal condition, which is where one sets them.
var annotated = predicate.Funcs{
	UpdateFunc: func(e event.UpdateEvent) bool {
		return !maps.Equal(controllersAnnotations(e.ObjectOld), controllersAnnotations(e.ObjectNew))
	},
}

// controllersAnnotations are an object's annotations services.k8s.aws/... and <service>.services.k8s.aws/...
func controllersAnnotations(object client.Object) map[string]string {
	found := maps.Clone(object.GetAnnotations())
	maps.DeleteFunc(found, func(key, _ string) bool { return !strings.Contains(key, "services.k8s.aws/") })
	return found
}
