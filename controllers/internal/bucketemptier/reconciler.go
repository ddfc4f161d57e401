package bucketemptier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	acktypes "github.com/aws-controllers-k8s/runtime/pkg/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/tools/record"
	"k8s.io/client-go/util/workqueue"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/awsapi"
)

const (
	// parallelBuckets is how many buckets are emptied at once.
	parallelBuckets = 4
	// sliceTime is how long a bucket is emptied before the conditions are looked at again and other buckets get
	// their turn.
	sliceTime = 15 * time.Second
	// nextSlice is how long after a slice the next begins.
	nextSlice = time.Millisecond
	// recheckEmpty is how long the S3 controller gets at first to delete an empty bucket before we look again, and wake it;
	// maxRecheckEmpty is how long in the end.
	recheckEmpty    = 30 * time.Second
	maxRecheckEmpty = 15 * time.Minute
	// jitter spreads what has to wait, as a share of the wait.
	jitter = 0.25
	// firstReport is how long an emptying goes on before its progress is reported; each report takes twice as
	// long as the one before, up to maxReport, as the API server drops events of an object that has many.
	firstReport = 15 * time.Second
	maxReport   = 5 * time.Minute
	// missingKindRecheck is how often we look whether the S3 controller's CRD has been installed meanwhile.
	missingKindRecheck = 30 * time.Second
)

// howToCall S3. Each call can be repeated: what it removes is named by version. S3 throttles who removes fast, so that
// one failure more or less is nothing to tell of.
var howToCall = awsapi.Calls{AtOnce: parallelBuckets * parallelCalls, Attempts: 5, Repeatable: true}

// Setup adds the bucket emptier to a controller manager. It works for Buckets from the moment on that their CRD is
// installed.
func Setup(_ context.Context, mgr ctrl.Manager, config ackcfg.Config, version acktypes.VersionInfo) error {
	namespaces, err := config.GetWatchNamespaces()
	if err != nil {
		return fmt.Errorf("--watch-namespace: %w", err)
	}
	r := &reconciler{
		config:          config,
		heedsNamespaces: heedsNamespaces(config, namespaces),
		client:          mgr.GetClient(),
		reader:          mgr.GetAPIReader(),
		locator:         locator{config: config, reader: mgr.GetAPIReader()},
		configs:         awsapi.NewConfigs(Name, howToCall, config, awsapi.UserAgent(Name, version)),
		// The newer API counts events of one reason and shows the text of the first: progress would stand still.
		events:   mgr.GetEventRecorderFor(Name), //nolint:staticcheck // SA1019: see above
		progress: map[types.NamespacedName]*progress{},
	}
	return mgr.Add(manager.RunnableFunc(func(ctx context.Context) error {
		err := wait.PollUntilContextCancel(ctx, missingKindRecheck, true, func(context.Context) (bool, error) {
			_, err := mgr.GetRESTMapper().RESTMapping(bucketKind.GroupKind(), bucketKind.Version)
			if err != nil && !meta.IsNoMatchError(err) {
				mgr.GetLogger().Error(err, "cannot find out whether Buckets are served; trying again")
			}
			return err == nil, nil
		})
		if err != nil {
			return nil // the manager stops
		}
		return r.bind(mgr)
	}))
}

// reconciler empties the buckets of Bucket objects that are being deleted.
type reconciler struct {
	config ackcfg.Config
	// heedsNamespaces says whether annotations of namespaces mean anything.
	heedsNamespaces bool

	client  client.Client
	reader  client.Reader
	locator locator
	configs *awsapi.Configs
	events  record.EventRecorder

	mutex    sync.Mutex
	progress map[types.NamespacedName]*progress
}

func (r *reconciler) bind(mgr ctrl.Manager) error {
	watched := &metav1.PartialObjectMetadata{}
	watched.SetGroupVersionKind(bucketKind)
	return ctrl.NewControllerManagedBy(mgr).
		Named(Name).
		For(watched, builder.WithPredicates(begins)).
		WithOptions(controller.Options{
			MaxConcurrentReconciles: parallelBuckets,
			// For failures of the Kubernetes API; those of AWS say themselves when to look again.
			RateLimiter: workqueue.NewTypedItemExponentialFailureRateLimiter[reconcile.Request](time.Second, recheckHeld),
		}).
		Complete(r)
}

// begins passes events that may make the conditions for emptying come true. Others, such as the S3 controller's
// updates of the status, are none of our business.
var begins = predicate.Funcs{
	CreateFunc: func(e event.CreateEvent) bool { return concerns(e.Object) },
	UpdateFunc: func(e event.UpdateEvent) bool {
		changed := !concerns(e.ObjectOld) || !maps.Equal(e.ObjectOld.GetAnnotations(), e.ObjectNew.GetAnnotations())
		return changed && concerns(e.ObjectNew)
	},
	DeleteFunc:  func(e event.DeleteEvent) bool { return concerns(e.Object) }, // to forget its progress
	GenericFunc: func(event.GenericEvent) bool { return false },
}

