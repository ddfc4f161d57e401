package kit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	ackerr "github.com/aws-controllers-k8s/runtime/pkg/errors"
	"github.com/aws-controllers-k8s/runtime/pkg/featuregate"
	ackmetrics "github.com/aws-controllers-k8s/runtime/pkg/metrics"
	ackrequeue "github.com/aws-controllers-k8s/runtime/pkg/requeue"
	ackrt "github.com/aws-controllers-k8s/runtime/pkg/runtime"
	ackrtcache "github.com/aws-controllers-k8s/runtime/pkg/runtime/cache"
	"github.com/aws-controllers-k8s/runtime/pkg/runtime/iamroleselector"
	acktypes "github.com/aws-controllers-k8s/runtime/pkg/types"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/go-logr/logr"
	"github.com/prometheus/client_golang/prometheus"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	apiwait "k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"
)

// ReconcileRequestedAt is the annotation whose every new value makes a controller look at an object again.
const ReconcileRequestedAt = "services.k8s.aws/reconcile-requested-at"

// Registration is a kind that can be bound to a controller manager; Register makes it.
type Registration interface {
	// GroupVersionKind of the kind.
	GroupVersionKind() schema.GroupVersionKind
	factory(service Service, shared with) acktypes.AWSResourceManagerFactory
	object() client.Object
}

// Register makes a kind ready for a Service.
func Register[T client.Object](kind Kind[T]) Registration { return registration[T]{kind} }

type registration[T client.Object] struct{ kind Kind[T] }

func (r registration[T]) GroupVersionKind() schema.GroupVersionKind { return r.kind.GroupVersionKind }
func (r registration[T]) object() client.Object                     { return newObject[T]() }
func (r registration[T]) factory(service Service, shared with) acktypes.AWSResourceManagerFactory {
	return &factory[T]{kind: r.kind, service: service, with: shared, managers: map[managerKey]*resourceManager[T]{}}
}

// with is what the managers of a kind share with its controller.
type with struct {
	waiting *waiting
	targets *targets
	made    *made
	// reader reads from the API server.
	reader client.Reader
}

// factory makes the managers of a kind and keeps them, with the clients and batches that they share.
type factory[T client.Object] struct {
	kind     Kind[T]
	service  Service
	with     with
	mutex    sync.Mutex
	managers map[managerKey]*resourceManager[T]
}

type managerKey struct {
	account ackv1alpha1.AWSAccountID
	configKey
}

func (f *factory[T]) ResourceDescriptor() acktypes.AWSResourceDescriptor {
	return descriptor[T]{f.kind}
}

func (f *factory[T]) ManagerFor(
	config ackcfg.Config, awsConfig aws.Config, _ logr.Logger, _ *ackmetrics.Metrics, _ acktypes.Reconciler,
	account ackv1alpha1.AWSAccountID, region ackv1alpha1.AWSRegion, role ackv1alpha1.AWSResourceName,
) (acktypes.AWSResourceManager, error) {
	key := managerKey{account, configKey{region, aws.ToString(awsConfig.BaseEndpoint), role}}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if known, ok := f.managers[key]; ok {
		return known, nil
	}
	to := Account{Config: awsConfig, ID: account, Region: region, Partition: ackv1alpha1.AWSPartition(config.Partition)}
	made := &resourceManager[T]{kind: f.kind, service: f.service, config: config, account: to, operations: f.kind.Operations(to),
		waiting: f.with.waiting, targets: f.with.targets, made: f.with.made, reader: f.with.reader}
	f.managers[key] = made
	return made, nil
}

func (f *factory[T]) IsAdoptable() bool            { return true }
func (f *factory[T]) RequeueOnSuccessSeconds() int { return 0 }

// serviceController is the runtime's, but for the AWS configurations, which are made once and not at every reconcile.
type serviceController struct {
	acktypes.ServiceController
	configs *Configs
	version acktypes.VersionInfo
}

func (s *serviceController) NewAWSConfig(
	ctx context.Context, region ackv1alpha1.AWSRegion, endpoint *string, role ackv1alpha1.AWSResourceName,
	kind schema.GroupVersionKind, _ map[string]string,
) (aws.Config, error) {
	config, err := s.configs.Get(ctx, region, aws.ToString(endpoint), role)
	return withUserAgent(config, kindUserAgent(s.version, kind)), err
}

