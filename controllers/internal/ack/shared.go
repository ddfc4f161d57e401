package ack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	"github.com/aws-controllers-k8s/runtime/pkg/featuregate"
	ackrt "github.com/aws-controllers-k8s/runtime/pkg/runtime"
	ackrtcache "github.com/aws-controllers-k8s/runtime/pkg/runtime/cache"
	"github.com/aws-controllers-k8s/runtime/pkg/runtime/iamroleselector"
	"github.com/go-logr/logr"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	apiwait "k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

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
	cluster    string
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
	if s.cluster, err = clusterID(ctx, mgr.GetAPIReader()); err != nil {
		return nil, fmt.Errorf("read namespace %s, which tells this cluster from others: %w", ackrt.NamespaceKubeSystem, err)
	}
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

// clusterID tells this cluster from others, for as long as it lives. An API server that has just started makes the
// namespace in a moment.
func clusterID(ctx context.Context, reader client.Reader) (string, error) {
	system := &metav1.PartialObjectMetadata{}
	system.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Namespace"))
	err := apiwait.PollUntilContextTimeout(ctx, namespaceRecheck, clusterPatience, true, func(ctx context.Context) (bool, error) {
		err := reader.Get(ctx, client.ObjectKey{Name: ackrt.NamespaceKubeSystem}, system)
		return err == nil, client.IgnoreNotFound(err)
	})
	return string(system.UID), err
}

const clusterPatience = 30 * time.Second

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

// installed says whether the cluster serves a kind.
func installed(mgr ctrl.Manager, kind schema.GroupKind) (bool, error) {
	_, err := mgr.GetRESTMapper().RESTMapping(kind, "v1alpha1")
	if meta.IsNoMatchError(err) {
		return false, nil
	}
	return err == nil, err
}
