package ack

import (
	"context"
	"sync"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	ackmetrics "github.com/aws-controllers-k8s/runtime/pkg/metrics"
	acktypes "github.com/aws-controllers-k8s/runtime/pkg/types"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/awsapi"
)

// Registration is a kind that can be bound to a controller manager; Register makes it.
type Registration interface {
	// GroupVersionKind of the kind.
	GroupVersionKind() schema.GroupVersionKind
	factory(service Service, shared with) acktypes.AWSResourceManagerFactory
	object() Object
}

// Register makes a kind ready for a Service.
func Register[T ObjectOf[T]](kind Kind[T]) Registration { return registration[T]{kind} }

type registration[T ObjectOf[T]] struct{ kind Kind[T] }

func (r registration[T]) GroupVersionKind() schema.GroupVersionKind { return r.kind.GroupVersionKind }
func (r registration[T]) object() Object                            { return newObject[T]() }
func (r registration[T]) factory(service Service, shared with) acktypes.AWSResourceManagerFactory {
	return &factory[T]{kind: r.kind, service: service, with: shared, managers: map[managerKey]*resourceManager[T]{}}
}

// with is what the managers of a kind share with its controller.
type with struct {
	waiting *waiting
	targets *targets
	made    *made
	// cluster is for Account.Cluster.
	cluster string
	// reader reads from the API server.
	reader client.Reader
}

// factory makes the managers of a kind and keeps them, with the clients and batches that they share.
type factory[T ObjectOf[T]] struct {
	kind     Kind[T]
	service  Service
	with     with
	mutex    sync.Mutex
	managers map[managerKey]*resourceManager[T]
}

type managerKey struct {
	account  ackv1alpha1.AWSAccountID
	region   ackv1alpha1.AWSRegion
	endpoint string
	role     ackv1alpha1.AWSResourceName
}

func (f *factory[T]) ResourceDescriptor() acktypes.AWSResourceDescriptor {
	return descriptor[T]{f.kind}
}

func (f *factory[T]) ManagerFor(
	config ackcfg.Config, awsConfig aws.Config, _ logr.Logger, _ *ackmetrics.Metrics, _ acktypes.Reconciler,
	account ackv1alpha1.AWSAccountID, region ackv1alpha1.AWSRegion, role ackv1alpha1.AWSResourceName,
) (acktypes.AWSResourceManager, error) {
	key := managerKey{account, region, aws.ToString(awsConfig.BaseEndpoint), role}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if known, ok := f.managers[key]; ok {
		return known, nil
	}
	to := Account{Config: awsConfig, ID: account, Region: region, Partition: ackv1alpha1.AWSPartition(config.Partition), Cluster: f.with.cluster}
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
	configs *awsapi.Configs
	version acktypes.VersionInfo
}

func (s *serviceController) NewAWSConfig(
	ctx context.Context, region ackv1alpha1.AWSRegion, endpoint *string, role ackv1alpha1.AWSResourceName,
	kind schema.GroupVersionKind, _ map[string]string,
) (aws.Config, error) {
	config, err := s.configs.Get(ctx, region, aws.ToString(endpoint), role)
	return awsapi.WithUserAgent(config, kindUserAgent(s.version, kind)), err
}

// kindUserAgent is the user agent of calls for a kind.
func kindUserAgent(version acktypes.VersionInfo, kind schema.GroupVersionKind) string {
	return awsapi.UserAgent(kind.Group, version, "CRDKind/"+kind.Kind, "CRDVersion/"+kind.Version)
}
