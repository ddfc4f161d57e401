package dynamodb

import (
	"context"
	"errors"
	"strings"
	"time"

	ackcompare "github.com/aws-controllers-k8s/runtime/pkg/compare"
	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/dynamodb/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/awsapi"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/loopback"
)

const (
	// poll is how often we look at a table that AWS is at work on.
	poll = 500 * time.Millisecond
	// firstLook is how soon we look after a call: the emulator is done at once.
	firstLook = 50 * time.Millisecond
	// unhandled is how often the official controller comes back to a difference that it does nothing about, for ever.
	unhandled = 10 * time.Second
)

var tableKind = ack.Kind[*v1alpha1.Table]{
	GroupVersionKind: v1alpha1.GroupVersion.WithKind("Table"),
	Operations:       newTables,
	Normalise:        normaliseTable,
	Settled:          settled,
	// The official controller's too.
	BeforeDelete: func(delta *ackcompare.Delta, declared, observed *v1alpha1.Table) {
		want, have := declared.Spec.DeletionProtectionEnabled, observed.Spec.DeletionProtectionEnabled
		if want != nil && aws.ToBool(want) != aws.ToBool(have) {
			delta.Add("Spec.DeletionProtectionEnabled", want, have)
		}
	},
	Errors: errorRules,
}

// tables are the calls for tables.
type tables struct{ api *sdk.Client }

func newTables(account ack.Account) ack.Operations[*v1alpha1.Table] {
	return &tables{api: sdk.NewFromConfig(loopback.Only(account.Config))}
}

// Create makes the table. What CreateTable does not take (point-in-time recovery, time to live, contributor insights) is
// a difference at the next reconcile, so there has to be one.
func (t *tables) Create(ctx context.Context, declared *v1alpha1.Table) error {
	if err := refuseReplicas(declared); err != nil {
		return err
	}
	if _, err := t.api.CreateTable(ctx, toCreateTableInput(&declared.Spec)); err != nil {
		return err
	}
	return ack.Wait(firstLook, "waiting for AWS to create the table")
}

// settled says what a table waits for; nil when AWS is done with it.
func settled(observed *v1alpha1.Table) error {
	if err := changeable(observed); err != nil {
		return err
	}
	for _, index := range observed.Status.GlobalSecondaryIndexesDescriptions {
		if status := aws.ToString(index.IndexStatus); status != string(types.IndexStatusActive) {
			return ack.Wait(poll, "waiting for AWS: status of index %s is %s", aws.ToString(index.IndexName), status)
		}
	}
	return nil
}

// changeable says why a table cannot be changed now; nil when it can.
func changeable(observed *v1alpha1.Table) error {
	switch status := aws.ToString(observed.Status.TableStatus); types.TableStatus(status) {
	case types.TableStatusActive:
		return nil
	case types.TableStatusCreating, types.TableStatusUpdating, types.TableStatusDeleting, types.TableStatusArchiving:
		return ack.Wait(poll, "waiting for AWS: status of the table is %s", status)
	default:
		return ack.Fault(awsapi.Failed, "AWS reports status %s: see the table's encryption key and replicas", status)
	}
}

// Update makes all changes but those by UpdateTable, of which AWS takes one kind at a time; it is called again until
// nothing differs, so an object is never Ready while something does. It works on what is declared with the official
// controller's defaults filled in.
func (t *tables) Update(ctx context.Context, declared, observed *v1alpha1.Table, delta *ackcompare.Delta) error {
	if err := changeable(observed); err != nil {
		return err
	}
	declared, observed = declared.DeepCopy(), observed.DeepCopy()
	normaliseTable(declared, observed)
	if err := refuse(declared, observed, delta); err != nil {
		return err
	}
	for _, part := range []struct {
		path string
		sync func(context.Context, *v1alpha1.Table, *v1alpha1.Table) error
	}{
		{"Spec.Tags", t.syncTags},
		{"Spec.ContinuousBackups", t.syncContinuousBackups},
		{"Spec.TimeToLive", t.syncTimeToLive},
		{"Spec.ContributorInsights", t.syncContributorInsights},
		{"Spec.ResourcePolicy", t.syncResourcePolicy},
	} {
		if delta.DifferentAt(part.path) {
			if err := part.sync(ctx, declared, observed); err != nil {
				return err
			}
		}
	}
	if !delta.DifferentExcept("Spec.Tags", "Spec.ResourcePolicy") {
		return nil
	}
	change := nextChange(declared, observed, delta)
	if change == nil && delta.DifferentAt("Spec.TimeToLive") && declared.Spec.TimeToLive.AttributeName == nil {
		return ack.Wait(unhandled, "spec.timeToLive: AWS has time to live, and the official controller switches it off only if enabled: false is declared with its attributeName")
	}
	if change == nil {
		return ack.Wait(firstLook, "looking whether AWS has made the change")
	}
	if _, err := t.api.UpdateTable(ctx, change); err != nil {
		return err
	}
	return ack.Wait(firstLook, "waiting for AWS to update the table")
}

