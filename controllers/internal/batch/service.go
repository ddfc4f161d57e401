// Package batch serves AWS Batch's kinds: ComputeEnvironment, JobQueue and JobDefinition, group batch.services.k8s.aws.
package batch

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/batch"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/awsapi"
)

const (
	// describeMax is how many names a Describe call takes.
	describeMax = 100
	// describeLinger is how long a Describe call waits for more names.
	describeLinger = 25 * time.Millisecond
	// poll is how often we look at an object that AWS is at work on.
	poll = 500 * time.Millisecond
)

// Service is AWS Batch. An account may make 50 calls a second; we leave some to others.
func Service() ack.Service {
	return ack.Service{
		Name:           "batch",
		CallsPerSecond: 40,
		Kinds: []ack.Registration{
			ack.Register(computeEnvironmentKind),
			ack.Register(jobQueueKind),
			ack.Register(jobDefinitionKind),
		},
	}
}

// errorRules tell apart what AWS Batch reports under the one code ClientException. Its documentation has no messages:
// these are from public reports, such as https://github.com/hashicorp/terraform-provider-aws/issues/11777 (relationship)
// and https://github.com/ASFHyP3/hyp3/pull/586 (what a job definition lacks).
var errorRules = []awsapi.ErrorRule{
	{Code: clientException, Part: "does not exist", Class: awsapi.Missing},
	{Code: clientException, Part: "not found", Class: awsapi.Missing},
	{Code: clientException, Part: "already exists", Class: awsapi.Exists},
	{Code: clientException, Part: "being modified", Class: awsapi.Busy},
	{Code: clientException, Part: "cannot delete", Class: awsapi.Busy},
	{Code: clientException, Part: "relationship", Class: awsapi.Busy},
	{Code: clientException, Part: "not authorized", Class: awsapi.Denied},
	{Code: clientException, Part: "too many requests", Class: awsapi.Throttled},
	// It names another object, which may have become VALID just now, or is about to: a compute environment, a role.
	{Code: clientException, Part: "arn:aws", Class: awsapi.Busy},
	{Code: clientException, Part: "compute environment", Class: awsapi.Busy},
	{Code: clientException, Part: "computeenvironment", Class: awsapi.Busy},
	{Code: clientException, Part: "limit", Class: awsapi.Unknown},
	{Code: clientException, Part: "quota", Class: awsapi.Unknown},
	// What the request itself says is wrong.
	{Code: clientException, Part: "is required", Class: awsapi.BadInput},
	{Code: clientException, Part: "is not provided", Class: awsapi.BadInput},
	{Code: clientException, Part: "must be", Class: awsapi.BadInput},
	{Code: clientException, Part: "must not", Class: awsapi.BadInput},
	{Code: clientException, Part: "must have", Class: awsapi.BadInput},
	{Code: clientException, Part: "must specify", Class: awsapi.BadInput},
	{Code: clientException, Part: "should match", Class: awsapi.BadInput},
	{Code: clientException, Part: "should be", Class: awsapi.BadInput},
	{Code: clientException, Part: "not supported", Class: awsapi.BadInput},
	{Code: clientException, Part: "not applicable", Class: awsapi.BadInput},
	{Code: clientException, Part: "not valid", Class: awsapi.BadInput},
	{Code: clientException, Part: "invalid", Class: awsapi.BadInput},
	{Code: clientException, Part: "is reserved", Class: awsapi.BadInput},
	{Code: clientException, Part: "cannot be", Class: awsapi.BadInput},
	{Code: clientException, Part: "cannot have", Class: awsapi.BadInput},
	{Code: clientException, Part: "can not be", Class: awsapi.BadInput},
	{Code: clientException, Part: "not allowed", Class: awsapi.BadInput},
}

const clientException = "ClientException"

// status values of compute environments and job queues.
const (
	statusValid    = "VALID"
	statusInvalid  = "INVALID"
	statusDeleted  = "DELETED"
	statusDeleting = "DELETING"
)

// steady is the reason of a status without what differs each time that AWS looks again.
func steady(reason *string) *string {
	if reason == nil {
		return nil
	}
	text := awsapi.WithoutRequestIDs(*reason)
	return &text
}

// settled says what an object in a status waits for; nil when AWS is done with it.
func settled(status, reason *string) error {
	switch value := aws.ToString(status); value {
	case statusValid:
		return nil
	case statusInvalid:
		return ack.Fault(awsapi.Failed, "AWS reports INVALID: %s", aws.ToString(reason))
	default:
		return ack.Wait(poll, "waiting for AWS: status is %s", value)
	}
}

// busy says that an object cannot be changed now; nil when it can.
func busy(status *string) error {
	switch value := aws.ToString(status); value {
	case statusValid, statusInvalid:
		return nil
	default:
		return ack.Wait(poll, "waiting for AWS before the next change: status is %s", value)
	}
}

// syncTags makes the tags of an AWS object those that are declared.
func syncTags(ctx context.Context, api *sdk.Client, declared, observed ack.Object) error {
	return ack.SyncTags(declared, observed, func(arn *string, set map[string]string) error {
		_, err := api.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: arn, Tags: set})
		return err
	}, func(arn *string, keys []string) error {
		_, err := api.UntagResource(ctx, &sdk.UntagResourceInput{ResourceArn: arn, TagKeys: keys})
		return err
	})
}

// nameOf is the name in an ARN such as arn:aws:batch:eu-central-1:123456789012:job-queue/name, or what is no ARN as it is.
func nameOf(arn *string) *string {
	if arn == nil || !strings.HasPrefix(*arn, "arn:") {
		return arn
	}
	name := (*arn)[strings.LastIndex(*arn, "/")+1:]
	return &name
}
