// Package batch serves AWS Batch's kinds: ComputeEnvironment, JobQueue and JobDefinition, group batch.services.k8s.aws.
package batch

import (
	"context"
	"errors"
	"strings"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/smithy-go"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/kit"
)

const (
	// describeMax is how many names a Describe call takes.
	describeMax = 100
	// describeLinger is how long a Describe call waits for more names.
	describeLinger = 10 * time.Millisecond
	// poll is how often we look at an object that AWS is at work on.
	poll = 500 * time.Millisecond
)

// Service is AWS Batch. An account may make 50 calls a second; we leave some to others.
func Service() kit.Service {
	return kit.Service{
		Name:           "batch",
		CallsPerSecond: 40,
		Kinds: []kit.Registration{
			kit.Register(computeEnvironmentKind),
			kit.Register(jobQueueKind),
			kit.Register(jobDefinitionKind),
		},
	}
}

// messages tell apart what AWS Batch reports under the one code ClientException, in lower case.
var messages = []struct {
	part  string
	class kit.Class
}{
	{"does not exist", kit.Missing},
	{"already exists", kit.Exists},
	{"being modified", kit.Busy},
	{"relationship", kit.Busy},
	{"not authorized", kit.Denied},
	{"too many requests", kit.Throttled},
}

// classify recognises what AWS Batch tells in the message only.
func classify(err error) kit.Class {
	var api smithy.APIError
	if !errors.As(err, &api) || api.ErrorCode() != "ClientException" {
		return ""
	}
	text := strings.ToLower(api.ErrorMessage())
	for _, known := range messages {
		if strings.Contains(text, known.part) {
			return known.class
		}
	}
	return ""
}

// status values of compute environments and job queues.
const (
	statusValid    = "VALID"
	statusInvalid  = "INVALID"
	statusDeleted  = "DELETED"
	statusDeleting = "DELETING"
)

// settled says what an object in a status waits for; nil when AWS is done with it.
func settled(status, reason *string) error {
	switch value := deref(status); value {
	case statusValid:
		return nil
	case statusInvalid:
		return kit.Fault(kit.Failed, "AWS reports INVALID: %s", deref(reason))
	default:
		return kit.Wait(poll, "waiting for AWS: status is %s", value)
	}
}

// busy says that an object cannot be changed now; nil when it can.
func busy(status *string) error {
	switch value := deref(status); value {
	case statusValid, statusInvalid:
		return nil
	default:
		return kit.Wait(poll, "waiting for AWS before the next change: status is %s", value)
	}
}

// syncTags makes the tags of an AWS object those that are declared.
func syncTags(ctx context.Context, api *sdk.Client, declared, observed client.Object) error {
	arn := kit.ARN(observed)
	set, remove := kit.DiffTags(declared, observed)
	if len(set) > 0 {
		if _, err := api.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: &arn, Tags: set}); err != nil {
			return err
		}
	}
	if len(remove) > 0 {
		if _, err := api.UntagResource(ctx, &sdk.UntagResourceInput{ResourceArn: &arn, TagKeys: remove}); err != nil {
			return err
		}
	}
	return nil
}

// nameOf is the name in an ARN such as arn:aws:batch:eu-central-1:123456789012:job-queue/name, or what is no ARN as it is.
func nameOf(arn *string) *string {
	if arn == nil || !strings.HasPrefix(*arn, "arn:") {
		return arn
	}
	name := (*arn)[strings.LastIndex(*arn, "/")+1:]
	return &name
}

func deref[V any](pointer *V) V {
	if pointer == nil {
		var zero V
		return zero
	}
	return *pointer
}
