package sfn

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	ackcompare "github.com/aws-controllers-k8s/runtime/pkg/compare"
	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/sfn/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/awsapi"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/loopback"
)

const (
	// poll is how often we look whether AWS has deleted a state machine: it waits for running executions.
	poll = 500 * time.Millisecond
	// firstLook is how soon we look at what AWS does at once when nothing runs.
	firstLook = 100 * time.Millisecond
)

var stateMachineKind = ack.Kind[*v1alpha1.StateMachine]{
	GroupVersionKind: v1alpha1.GroupVersion.WithKind("StateMachine"),
	Operations:       newStateMachines,
	Normalise:        normaliseStateMachine,
	Settled:          settled,
	NameFromARN:      func(arn string) string { return arn[strings.LastIndex(arn, ":")+1:] },
	Errors:           errorRules,
}

// stateMachines are the calls for state machines.
type stateMachines struct {
	api     *sdk.Client
	account ack.Account
}

func newStateMachines(account ack.Account) ack.Operations[*v1alpha1.StateMachine] {
	return &stateMachines{api: sdk.NewFromConfig(loopback.Only(account.Config)), account: account}
}

// arn is the ARN of the state machine that an object declares.
func (s *stateMachines) arn(declared *v1alpha1.StateMachine) *string {
	return aws.String(fmt.Sprintf("arn:%s:states:%s:%s:stateMachine:%s",
		s.account.Partition, s.account.Region, s.account.ID, aws.ToString(declared.Spec.Name)))
}

func (s *stateMachines) Read(ctx context.Context, declared *v1alpha1.StateMachine) (*v1alpha1.StateMachine, error) {
	described, err := s.api.DescribeStateMachine(ctx, &sdk.DescribeStateMachineInput{StateMachineArn: s.arn(declared)})
	var missing *types.StateMachineDoesNotExist
	if errors.As(err, &missing) {
		return nil, ack.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	observed := &v1alpha1.StateMachine{
		Spec: *stateMachineSpecFrom(described), Status: *stateMachineStatusFrom(described), AWSStatus: string(described.Status),
	}
	ack.SetARN(observed, described.StateMachineArn)
	tags, err := s.api.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceArn: described.StateMachineArn})
	if err != nil {
		return nil, err
	}
	values := map[string]string{}
	for _, tag := range tags.Tags {
		values[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	observed.SetAWSTags(values)
	return observed, nil
}

func (s *stateMachines) Create(ctx context.Context, declared *v1alpha1.StateMachine) error {
	_, err := s.api.CreateStateMachine(ctx, toCreateStateMachineInput(&declared.Spec))
	return err
}

// settled says what a state machine waits for; nil when AWS is done with it.
func settled(observed *v1alpha1.StateMachine) error {
	if observed.AWSStatus == string(types.StateMachineStatusDeleting) {
		return ack.Wait(poll, "waiting for AWS to delete the state machine, which it does when no execution runs any more")
	}
	return nil
}

func (s *stateMachines) Update(ctx context.Context, declared, observed *v1alpha1.StateMachine, delta *ackcompare.Delta) error {
	if err := settled(observed); err != nil {
		return err
	}
	// The official controller would repeat an update without effect at every look.
	if declared.Spec.Type != nil && delta.DifferentAt("Spec.Type") {
		return ack.Fault(awsapi.BadInput, "spec.type_ cannot be changed after creation: AWS has %s, put it back or create another state machine", aws.ToString(observed.Spec.Type))
	}
	if delta.DifferentAt("Spec.Tags") {
		if err := s.syncTags(ctx, declared, observed); err != nil {
			return err
		}
	}
	if !delta.DifferentExcept("Spec.Tags") {
		return nil
	}
	// All of it, as the official controller 1.4.2 sends it (pkg/resource/state_machine/hooks.go).
	input := toUpdateStateMachineInput(&declared.Spec)
	input.StateMachineArn = s.arn(declared)
	_, err := s.api.UpdateStateMachine(ctx, input)
	return err
}

func (s *stateMachines) syncTags(ctx context.Context, declared, observed *v1alpha1.StateMachine) error {
	return ack.SyncTags(declared, observed, func(arn *string, set map[string]string) error {
		_, err := s.api.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: arn, Tags: ack.TagList(set, func(key, value *string) types.Tag { return types.Tag{Key: key, Value: value} })})
		return err
	}, func(arn *string, keys []string) error {
		_, err := s.api.UntagResource(ctx, &sdk.UntagResourceInput{ResourceArn: arn, TagKeys: keys})
		return err
	})
}

// Delete has AWS delete the state machine, which it does when no execution runs any more.
func (s *stateMachines) Delete(ctx context.Context, _, observed *v1alpha1.StateMachine) error {
	if err := settled(observed); err != nil {
		return err
	}
	if _, err := s.api.DeleteStateMachine(ctx, &sdk.DeleteStateMachineInput{StateMachineArn: s.arn(observed)}); err != nil {
		return err
	}
	return ack.Wait(firstLook, "waiting for AWS to delete the state machine")
}

// normaliseStateMachine compares definitions by what they mean. All else is compared as it stands, as in the official
// controller 1.4.2 (pkg/resource/state_machine/delta.go): AWS always tells type, logging and tracing, so one that leaves them
// out, in whole or in part, is updated at every look, https://github.com/aws-controllers-k8s/community/issues/3035.
func normaliseStateMachine(declared, observed *v1alpha1.StateMachine) {
	if same, err := ackcompare.DocumentEqual(aws.ToString(declared.Spec.Definition), aws.ToString(observed.Spec.Definition)); err == nil && same {
		declared.Spec.Definition = observed.Spec.Definition
	}
}