// Reconcile does one slice of the work on a bucket.
func (r *reconciler) Reconcile(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
	// Not from the cache: whatever keeps a bucket from being emptied must count from the moment it is said.
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(bucketKind)
	if err := r.reader.Get(ctx, request.NamespacedName, object); err != nil {
		r.forget(request.NamespacedName)
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	b := &bucket{}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, b); err != nil {
		return reconcile.Result{}, reconcile.TerminalError(fmt.Errorf("read Bucket %s: %w", request.NamespacedName, err))
	}
	found, err := r.slice(ctx, b)
	if ctx.Err() != nil {
		return reconcile.Result{}, nil // the manager stops, and the next one goes on
	}
	switch {
	case errors.Is(err, errNotAsked) || isMissing(err):
		r.forget(request.NamespacedName)
		return reconcile.Result{}, nil
	case errors.Is(err, errRetained):
		// The S3 controller takes its finalizer off; should it not run, the namespace may still change its mind.
		return reconcile.Result{RequeueAfter: wait.Jitter(recheckHeld, jitter)}, nil
	}
	total := r.count(request.NamespacedName, b.UID, found)
	var why *obstacle
	switch {
	case errors.As(err, &why):
		return r.report(ctx, object, why), nil
	case err != nil:
		return reconcile.Result{}, err
	case found.Unfinished || found.any():
		if total.due(time.Now()) {
			r.events.Eventf(object, corev1.EventTypeNormal, reasonEmptying, "removed %s from the S3 bucket %s so far", total.removed, b.Spec.Name)
		}
		return reconcile.Result{RequeueAfter: nextSlice}, nil
	}
	if total.news {
		total.news = false
		r.events.Eventf(object, corev1.EventTypeNormal, reasonEmptied, "the S3 bucket %s is empty, after %s were removed; the S3 controller can delete it", b.Spec.Name, total.removed)
	}
	if err := r.wake(ctx, object); err != nil {
		return reconcile.Result{}, err
	}
	return reconcile.Result{RequeueAfter: wait.Jitter(total.recheckWhenEmpty(), jitter)}, nil
}

var (
	// errNotAsked means that a bucket is none of our business.
	errNotAsked = errors.New("not asked to empty the bucket")
	// errRetained means that the S3 controller is not going to delete the bucket.
	errRetained = errors.New("the bucket is not going to be deleted")
)

// slice removes what is in the AWS bucket, if and as far as that is in order.
func (r *reconciler) slice(ctx context.Context, b *bucket) (removed, error) {
	if !concerns(b) {
		return removed{}, errNotAsked
	}
	if err := b.checkAnnotation(); err != nil {
		return removed{}, err
	}
	namespace := &metav1.PartialObjectMetadata{}
	namespace.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Namespace"))
	if err := r.reader.Get(ctx, types.NamespacedName{Name: b.Namespace}, namespace); err != nil {
		return removed{}, err
	}
	if !r.heedsNamespaces {
		maps.DeleteFunc(namespace.Annotations, func(key, value string) bool { return key != namespacePolicy || deletes(value) })
	}
	if !b.willBeDeleted(namespace, r.config.DeletionPolicy) {
		return removed{}, errRetained
	}
	if err := b.checkName(); err != nil {
		return removed{}, err
	}
	at, err := r.locator.locate(ctx, b, namespace)
	if err != nil {
		return removed{}, err
	}
	loaded, err := r.configs.Get(ctx, at.region, at.endpoint, at.role)
	if err != nil {
		return removed{}, err
	}
	api := s3.NewFromConfig(loaded, func(o *s3.Options) { o.UsePathStyle = r.config.UsePathStyle })
	inside := &contents{client: api, bucket: b.Spec.Name, owner: at.account}
	if err := inside.checkProtection(ctx); err != nil {
		return removed{}, inside.explain(err)
	}
	found, err := inside.remove(ctx, time.Now().Add(sliceTime))
	return found, inside.explain(err)
}

// report tells the user what is in the way and says when to look again.
func (r *reconciler) report(ctx context.Context, object *unstructured.Unstructured, why *obstacle) reconcile.Result {
	ctrl.LoggerFrom(ctx).Info(why.text, "reason", why.reason)
	r.events.Event(object, corev1.EventTypeWarning, why.reason, why.text)
	if why.recheck == noRecheck {
		return reconcile.Result{}
	}
	return reconcile.Result{RequeueAfter: wait.Jitter(why.recheck, jitter)}
}

// wake makes the S3 controller try the deletion again now. It has failed to delete the bucket while that was not empty,
// and waits longer each time, in the end 17 minutes; and it takes notice of nothing but a new generation, which only a
// change of the spec makes. So we change the spec in a way that means nothing; the S3 controller does not carry out the
// spec of an object that is being deleted anyway.
func (r *reconciler) wake(ctx context.Context, object *unstructured.Unstructured) error {
	spec, _, err := unstructured.NestedMap(object.Object, "spec")
	if err != nil {
		return reconcile.TerminalError(err)
	}
	change := changeOfNothing(spec)
	if change == nil {
		return nil // the S3 controller will try again by itself
	}
	// Only the object that we have seen, but in whatever state it is now: the S3 controller updates its status all the time.
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"uid": object.GetUID()}, "spec": change})
	if err != nil {
		return err
	}
	err = r.client.Patch(ctx, object, client.RawPatch(types.MergePatchType, patch), client.FieldOwner(Name))
	if client.IgnoreNotFound(err) != nil {
		return fmt.Errorf("wake the S3 controller: %w", err)
	}
	return nil
}

// changeOfNothing is a merge patch that changes the spec of a Bucket and leaves its meaning: one of its lists that is
// missing becomes an empty list, or the other way round. It is nil if all of them are in use.
func changeOfNothing(spec map[string]any) map[string]any {
	for _, name := range []string{"analytics", "intelligentTiering", "inventory", "metrics"} {
		switch list, _ := spec[name].([]any); {
		case spec[name] == nil:
			return map[string]any{name: []any{}}
		case len(list) == 0:
			return map[string]any{name: nil}
		}
	}
	return nil
}
