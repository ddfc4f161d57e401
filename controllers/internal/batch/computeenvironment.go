package batch

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	ackcompare "github.com/aws-controllers-k8s/runtime/pkg/compare"
	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"
	"github.com/aws/smithy-go"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/batch/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/awsapi"
)

var computeEnvironmentKind = ack.Kind[*v1alpha1.ComputeEnvironment]{
	GroupVersionKind: v1alpha1.GroupVersion.WithKind("ComputeEnvironment"),
	Operations:       newComputeEnvironments,
	Normalise:        normaliseComputeEnvironment,
	Settled:          func(e *v1alpha1.ComputeEnvironment) error { return settled(e.Status.Status, e.Status.StatusReason) },
	LateInitialize: func(declared, observed *v1alpha1.ComputeEnvironment) {
		declared.Spec.State = cmp.Or(declared.Spec.State, observed.Spec.State)
	},
	Compare: func(delta *ackcompare.Delta, _, observed *v1alpha1.ComputeEnvironment) {
		if aws.ToString(observed.Status.Status) == statusInvalid && len(delta.Differences) == 0 {
			delta.Add(revalidationPath, nil, nil)
		}
	},
	Errors: errorRules,
}

const (
	// revalidationPath is the difference that an INVALID environment has from what is declared, if it has no other.
	revalidationPath = "Spec.Revalidation"
	// revalidateEvery is how often AWS is asked to look again at an environment that it calls INVALID. It does not by
	// itself when, say, a missing role is made; an update makes it.
	revalidateEvery = 10 * time.Second
)

// computeEnvironments are the calls for compute environments.
type computeEnvironments struct {
	api          *sdk.Client
	environments *awsapi.Batcher[types.ComputeEnvironmentDetail]
	// revalidated says when AWS was last asked, or first seen, to validate an INVALID environment, by name.
	revalidated sync.Map
}

func newComputeEnvironments(account ack.Account) ack.Operations[*v1alpha1.ComputeEnvironment] {
	api := sdk.NewFromConfig(account.Config)
	return &computeEnvironments{api: api, environments: describeEnvironments(api)}
}

// describeEnvironments describes compute environments by name.
func describeEnvironments(api *sdk.Client) *awsapi.Batcher[types.ComputeEnvironmentDetail] {
	return &awsapi.Batcher[types.ComputeEnvironmentDetail]{
		Max: describeMax, Linger: describeLinger,
		Call: func(ctx context.Context, names []string) (map[string]types.ComputeEnvironmentDetail, error) {
			answer, err := api.DescribeComputeEnvironments(ctx, &sdk.DescribeComputeEnvironmentsInput{ComputeEnvironments: names})
			if err != nil {
				return nil, err
			}
			found := map[string]types.ComputeEnvironmentDetail{}
			for _, environment := range answer.ComputeEnvironments {
				found[aws.ToString(environment.ComputeEnvironmentName)] = environment
			}
			return found, nil
		},
	}
}

func (c *computeEnvironments) Read(ctx context.Context, declared *v1alpha1.ComputeEnvironment) (*v1alpha1.ComputeEnvironment, error) {
	name := aws.ToString(declared.Spec.Name)
	found, err := c.environments.Get(ctx, name)
	if err != nil {
		return nil, err
	}
	environment, ok := found[name]
	if !ok || environment.Status == statusDeleted {
		return nil, ack.ErrNotFound
	}
	observed := &v1alpha1.ComputeEnvironment{
		Spec: *computeEnvironmentSpecFrom(&environment), Status: *computeEnvironmentStatusFrom(&environment),
	}
	observed.Status.StatusReason = steady(observed.Status.StatusReason)
	ack.SetARN(observed, environment.ComputeEnvironmentArn)
	return observed, nil
}

// Create leaves out the update policy, which AWS takes in an update only: it is a difference at the next reconcile.
func (c *computeEnvironments) Create(ctx context.Context, declared *v1alpha1.ComputeEnvironment) error {
	created, err := c.api.CreateComputeEnvironment(ctx, toCreateComputeEnvironmentInput(&declared.Spec))
	if err != nil {
		return err
	}
	ack.SetARN(declared, created.ComputeEnvironmentArn)
	return nil
}

