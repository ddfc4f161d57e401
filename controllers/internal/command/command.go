// Package command is what the commands of this module have in common: flags, checks, the controller manager.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	acktypes "github.com/aws-controllers-k8s/runtime/pkg/types"
	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
)

// defaultConcurrency is how many objects of a kind are reconciled at once; the runtime's default is 1. Describe calls
// of objects that are reconciled at once become one call.
const defaultConcurrency = "20"

// Component is something that a command can serve.
type Component struct {
	// Name that --services knows it by.
	Name string
	// OnRequest keeps it from being served unless --services names it: for what deletes data.
	OnRequest bool
	// Service with its kinds; nil for a component that brings its controllers itself.
	Service *ack.Service
	// AddToScheme adds the types that the component works with.
	AddToScheme func(*runtime.Scheme) error
	// Check refuses flags that the component cannot be served with; nil accepts all.
	Check func(ackcfg.Config) error
	// Setup adds controllers of the component's own; nil for none.
	Setup func(context.Context, ctrl.Manager, ackcfg.Config, acktypes.VersionInfo) error
}

// Options are what the command line gives.
type Options struct {
	// ACK's own flags.
	ACK ackcfg.Config
	// Components to serve.
	Components []Component
}

// ErrUsage is returned for a command line that makes no sense.
var ErrUsage = errors.New("wrong usage")

// Parse reads a command line. Components are what --services can pick from; all but those on request by default. Help goes
// to output.
func Parse(arguments []string, components []Component, output io.Writer) (*Options, error) {
	var names, byDefault []string
	for _, component := range components {
		names = append(names, component.Name)
		if !component.OnRequest {
			byDefault = append(byDefault, component.Name)
		}
	}
	options := &Options{}
	// ACK binds its flags to the process's flag set: give it one of our own, that returns errors instead of exiting.
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.SetOutput(output)
	pflag.CommandLine = flags
	options.ACK.BindFlags()
	services := flags.StringSlice("services", byDefault, "What to serve, of: "+strings.Join(names, ", ")+".")
	concurrency := flags.Lookup("reconcile-default-max-concurrent-syncs")
	concurrency.DefValue = defaultConcurrency
	concurrency.Usage = "The default maximum number of concurrent reconciles for a resource reconciler. This value is used if no resource-specific override has been specified."
	if err := concurrency.Value.Set(defaultConcurrency); err != nil {
		return nil, err
	}
	if err := flags.Parse(arguments); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUsage, err)
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("%w: unexpected argument %q", ErrUsage, flags.Arg(0))
	}
	for _, name := range *services {
		index := slices.Index(names, name)
		if index < 0 {
			return nil, fmt.Errorf("%w: --services: unknown service %q, want any of %s", ErrUsage, name, strings.Join(names, ", "))
		}
		options.Components = append(options.Components, components[index])
	}
	if len(options.Components) == 0 {
		return nil, fmt.Errorf("%w: --services: name at least one of %s", ErrUsage, strings.Join(names, ", "))
	}
	return options, nil
}

// Validate checks the options; it asks AWS whose account this is.
func (o *Options) Validate(ctx context.Context) error {
	var kinds []schema.GroupVersionKind
	for _, component := range o.Components {
		if component.Check != nil {
			if err := component.Check(o.ACK); err != nil {
				return err
			}
		}
		if component.Service != nil {
			for _, kind := range component.Service.Kinds {
				kinds = append(kinds, kind.GroupVersionKind())
			}
		}
	}
	return o.ACK.Validate(ctx, ackcfg.WithGVKs(kinds))
}

// NewManager makes a controller manager that serves the components.
func (o *Options) NewManager(ctx context.Context, kubernetes *rest.Config, name string, version acktypes.VersionInfo) (ctrl.Manager, error) {
	scheme := runtime.NewScheme()
	adders := []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, ackv1alpha1.AddToScheme}
	var services []ack.Service
	for _, component := range o.Components {
		adders = append(adders, component.AddToScheme)
		if component.Service != nil {
			services = append(services, *component.Service)
		}
	}
	for _, add := range adders {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	namespaces, err := o.ACK.GetWatchNamespaces()
	if err != nil {
		return nil, fmt.Errorf("--watch-namespace: %w", err)
	}
	watched := map[string]cache.Config{}
	for _, namespace := range namespaces {
		watched[namespace] = cache.Config{}
	}
	selector, err := o.ACK.ParseWatchSelectors()
	if err != nil {
		return nil, fmt.Errorf("--watch-selectors: %w", err)
	}
	skipNames, usePriorities := true, false
	mgr, err := ctrl.NewManager(kubernetes, ctrl.Options{
		Scheme: scheme,
		Cache: cache.Options{
			DefaultNamespaces:    watched,
			DefaultLabelSelector: selector,
			DefaultTransform:     ack.KeepOfWatched,
		},
		Controller: config.Controller{
			// Each service has a FieldExport controller, and the runtime gives them all the same name.
			SkipNameValidation: &skipNames,
			// The queue with priorities of controller-runtime 0.23 can deadlock when it is shut down with work in it, and
			// the process then takes the 30 seconds that it may to end: kubernetes-sigs/controller-runtime#3538.
			UsePriorityQueue: &usePriorities,
		},
		Metrics:                 metricsserver.Options{BindAddress: o.ACK.MetricsAddr},
		HealthProbeBindAddress:  o.ACK.HealthzAddr,
		LeaderElection:          o.ACK.EnableLeaderElection,
		LeaderElectionID:        name,
		LeaderElectionNamespace: o.ACK.LeaderElectionNamespace,
		// The process ends when the manager has ended, so that another can take over at once.
		LeaderElectionReleaseOnCancel: true,
	})
	if err != nil {
		return nil, err
	}
	if err := ack.Bind(ctx, mgr, o.ACK, version, services...); err != nil {
		return nil, err
	}
	for _, component := range o.Components {
		if component.Setup != nil {
			if err := component.Setup(ctx, mgr, o.ACK, version); err != nil {
				return nil, fmt.Errorf("%s: %w", component.Name, err)
			}
		}
	}
	if err := errors.Join(mgr.AddHealthzCheck("ping", healthz.Ping), mgr.AddReadyzCheck("ping", healthz.Ping)); err != nil {
		return nil, err
	}
	return mgr, nil
}

// Run does all that a command does, but for exiting: it returns the exit status.
func Run(name string, arguments []string, components []Component, output io.Writer) int {
	options, err := Parse(arguments, components, output)
	if errors.Is(err, pflag.ErrHelp) {
		return 0
	}
	if err != nil {
		_, _ = fmt.Fprintf(output, "%s: %v\n", name, err)
		return 2
	}
	options.ACK.SetupLogger()
	if err := options.serve(ctrl.SetupSignalHandler(), name); err != nil {
		_, _ = fmt.Fprintf(output, "%s: %v\n", name, err)
		return 1
	}
	return 0
}

func (o *Options) serve(ctx context.Context, name string) error {
	if err := o.Validate(ctx); err != nil {
		return err
	}
	kubernetes, err := ctrl.GetConfig()
	if err != nil {
		return fmt.Errorf("find the Kubernetes API (KUBECONFIG, or a pod's service account): %w", err)
	}
	mgr, err := o.NewManager(ctx, kubernetes, name, version())
	if err != nil {
		return err
	}
	return mgr.Start(ctx)
}