// Bind makes a controller manager serve services. It does what the runtime's BindControllerManager does, for several
// services in one process, and with controllers of our own around the runtime's reconcilers: they watch metadata only,
// wake objects when what they refer to changes or when asked to by annotation, and never back off for over a minute.
func Bind(ctx context.Context, mgr ctrl.Manager, config ackcfg.Config, version acktypes.VersionInfo, services ...Service) error {
	shared, err := newShared(ctx, mgr, config)
	if err != nil {
		return err
	}
	wakes := map[schema.GroupKind]chan event.GenericEvent{}
	waiting := newWaiting(func(w objectKey) {
		object := &metav1.PartialObjectMetadata{}
		object.Name, object.Namespace = w.name.Name, w.name.Namespace
		wakes[w.kind] <- event.GenericEvent{Object: object}
	})
	for _, collector := range ackmetrics.NewMetrics("").Collectors() {
		// Registered already when tests bind a second manager in one process.
		var again prometheus.AlreadyRegisteredError
		if err := metrics.Registry.Register(collector); err != nil && !errors.As(err, &again) {
			return fmt.Errorf("register ACK's metrics: %w", err)
		}
	}
	targets := &targets{mgr: mgr, waiting: waiting}
	for _, service := range services {
		var factories []acktypes.AWSResourceManagerFactory
		var shares []with
		for i, kind := range service.Kinds {
			shares = append(shares, with{waiting: waiting, targets: targets, made: &made{}, reader: mgr.GetAPIReader()})
			factories = append(factories, kind.factory(service, shares[i]))
		}
		counters := ackmetrics.NewMetrics(service.Name)
		sc := &serviceController{
			ServiceController: ackrt.NewServiceController(service.Name, service.Name+".services.k8s.aws", version).
				WithLogger(shared.log).WithResourceManagerFactories(factories),
			configs: NewConfigs(service.Name, Calls{PerSecond: service.CallsPerSecond, AtOnce: config.ReconcileDefaultMaxConcurrency + 1}, config,
				UserAgent(service.Name+".services.k8s.aws", version)),
			version: version,
		}
		for i, kind := range service.Kinds {
			if !shared.serves(kind) {
				continue
			}
			gk := kind.GroupVersionKind().GroupKind()
			wakes[gk] = make(chan event.GenericEvent, wakeBuffer)
			if err := shared.bindKind(ctx, sc, kind, factories[i], counters, shares[i], wakes[gk]); err != nil {
				return fmt.Errorf("%s: %w", gk, err)
			}
			targets.add(ReferenceTargets(kind.object()))
		}
		if err := shared.bindFieldExport(sc, service, factories, counters); err != nil {
			return fmt.Errorf("FieldExport of %s: %w", service.Name, err)
		}
	}
	return mgr.Add(manager.RunnableFunc(targets.watch))
}

// wakeBuffer holds wake-ups while a controller is starting.
const wakeBuffer = 1024

// shared is what all kinds of all services are bound with.
type shared struct {
	mgr       ctrl.Manager
	config    ackcfg.Config
	log       logr.Logger
	accounts  ackrtcache.Caches
	selectors *iamroleselector.Cache
	teller    *teller
	// namespaces is nil when their annotations and labels mean nothing.
	namespaces *knownNamespaces
	resources  []string
	exports    bool
}

func newShared(ctx context.Context, mgr ctrl.Manager, config ackcfg.Config) (*shared, error) {
	namespaces, err := config.GetWatchNamespaces()
	if err != nil {
		return nil, fmt.Errorf("--watch-namespace: %w", err)
	}
	resources, err := config.GetReconcileResources()
	if err != nil {
		return nil, fmt.Errorf("--reconcile-resources: %w", err)
	}
	if err := registerReadiness(); err != nil {
		return nil, fmt.Errorf("register the metric of readiness: %w", err)
	}
	s := &shared{mgr: mgr, config: config, log: mgr.GetLogger(), resources: resources}
	// The newer API counts events of one reason and shows the text of the first: the next thing to wait for would not be seen.
	events := mgr.GetEventRecorderFor("ack-controller") //nolint:staticcheck // SA1019: see above
	s.teller = newTeller(events)
	s.accounts = ackrtcache.New(s.log, ackrtcache.Config{
		WatchScope: namespaces,
		Ignored:    ignoredNamespaces,
	}, config.FeatureGates)
	kube, err := kubernetes.NewForConfig(mgr.GetConfig())
	if err != nil {
		return nil, err
	}
	known := &knownNamespaces{reader: mgr.GetAPIReader(), cached: mgr.GetClient(), released: map[objectKey]types.UID{}}
	// As in the runtime: annotations of namespaces mean nothing to a controller that watches only one.
	if config.EnableCARM && len(namespaces) != 1 {
		// Not s.accounts.Run, which never stops.
		s.accounts.Accounts.Run(ackrtcache.ACKRoleAccountMap, kube, ctx.Done())
		s.accounts.Namespaces.Run(kube, ctx.Done())
		if s.accounts.Teams != nil {
			s.accounts.Teams.Run(ackrtcache.ACKRoleTeamMap, kube, ctx.Done())
		}
		if !s.accounts.WaitForCachesToSync(ctx) {
			return nil, errors.New("namespaces and account maps could not be read: does the controller have the permission?")
		}
		known.annotations = s.accounts.Namespaces
	}
	s.selectors = iamroleselector.NewCache(s.log)
	if config.FeatureGates.IsEnabled(featuregate.IAMRoleSelector) {
		if err := s.readSelectors(ctx, kube); err != nil {
			return nil, err
		}
		known.labels = s.selectors.Namespaces
	}
	if known.annotations != nil || known.labels != nil {
		s.namespaces = known
	}
	if config.EnableFieldExportReconciler {
		s.exports, err = installed(mgr, ackv1alpha1.GroupVersion.WithKind("FieldExport").GroupKind())
		if err != nil {
			return nil, err
		}
		if !s.exports {
			s.log.Info("FieldExport is not installed: fields will not be exported")
		}
	}
	return s, nil
}

