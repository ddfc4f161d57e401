package dynamodb

import (
	"cmp"
	"slices"
	"strings"

	ackcompare "github.com/aws-controllers-k8s/runtime/pkg/compare"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/dynamodb/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
)

// unlimited is AWS's number for "no limit" in on-demand throughput.
const unlimited = -1

// normaliseTable fills in what is left out: billing mode, throughput, class, stream, encryption and deletion protection
// as AWS has them, as with the official controller; all else as off.
func normaliseTable(declared, observed *v1alpha1.Table) {
	want, have := &declared.Spec, &observed.Spec
	want.BillingMode = cmp.Or(want.BillingMode, have.BillingMode)
	want.TableClass = cmp.Or(want.TableClass, have.TableClass)
	want.DeletionProtectionEnabled = cmp.Or(want.DeletionProtectionEnabled, have.DeletionProtectionEnabled)
	want.StreamSpecification = cmp.Or(want.StreamSpecification, have.StreamSpecification)
	want.SSESpecification = cmp.Or(want.SSESpecification, have.SSESpecification)
	want.ProvisionedThroughput = cmp.Or(want.ProvisionedThroughput, have.ProvisionedThroughput)
	for i := range want.GlobalSecondaryIndexes {
		index := &want.GlobalSecondaryIndexes[i]
		if current := indexNamed(have.GlobalSecondaryIndexes, index.IndexName); current != nil {
			index.ProvisionedThroughput = cmp.Or(index.ProvisionedThroughput, current.ProvisionedThroughput)
		}
	}
	for _, spec := range []*v1alpha1.TableSpec{want, have} {
		spec.ContinuousBackups = continuousBackups(spec.ContinuousBackups)
		spec.TimeToLive = timeToLive(spec.TimeToLive)
		spec.ContributorInsights = contributorInsights(spec.ContributorInsights)
		spec.OnDemandThroughput = onDemandThroughput(spec.OnDemandThroughput)
		if !aws.ToBool(cmp.Or(spec.StreamSpecification, &v1alpha1.StreamSpecification{}).StreamEnabled) {
			spec.StreamSpecification = nil
		}
		if onDemand(spec) {
			// AWS tells zeros.
			spec.ProvisionedThroughput = nil
		}
		normaliseIndexes(spec)
	}
	normaliseEncryption(want, have)
	if want.ResourcePolicy != nil && have.ResourcePolicy != nil {
		if same, err := ackcompare.IAMPolicyDocumentEqual(*want.ResourcePolicy, *have.ResourcePolicy); err == nil && same {
			want.ResourcePolicy = have.ResourcePolicy
		}
	}
}

// normaliseIndexes sorts what has no order, and leaves out what means nothing.
func normaliseIndexes(spec *v1alpha1.TableSpec) {
	slices.SortFunc(spec.AttributeDefinitions, func(a, b v1alpha1.AttributeDefinition) int {
		return cmp.Compare(aws.ToString(a.AttributeName), aws.ToString(b.AttributeName))
	})
	slices.SortFunc(spec.LocalSecondaryIndexes, func(a, b v1alpha1.LocalSecondaryIndex) int {
		return cmp.Compare(aws.ToString(a.IndexName), aws.ToString(b.IndexName))
	})
	for _, index := range spec.LocalSecondaryIndexes {
		normaliseProjection(index.Projection)
	}
	slices.SortFunc(spec.GlobalSecondaryIndexes, func(a, b v1alpha1.GlobalSecondaryIndex) int {
		return cmp.Compare(aws.ToString(a.IndexName), aws.ToString(b.IndexName))
	})
	for i := range spec.GlobalSecondaryIndexes {
		index := &spec.GlobalSecondaryIndexes[i]
		normaliseProjection(index.Projection)
		index.OnDemandThroughput = onDemandThroughput(index.OnDemandThroughput)
		if onDemand(spec) {
			index.ProvisionedThroughput = nil
		}
	}
}

func normaliseProjection(projection *v1alpha1.Projection) {
	if projection != nil {
		slices.Sort(projection.NonKeyAttributes)
	}
}

// normaliseEncryption compares keys by id where only that is given; an alias names a key that we cannot know, so it is
// taken to be the right one.
func normaliseEncryption(want, have *v1alpha1.TableSpec) {
	if want.SSESpecification != nil && !aws.ToBool(want.SSESpecification.Enabled) {
		want.SSESpecification = nil
	}
	if want.SSESpecification == nil || have.SSESpecification == nil {
		return
	}
	key := aws.ToString(want.SSESpecification.KMSMasterKeyID)
	if strings.Contains(key, "alias/") || strings.HasSuffix(aws.ToString(have.SSESpecification.KMSMasterKeyID), "/"+key) {
		want.SSESpecification.KMSMasterKeyID = have.SSESpecification.KMSMasterKeyID
	}
	ack.FillUnset(want.SSESpecification, have.SSESpecification)
}

func onDemand(spec *v1alpha1.TableSpec) bool {
	return aws.ToString(spec.BillingMode) == string(types.BillingModePayPerRequest)
}

// continuousBackups are off when left out.
func continuousBackups(declared *v1alpha1.PointInTimeRecoverySpecification) *v1alpha1.PointInTimeRecoverySpecification {
	if declared == nil || declared.PointInTimeRecoveryEnabled == nil {
		return &v1alpha1.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: aws.Bool(false)}
	}
	return declared
}

// timeToLive is nil when it is off.
func timeToLive(declared *v1alpha1.TimeToLiveSpecification) *v1alpha1.TimeToLiveSpecification {
	if declared == nil || !aws.ToBool(declared.Enabled) {
		return nil
	}
	return declared
}

// contributorInsights are off when left out.
func contributorInsights(declared *string) *string {
	return cmp.Or(declared, aws.String(string(types.ContributorInsightsActionDisable)))
}

// onDemandThroughput is nil when it limits nothing.
func onDemandThroughput(declared *v1alpha1.OnDemandThroughput) *v1alpha1.OnDemandThroughput {
	if declared == nil {
		return nil
	}
	limited := &v1alpha1.OnDemandThroughput{}
	if aws.ToInt64(cmp.Or(declared.MaxReadRequestUnits, aws.Int64(unlimited))) != unlimited {
		limited.MaxReadRequestUnits = declared.MaxReadRequestUnits
	}
	if aws.ToInt64(cmp.Or(declared.MaxWriteRequestUnits, aws.Int64(unlimited))) != unlimited {
		limited.MaxWriteRequestUnits = declared.MaxWriteRequestUnits
	}
	if limited.MaxReadRequestUnits == nil && limited.MaxWriteRequestUnits == nil {
		return nil
	}
	return limited
}