func (c *computeEnvironments) Update(ctx context.Context, declared, observed *v1alpha1.ComputeEnvironment, delta *ackcompare.Delta) error {
	if err := refuseReplacement(declared, observed, delta); err != nil {
		return err
	}
	if delta.DifferentAt("Spec.Tags") {
		if err := syncTags(ctx, c.api, declared, observed); err != nil {
			return err
		}
	}
	if !delta.DifferentExcept("Spec.Tags") {
		return nil
	}
	if err := busy(observed.Status.Status); err != nil {
		return err
	}
	declared = declared.DeepCopy()
	if declared.Spec.UpdatePolicy != nil && observed.Spec.UpdatePolicy != nil {
		ack.FillUnset(declared.Spec.UpdatePolicy, observed.Spec.UpdatePolicy)
	}
	markRemoved(declared.Spec.ComputeResources, observed.Spec.ComputeResources)
	input := toUpdateComputeEnvironmentInput(ack.Changed(&declared.Spec, delta, "ComputeResources"))
	input.ComputeEnvironment = declared.Spec.Name
	if delta.DifferentAt(revalidationPath) {
		if !c.revalidationDue(aws.ToString(declared.Spec.Name)) {
			return settled(observed.Status.Status, observed.Status.StatusReason)
		}
		input.State = types.CEState(aws.ToString(observed.Spec.State))
		if !isServiceLinked(observed.Spec.ServiceRole) {
			input.ServiceRole = observed.Spec.ServiceRole
		}
	}
	if input.ComputeResources != nil {
		// AWS does not tell it back, so it never differs: it goes with whatever else changes.
		input.ComputeResources.UpdateToLatestImageVersion = declared.Spec.ComputeResources.UpdateToLatestImageVersion
	}
	_, err := c.api.UpdateComputeEnvironment(ctx, input)
	return err
}

// revalidationDue says whether it is time to ask AWS to validate an environment again.
func (c *computeEnvironments) revalidationDue(name string) bool {
	last, known := c.revalidated.LoadOrStore(name, time.Now())
	if !known || time.Since(last.(time.Time)) < revalidateEvery {
		return false
	}
	c.revalidated.Store(name, time.Now())
	return true
}

// replacing are the fields that UpdateComputeEnvironment does not take.
var replacing = map[string]string{
	"Spec.Type":                              "spec.type",
	"Spec.EKSConfiguration":                  "spec.eksConfiguration",
	"Spec.ComputeResources.SpotIAMFleetRole": "spec.computeResources.spotIAMFleetRole",
}

// refuseReplacement names the field whose change AWS can only make by replacing the environment.
func refuseReplacement(declared, observed *v1alpha1.ComputeEnvironment, delta *ackcompare.Delta) error {
	for _, path := range slices.Sorted(maps.Keys(replacing)) {
		if delta.DifferentAt(path) {
			return ack.Fault(awsapi.BadInput, "%s cannot be changed after creation: put it back, or create another compute environment", replacing[path])
		}
	}
	if delta.DifferentAt("Spec.ServiceRole") && isServiceLinked(declared.Spec.ServiceRole) != isServiceLinked(observed.Spec.ServiceRole) {
		return ack.Fault(awsapi.BadInput, "spec.serviceRole: AWS cannot exchange a role of yours and Batch's service-linked role; it has %s: put it back, or create another compute environment",
			aws.ToString(observed.Spec.ServiceRole))
	}
	return nil
}

func isServiceLinked(role *string) bool {
	return strings.Contains(aws.ToString(role), "role/aws-service-role/") || strings.HasPrefix(aws.ToString(role), "AWSServiceRoleFor")
}

// Delete leaves an environment as it is while a queue uses it, so that jobs go on until the last one has been deleted too.
func (c *computeEnvironments) Delete(ctx context.Context, declared, observed *v1alpha1.ComputeEnvironment) error {
	if aws.ToString(observed.Status.Status) == statusDeleting {
		return ack.Wait(poll, "waiting for AWS to delete the compute environment")
	}
	if err := busy(observed.Status.Status); err != nil {
		return err
	}
	users, err := c.users(ctx, aws.ToString(observed.Spec.Name))
	if err != nil {
		return err
	}
	isDisabled := aws.ToString(observed.Spec.State) == string(types.CEStateDisabled)
	switch {
	case len(users) > 0:
		if isDisabled && aws.ToString(declared.Spec.State) != string(types.CEStateDisabled) {
			// A queue came after we had looked, or an older controller disabled it.
			if err := c.setState(ctx, observed, types.CEStateEnabled); err != nil {
				return err
			}
		}
		return ack.Wait(poll, "still used by job queue %s: delete it, or point it at another compute environment; until then jobs run as before",
			strings.Join(users, ", "))
	case !isDisabled:
		if err := c.setState(ctx, observed, types.CEStateDisabled); err != nil {
			return err
		}
		return ack.Wait(poll, "disabling the compute environment, which AWS wants before it deletes it")
	}
	_, err = c.api.DeleteComputeEnvironment(ctx, &sdk.DeleteComputeEnvironmentInput{ComputeEnvironment: observed.Spec.Name})
	switch {
	case isUsedByQueue(err):
		return ack.Wait(poll, "waiting for AWS to forget the job queues that used the compute environment")
	case err != nil:
		return err
	case aws.ToString(observed.Status.Status) == statusInvalid:
		// See https://docs.aws.amazon.com/batch/latest/userguide/invalid_compute_environment.html: AWS deletes with the
		// environment's own role.
		return ack.Wait(poll, "AWS cannot delete the compute environment and is asked again: %s. It needs the role %s for it: see that this exists, with its trust and its policies, until the environment is gone",
			aws.ToString(observed.Status.StatusReason), aws.ToString(observed.Spec.ServiceRole))
	default:
		return ack.Wait(poll, "waiting for AWS to delete the compute environment")
	}
}

