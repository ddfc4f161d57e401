package dynamodb

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/dynamodb/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
)

// Read asks six calls for what AWS tells in six places, five of them at once.
func (t *tables) Read(ctx context.Context, declared *v1alpha1.Table) (*v1alpha1.Table, error) {
	described, err := t.api.DescribeTable(ctx, &sdk.DescribeTableInput{TableName: declared.Spec.TableName})
	var missing *types.ResourceNotFoundException
	if errors.As(err, &missing) {
		return nil, ack.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	table := described.Table
	observed := observedTable(table)
	if table.TableStatus == types.TableStatusCreating || table.TableStatus == types.TableStatusDeleting {
		// AWS knows nothing of the rest yet, or any more.
		return observed, nil
	}
	spec := &observed.Spec
	var tags map[string]string
	calls, ctx := errgroup.WithContext(ctx)
	calls.Go(func() (err error) { tags, err = t.tags(ctx, table.TableArn); return err })
	calls.Go(func() (err error) {
		spec.ContinuousBackups, err = t.continuousBackups(ctx, table.TableName)
		return err
	})
	calls.Go(func() (err error) { spec.TimeToLive, err = t.timeToLive(ctx, table.TableName); return err })
	calls.Go(func() (err error) {
		spec.ContributorInsights, err = t.contributorInsights(ctx, table.TableName)
		return err
	})
	calls.Go(func() (err error) { spec.ResourcePolicy, err = t.resourcePolicy(ctx, table.TableArn); return err })
	if err := calls.Wait(); err != nil {
		return nil, err
	}
	observed.SetAWSTags(tags)
	return observed, nil
}

// observedTable is what DescribeTable tells.
func observedTable(table *types.TableDescription) *v1alpha1.Table {
	observed := &v1alpha1.Table{Spec: *tableSpecFrom(table), Status: *tableStatusFrom(table)}
	ack.SetARN(observed, table.TableArn)
	spec := &observed.Spec
	spec.BillingMode = aws.String(string(types.BillingModeProvisioned))
	if table.BillingModeSummary != nil && table.BillingModeSummary.BillingMode != "" {
		spec.BillingMode = aws.String(string(table.BillingModeSummary.BillingMode))
	}
	spec.TableClass = aws.String(string(types.TableClassStandard))
	if table.TableClassSummary != nil && table.TableClassSummary.TableClass != "" {
		spec.TableClass = aws.String(string(table.TableClassSummary.TableClass))
	}
	spec.DeletionProtectionEnabled = aws.Bool(aws.ToBool(spec.DeletionProtectionEnabled))
	if sse := table.SSEDescription; sse != nil {
		spec.SSESpecification = &v1alpha1.SSESpecification{Enabled: aws.Bool(sse.Status == types.SSEStatusEnabled), KMSMasterKeyID: sse.KMSMasterKeyArn}
		if sse.SSEType != "" {
			spec.SSESpecification.SSEType = aws.String(string(sse.SSEType))
		}
	}
	return observed
}

func (t *tables) tags(ctx context.Context, arn *string) (map[string]string, error) {
	tags := map[string]string{}
	input := &sdk.ListTagsOfResourceInput{ResourceArn: arn}
	for {
		page, err := t.api.ListTagsOfResource(ctx, input)
		if err != nil {
			return nil, err
		}
		for _, tag := range page.Tags {
			tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
		}
		if page.NextToken == nil {
			return tags, nil
		}
		input.NextToken = page.NextToken
	}
}

func (t *tables) continuousBackups(ctx context.Context, name *string) (*v1alpha1.PointInTimeRecoverySpecification, error) {
	answer, err := t.api.DescribeContinuousBackups(ctx, &sdk.DescribeContinuousBackupsInput{TableName: name})
	if err != nil {
		return nil, err
	}
	enabled := false
	if backups := answer.ContinuousBackupsDescription; backups != nil && backups.PointInTimeRecoveryDescription != nil {
		enabled = backups.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus == types.PointInTimeRecoveryStatusEnabled
	}
	return &v1alpha1.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: &enabled}, nil
}

// timeToLive is never nil. AWS names the attribute while it is on.
func (t *tables) timeToLive(ctx context.Context, name *string) (*v1alpha1.TimeToLiveSpecification, error) {
	answer, err := t.api.DescribeTimeToLive(ctx, &sdk.DescribeTimeToLiveInput{TableName: name})
	if err != nil {
		return nil, err
	}
	live := answer.TimeToLiveDescription
	on := live.TimeToLiveStatus == types.TimeToLiveStatusEnabled || live.TimeToLiveStatus == types.TimeToLiveStatusEnabling
	return &v1alpha1.TimeToLiveSpecification{AttributeName: live.AttributeName, Enabled: &on}, nil
}

func (t *tables) contributorInsights(ctx context.Context, name *string) (*string, error) {
	answer, err := t.api.DescribeContributorInsights(ctx, &sdk.DescribeContributorInsightsInput{TableName: name})
	if err != nil {
		return nil, err
	}
	action := types.ContributorInsightsActionDisable
	if answer.ContributorInsightsStatus == types.ContributorInsightsStatusEnabled || answer.ContributorInsightsStatus == types.ContributorInsightsStatusEnabling {
		action = types.ContributorInsightsActionEnable
	}
	return aws.String(string(action)), nil
}

// resourcePolicy is nil when there is none.
func (t *tables) resourcePolicy(ctx context.Context, arn *string) (*string, error) {
	answer, err := t.api.GetResourcePolicy(ctx, &sdk.GetResourcePolicyInput{ResourceArn: arn})
	var none *types.PolicyNotFoundException
	if errors.As(err, &none) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return answer.Policy, nil
}
