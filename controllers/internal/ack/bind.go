package ack

import (
	"context"
	"errors"
	"fmt"
	"strings"

	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	ackmetrics "github.com/aws-controllers-k8s/runtime/pkg/metrics"
	ackrt "github.com/aws-controllers-k8s/runtime/pkg/runtime"
	acktypes "github.com/aws-controllers-k8s/runtime/pkg/types"
	"github.com/prometheus/client_golang/prometheus"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
	"sigs.k8s.io/controller-runtime/pkg/predicate"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/awsapi"
)

// ReconcileRequestedAt is the annotation whose every new value makes a controller look at an object again.
const ReconcileRequestedAt = "services.k8s.aws/reconcile-requested-at"

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
			shares = append(shares, with{cluster: shared.cluster, waiting: waiting, targets: targets, made: &made{}, reader: mgr.GetAPIReader()})
			factories = append(factories, kind.factory(service, shares[i]))
		}
		counters := ackmetrics.NewMetrics(service.Name)
		sc := &serviceController{
			ServiceController: ackrt.NewServiceController(service.Name, service.Name+".services.k8s.aws", version).
				WithLogger(shared.log).WithResourceManagerFactories(factories),
			configs: awsapi.NewConfigs(service.Name, awsapi.Calls{PerSecond: service.CallsPerSecond, AtOnce: config.ReconcileDefaultMaxConcurrency + 1}, config,
				awsapi.UserAgent(service.Name+".services.k8s.aws", version)),
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