func (c *computeEnvironments) setState(ctx context.Context, observed *v1alpha1.ComputeEnvironment, state types.CEState) error {
	_, err := c.api.UpdateComputeEnvironment(ctx, &sdk.UpdateComputeEnvironmentInput{ComputeEnvironment: observed.Spec.Name, State: state})
	return err
}

func isUsedByQueue(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && strings.Contains(api.ErrorMessage(), "JobQueue relationship")
}

// users are the queues that use an environment.
func (c *computeEnvironments) users(ctx context.Context, environment string) ([]string, error) {
	var users []string
	pages := sdk.NewDescribeJobQueuesPaginator(c.api, &sdk.DescribeJobQueuesInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, queue := range page.JobQueues {
			if queue.Status != types.JQStatusDeleted && slices.ContainsFunc(queue.ComputeEnvironmentOrder, func(order types.ComputeEnvironmentOrder) bool {
				return aws.ToString(nameOf(order.ComputeEnvironment)) == environment
			}) {
				users = append(users, aws.ToString(queue.JobQueueName))
			}
		}
	}
	slices.Sort(users)
	return users, nil
}

// markRemoved declares as empty what the user has taken out of the spec and AWS still has: the fields of which
// https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResourceUpdate.html says that empty removes them. The
// others stay as AWS has them.
func markRemoved(declared, observed *v1alpha1.ComputeResource) {
	if declared == nil || observed == nil {
		return
	}
	none := ""
	for _, field := range []struct{ declared, observed **string }{
		{&declared.EC2KeyPair, &observed.EC2KeyPair},
		{&declared.ImageID, &observed.ImageID},
	} {
		switch {
		case aws.ToString(*field.observed) == "":
			*field.observed = nil
		case *field.declared == nil:
			*field.declared = &none
		}
	}
	template := observed.LaunchTemplate
	switch {
	case template == nil:
	case aws.ToString(template.LaunchTemplateID) == "" && aws.ToString(template.LaunchTemplateName) == "":
		observed.LaunchTemplate = nil
	case declared.LaunchTemplate == nil && template.LaunchTemplateID != nil:
		declared.LaunchTemplate = &v1alpha1.LaunchTemplateSpecification{LaunchTemplateID: &none}
	case declared.LaunchTemplate == nil:
		declared.LaunchTemplate = &v1alpha1.LaunchTemplateSpecification{LaunchTemplateName: &none}
	}
}

// normaliseComputeEnvironment takes what is left out as AWS has it, and lists whose order means nothing as sets.
func normaliseComputeEnvironment(declared, observed *v1alpha1.ComputeEnvironment) {
	if resources := declared.Spec.ComputeResources; resources != nil && observed.Spec.ComputeResources != nil {
		// AWS scales the desired vCPUs itself: what the user says counts at creation only.
		resources.DesiredvCPUs = observed.Spec.ComputeResources.DesiredvCPUs
		resources.UpdateToLatestImageVersion = nil
	}
	if !strings.HasPrefix(aws.ToString(declared.Spec.ServiceRole), "arn:") && aws.ToString(declared.Spec.ServiceRole) == aws.ToString(nameOf(observed.Spec.ServiceRole)) {
		declared.Spec.ServiceRole = observed.Spec.ServiceRole
	}
	markRemoved(declared.Spec.ComputeResources, observed.Spec.ComputeResources)
	ack.FillUnset(&declared.Spec, &observed.Spec)
	for _, spec := range []*v1alpha1.ComputeEnvironmentSpec{&declared.Spec, &observed.Spec} {
		if resources := spec.ComputeResources; resources != nil {
			slices.Sort(resources.Subnets)
			slices.Sort(resources.SecurityGroupIDs)
			slices.Sort(resources.InstanceTypes)
		}
	}
}
