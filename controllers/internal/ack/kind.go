package ack

import (
	"context"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	ackcompare "github.com/aws-controllers-k8s/runtime/pkg/compare"
	"github.com/aws/aws-sdk-go-v2/aws"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/awsapi"
)

// Account says where a kind's AWS calls go.
type Account struct {
	// Config makes SDK clients; it holds region, credentials, endpoint, retries and rate limits.
	Config aws.Config
	// ID of the AWS account.
	ID ackv1alpha1.AWSAccountID
	// Region and partition of the objects.
	Region    ackv1alpha1.AWSRegion
	Partition ackv1alpha1.AWSPartition
	// Cluster that our objects are in: the UID of its namespace kube-system. Two clusters may have objects of the same name.
	Cluster string
}

// Operations are the AWS calls of one kind in one account and region. They are used by many reconciles at once.
//
// Errors of the SDK are returned as they are (wrapped with %w if at all): [awsapi.Classify] tells throttling, missing
// permission, bad input and so on apart. To wait for AWS, return [Wait].
type Operations[T ObjectOf[T]] interface {
	// Read returns a new object whose spec and status are what AWS has, tags and ARN included, or ErrNotFound. The
	// object declared has what is needed to find it: the name, or identifiers in its status.
	Read(ctx context.Context, declared T) (T, error)
	// Create makes the AWS object. It may set identifiers in the status of declared, for the Read that follows.
	Create(ctx context.Context, declared T) error
	// Update changes the AWS object from observed to declared; delta names the fields that differ. A Read follows.
	Update(ctx context.Context, declared, observed T, delta *ackcompare.Delta) error
	// Delete removes the AWS object. It is called until Read finds nothing: it returns Wait while that takes time.
	Delete(ctx context.Context, declared, observed T) error
}

// Kind is what differs between kinds. Everything but the first two fields is optional.
type Kind[T ObjectOf[T]] struct {
	// GroupVersionKind that the kind is served as.
	GroupVersionKind schema.GroupVersionKind
	// Operations in an account and region.
	Operations func(Account) Operations[T]
	// Normalise changes copies of what is declared and what is observed so that equal meanings become equal values:
	// defaults filled in, lists sorted whose order means nothing.
	Normalise func(declared, observed T)
	// Compare adds differences that the specs do not show.
	Compare func(delta *ackcompare.Delta, declared, observed T)
	// Settled says whether AWS is done with the object: nil, or an error made by Wait or Fault that says what for.
	Settled func(observed T) error
	// LateInitialize gives fields of the declared spec AWS's value where the user leaves them out.
	LateInitialize func(declared, observed T)
	// BeforeDelete adds differences that still have to reach AWS when the object is being deleted already, before AWS's
	// is: the end of a protection against deletion.
	BeforeDelete func(delta *ackcompare.Delta, declared, observed T)
	// NameFromARN is the name in an ARN of the kind, "" if there is none. Default: what comes after the first slash.
	NameFromARN func(arn string) string
	// Errors says how errors are to be understood that the general rules of Classify do not know, or not well enough.
	Errors []awsapi.ErrorRule
}

// Service is an AWS service with the kinds that we serve of it.
type Service struct {
	// Name, and the first label of the API group: batch.
	Name string
	// Kinds, each made by Register.
	Kinds []Registration
	// CallsPerSecond is the rate that calls to the service are kept within, for an account and region; 0 is no limit.
	CallsPerSecond int
	// Action is the IAM action that allows a call; nil for services whose actions are named like their calls.
	Action func(call string) string
}

// ActionFor is the IAM action that allows a call: batch:CreateJobQueue.
func (s Service) ActionFor(call string) string {
	if s.Action != nil {
		return s.Action(call)
	}
	return s.Name + ":" + call
}