// selectorsPatience is how long we wait for the runtime to take in the IAMRoleSelectors that there are. It says nothing of
// those that it refuses.
const selectorsPatience = 5 * time.Second

// readSelectors fills the cache of IAMRoleSelectors, before any object is made with another role than the one they name.
func (s *shared) readSelectors(ctx context.Context, kube kubernetes.Interface) error {
	kind := ackv1alpha1.GroupVersion.WithKind("IAMRoleSelector")
	if present, err := installed(s.mgr, kind.GroupKind()); err != nil || !present {
		return cmp.Or(err, errors.New("the feature gate IAMRoleSelector needs the CRD of this name: install it first, the chart has it in common-crds"))
	}
	dynamicClient, err := dynamic.NewForConfig(s.mgr.GetConfig())
	if err != nil {
		return err
	}
	s.selectors.Run(dynamicClient, kube, ctx.Done())
	all := &metav1.PartialObjectMetadataList{}
	all.SetGroupVersionKind(kind)
	if err := s.mgr.GetAPIReader().List(ctx, all); err != nil {
		return fmt.Errorf("list IAMRoleSelectors: %w", err)
	}
	_ = apiwait.PollUntilContextTimeout(ctx, namespaceRecheck, selectorsPatience, true, func(context.Context) (bool, error) {
		return !slices.ContainsFunc(all.Items, func(one metav1.PartialObjectMetadata) bool {
			_, found := s.selectors.GetSelector(one.Name)
			return !found
		}), nil
	})
	return nil
}

// serves says whether --reconcile-resources includes a kind.
func (s *shared) serves(kind Registration) bool {
	if len(s.resources) == 0 {
		return true
	}
	for _, name := range s.resources {
		if strings.EqualFold(name, kind.GroupVersionKind().Kind) {
			return true
		}
	}
	return false
}

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
			case errors.As(err, &failure) && failure.is == Unknown:
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

// bindFieldExport adds the controllers that copy fields of a service's objects into config maps and secrets.
func (s *shared) bindFieldExport(sc acktypes.ServiceController, service Service, factories []acktypes.AWSResourceManagerFactory, counters *ackmetrics.Metrics) error {
	if !s.exports {
		return nil
	}
	exports := ackrt.NewFieldExportReconcilerForFieldExport(sc, s.log, s.config, counters, s.accounts)
	if err := exports.BindControllerManager(s.mgr); err != nil {
		return err
	}
	for i, kind := range service.Kinds {
		objects := ackrt.NewFieldExportReconcilerForAWSResource(sc, s.log, s.config, counters, s.accounts, factories[i].ResourceDescriptor())
		if err := objects.BindControllerManager(clientsOnly{Manager: s.mgr}); err != nil {
			return err
		}
		gvk := kind.GroupVersionKind()
		err := ctrl.NewControllerManagedBy(s.mgr).
			Named("fieldexport."+strings.ToLower(gvk.Kind)+"."+gvk.Group).
			For(kind.object(), builder.OnlyMetadata, builder.WithPredicates(predicate.ResourceVersionChangedPredicate{})).
			Complete(objects)
		if err != nil {
			return err
		}
	}
	return nil
}

// installed says whether the cluster serves a kind.
func installed(mgr ctrl.Manager, kind schema.GroupKind) (bool, error) {
	_, err := mgr.GetRESTMapper().RESTMapping(kind, "v1alpha1")
	if meta.IsNoMatchError(err) {
		return false, nil
	}
	return err == nil, err
}