func (t *tables) syncTags(ctx context.Context, declared, observed *v1alpha1.Table) error {
	return ack.SyncTags(declared, observed, func(arn *string, set map[string]string) error {
		_, err := t.api.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: arn, Tags: ack.TagList(set, func(key, value *string) types.Tag { return types.Tag{Key: key, Value: value} })})
		return err
	}, func(arn *string, keys []string) error {
		_, err := t.api.UntagResource(ctx, &sdk.UntagResourceInput{ResourceArn: arn, TagKeys: keys})
		return err
	})
}

func (t *tables) syncContinuousBackups(ctx context.Context, declared, _ *v1alpha1.Table) error {
	_, err := t.api.UpdateContinuousBackups(ctx, &sdk.UpdateContinuousBackupsInput{
		TableName: declared.Spec.TableName,
		PointInTimeRecoverySpecification: &types.PointInTimeRecoverySpecification{
			PointInTimeRecoveryEnabled: declared.Spec.ContinuousBackups.PointInTimeRecoveryEnabled,
		},
	})
	return err
}

// syncTimeToLive asks for what is declared. As in the official controller 1.9.2 (pkg/resource/table/hooks_ttl.go, hooks.go):
// time to live that the spec leaves out is asked to be switched off without its attribute, which no SDK sends, so it stays;
// and that it is off already is no error.
func (t *tables) syncTimeToLive(ctx context.Context, declared, _ *v1alpha1.Table) error {
	want := declared.Spec.TimeToLive
	if want.AttributeName == nil {
		return nil
	}
	_, err := t.api.UpdateTimeToLive(ctx, &sdk.UpdateTimeToLiveInput{
		TableName:               declared.Spec.TableName,
		TimeToLiveSpecification: &types.TimeToLiveSpecification{Enabled: want.Enabled, AttributeName: want.AttributeName},
	})
	var refusal smithy.APIError
	if errors.As(err, &refusal) && strings.HasPrefix(refusal.ErrorMessage(), "TimeToLive is already disabled") {
		return nil
	}
	return err
}

func (t *tables) syncContributorInsights(ctx context.Context, declared, _ *v1alpha1.Table) error {
	_, err := t.api.UpdateContributorInsights(ctx, &sdk.UpdateContributorInsightsInput{
		TableName:                 declared.Spec.TableName,
		ContributorInsightsAction: types.ContributorInsightsAction(*declared.Spec.ContributorInsights),
	})
	return err
}

func (t *tables) syncResourcePolicy(ctx context.Context, declared, observed *v1alpha1.Table) error {
	arn := ack.ARN(observed)
	if declared.Spec.ResourcePolicy == nil {
		_, err := t.api.DeleteResourcePolicy(ctx, &sdk.DeleteResourcePolicyInput{ResourceArn: &arn})
		return err
	}
	_, err := t.api.PutResourcePolicy(ctx, &sdk.PutResourcePolicyInput{ResourceArn: &arn, Policy: declared.Spec.ResourcePolicy})
	return err
}

func (t *tables) Delete(ctx context.Context, _, observed *v1alpha1.Table) error {
	switch status := types.TableStatus(aws.ToString(observed.Status.TableStatus)); status {
	case types.TableStatusDeleting:
		return ack.Wait(poll, "waiting for AWS to delete the table")
	case types.TableStatusCreating, types.TableStatusUpdating:
		return ack.Wait(poll, "waiting for AWS before the deletion: status of the table is %s", status)
	}
	if aws.ToBool(observed.Spec.DeletionProtectionEnabled) {
		return ack.Fault(awsapi.Busy, "AWS protects table %s against deletion: set spec.deletionProtectionEnabled to false, or keep the table with the annotation services.k8s.aws/deletion-policy: retain",
			aws.ToString(observed.Spec.TableName))
	}
	if _, err := t.api.DeleteTable(ctx, &sdk.DeleteTableInput{TableName: observed.Spec.TableName}); err != nil {
		return err
	}
	return ack.Wait(firstLook, "waiting for AWS to delete the table")
}
