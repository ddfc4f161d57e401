package dynamodb

import (
	"cmp"
	"slices"

	ackcompare "github.com/aws-controllers-k8s/runtime/pkg/compare"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/dynamodb/v1alpha1"
)

// normaliseTable fills in what the official controller 1.9.2 takes for granted where a field is left out
// (pkg/resource/table/hooks.go, customPreCompare): a table that is provisioned, of the standard class, unprotected, without
// point-in-time recovery and time to live. Contributor insights are left alone. All else is compared as it stands: a stream,
// encryption, throughput or a limit that AWS has and the spec leaves out differs for ever, and so does a stream that is
// declared off where there is none.
func normaliseTable(declared, observed *v1alpha1.Table) {
	want, have := &declared.Spec, &observed.Spec
	want.BillingMode = cmp.Or(want.BillingMode, aws.String(string(types.BillingModeProvisioned)))
	want.TableClass = cmp.Or(want.TableClass, aws.String(string(types.TableClassStandard)))
	want.DeletionProtectionEnabled = cmp.Or(want.DeletionProtectionEnabled, aws.Bool(false))
	want.ContinuousBackups = cmp.Or(want.ContinuousBackups, &v1alpha1.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: aws.Bool(false)})
	want.TimeToLive = cmp.Or(want.TimeToLive, &v1alpha1.TimeToLiveSpecification{Enabled: aws.Bool(false)})
	want.ContributorInsights = cmp.Or(want.ContributorInsights, have.ContributorInsights)
	for _, spec := range []*v1alpha1.TableSpec{want, have} {
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
		if none := index.ProvisionedThroughput; none != nil && aws.ToInt64(none.ReadCapacityUnits) == 0 && aws.ToInt64(none.WriteCapacityUnits) == 0 {
			// What AWS tells of an index that is billed on demand.
			index.ProvisionedThroughput = nil
		}
	}
}

func normaliseProjection(projection *v1alpha1.Projection) {
	if projection != nil {
		slices.Sort(projection.NonKeyAttributes)
	}
}

// normaliseEncryption takes off for none where AWS has none, and a key that is left out for the one that AWS has. A key must
// be written as AWS tells it, by its ARN, and the type beside it.
func normaliseEncryption(want, have *v1alpha1.TableSpec) {
	switch {
	case want.SSESpecification == nil:
	case have.SSESpecification == nil:
		if !aws.ToBool(want.SSESpecification.Enabled) {
			want.SSESpecification = nil
		}
	default:
		want.SSESpecification.KMSMasterKeyID = cmp.Or(want.SSESpecification.KMSMasterKeyID, have.SSESpecification.KMSMasterKeyID)
	}
}

func onDemand(spec *v1alpha1.TableSpec) bool {
	return aws.ToString(spec.BillingMode) == string(types.BillingModePayPerRequest)
}
