package batch

import (
	"cmp"
	"context"
	"slices"

	ackcompare "github.com/aws-controllers-k8s/runtime/pkg/compare"
	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/batch/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/awsapi"
)

var jobQueueKind = ack.Kind[*v1alpha1.JobQueue]{
	GroupVersionKind: v1alpha1.GroupVersion.WithKind("JobQueue"),
	Operations:       newJobQueues,
	Normalise:        normaliseJobQueue,
	Settled:          func(q *v1alpha1.JobQueue) error { return settled(q.Status.Status, q.Status.StatusReason) },
	LateInitialize: func(declared, observed *v1alpha1.JobQueue) {
		declared.Spec.State = cmp.Or(declared.Spec.State, observed.Spec.State)
	},
	Errors: errorRules,
}

// jobQueues are the calls for job queues.
type jobQueues struct {
	api          *sdk.Client
	queues       *awsapi.Batcher[types.JobQueueDetail]
	environments *awsapi.Batcher[types.ComputeEnvironmentDetail]
}

func newJobQueues(account ack.Account) ack.Operations[*v1alpha1.JobQueue] {
	api := sdk.NewFromConfig(account.Config)
	return &jobQueues{api: api, environments: describeEnvironments(api), queues: &awsapi.Batcher[types.JobQueueDetail]{
		Max: describeMax, Linger: describeLinger,
		Call: func(ctx context.Context, names []string) (map[string]types.JobQueueDetail, error) {
			answer, err := api.DescribeJobQueues(ctx, &sdk.DescribeJobQueuesInput{JobQueues: names})
			if err != nil {
				return nil, err
			}
			found := map[string]types.JobQueueDetail{}
			for _, queue := range answer.JobQueues {
				found[aws.ToString(queue.JobQueueName)] = queue
			}
			return found, nil
		},
	}}
}

func (j *jobQueues) Read(ctx context.Context, declared *v1alpha1.JobQueue) (*v1alpha1.JobQueue, error) {
	name := aws.ToString(declared.Spec.Name)
	found, err := j.queues.Get(ctx, name)
	if err != nil {
		return nil, err
	}
	queue, ok := found[name]
	if !ok || queue.Status == statusDeleted {
		return nil, ack.ErrNotFound
	}
	observed := &v1alpha1.JobQueue{Spec: *jobQueueSpecFrom(&queue), Status: *jobQueueStatusFrom(&queue)}
	observed.Status.StatusReason = steady(observed.Status.StatusReason)
	ack.SetARN(observed, queue.JobQueueArn)
	return observed, nil
}

func (j *jobQueues) Create(ctx context.Context, declared *v1alpha1.JobQueue) error {
	if err := j.environmentsValid(ctx, declared); err != nil {
		return err
	}
	created, err := j.api.CreateJobQueue(ctx, toCreateJobQueueInput(&declared.Spec))
	if err != nil {
		return err
	}
	ack.SetARN(declared, created.JobQueueArn)
	return nil
}

// environmentsValid waits for compute environments that are being made: AWS takes none but VALID ones, and says so with
// an error that looks like bad input. It asks AWS about those too that a reference names: their Ready condition may be
// out of date.
func (j *jobQueues) environmentsValid(ctx context.Context, declared *v1alpha1.JobQueue) error {
	var names []string
	for _, order := range declared.Spec.ComputeEnvironmentOrder {
		names = append(names, aws.ToString(nameOf(order.ComputeEnvironment)))
	}
	if len(names) == 0 {
		return nil
	}
	found, err := j.environments.Get(ctx, names...)
	if err != nil {
		return err
	}
	for _, name := range names {
		if environment, ok := found[name]; ok && environment.Status != statusValid {
			return ack.Wait(poll, "waiting for compute environment %s: its status is %s, the queue needs VALID", name, environment.Status)
		}
	}
	return nil
}

func (j *jobQueues) Update(ctx context.Context, declared, observed *v1alpha1.JobQueue, delta *ackcompare.Delta) error {
	if delta.DifferentAt("Spec.Tags") {
		if err := syncTags(ctx, j.api, declared, observed); err != nil {
			return err
		}
	}
	if !delta.DifferentExcept("Spec.Tags") {
		return nil
	}
	if delta.DifferentAt("Spec.JobQueueType") {
		return ack.Fault(awsapi.BadInput, "spec.jobQueueType cannot be changed after creation: AWS has %s", aws.ToString(observed.Spec.JobQueueType))
	}
	if err := busy(observed.Status.Status); err != nil {
		return err
	}
	if delta.DifferentAt("Spec.ComputeEnvironmentOrder") {
		if err := j.environmentsValid(ctx, declared); err != nil {
			return err
		}
	}
	input := toUpdateJobQueueInput(ack.Changed(&declared.Spec, delta))
	input.JobQueue = declared.Spec.Name
	if delta.DifferentAt("Spec.JobStateTimeLimitActions") && input.JobStateTimeLimitActions == nil {
		// None would mean "no change".
		input.JobStateTimeLimitActions = []types.JobStateTimeLimitAction{}
	}
	_, err := j.api.UpdateJobQueue(ctx, input)
	return err
}

func (j *jobQueues) Delete(ctx context.Context, _, observed *v1alpha1.JobQueue) error {
	if aws.ToString(observed.Status.Status) == statusDeleting {
		return ack.Wait(poll, "waiting for AWS to delete the job queue")
	}
	if err := busy(observed.Status.Status); err != nil {
		return err
	}
	if aws.ToString(observed.Spec.State) != string(types.JQStateDisabled) {
		input := &sdk.UpdateJobQueueInput{JobQueue: observed.Spec.Name, State: types.JQStateDisabled}
		if _, err := j.api.UpdateJobQueue(ctx, input); err != nil {
			return err
		}
		return ack.Wait(poll, "disabling the job queue, which AWS wants before it deletes it")
	}
	if _, err := j.api.DeleteJobQueue(ctx, &sdk.DeleteJobQueueInput{JobQueue: observed.Spec.Name}); err != nil {
		return err
	}
	return ack.Wait(poll, "waiting for AWS to delete the job queue")
}

// normaliseJobQueue compares environments by name in their order, and takes what is left out as AWS has it where it
// cannot be removed.
func normaliseJobQueue(declared, observed *v1alpha1.JobQueue) {
	for _, spec := range []*v1alpha1.JobQueueSpec{&declared.Spec, &observed.Spec} {
		for i := range spec.ComputeEnvironmentOrder {
			order := &spec.ComputeEnvironmentOrder[i]
			order.ComputeEnvironment, order.ComputeEnvironmentRef = nameOf(order.ComputeEnvironment), nil
		}
		slices.SortStableFunc(spec.ComputeEnvironmentOrder, func(a, b v1alpha1.ComputeEnvironmentOrder) int {
			return cmp.Compare(aws.ToInt64(a.Order), aws.ToInt64(b.Order))
		})
		for i := range spec.ServiceEnvironmentOrder {
			order := &spec.ServiceEnvironmentOrder[i]
			order.ServiceEnvironment, order.ServiceEnvironmentRef = nameOf(order.ServiceEnvironment), nil
		}
	}
	want, have := &declared.Spec, &observed.Spec
	want.State = cmp.Or(want.State, have.State)
	want.JobQueueType = cmp.Or(want.JobQueueType, have.JobQueueType)
	want.SchedulingPolicyARN = cmp.Or(want.SchedulingPolicyARN, have.SchedulingPolicyARN)
}
