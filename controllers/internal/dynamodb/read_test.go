package dynamodb

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/ptr"
)

// TestObservedTable fills in what AWS does not tell when it is the default.
func TestObservedTable(t *testing.T) {
	bare := observedTable(&types.TableDescription{})
	if spec := bare.Spec; aws.ToString(spec.BillingMode) != "PROVISIONED" || aws.ToString(spec.TableClass) != "STANDARD" || *spec.DeletionProtectionEnabled || spec.SSESpecification != nil {
		t.Errorf("got %+v", spec)
	}
	full := observedTable(&types.TableDescription{
		BillingModeSummary: &types.BillingModeSummary{BillingMode: types.BillingModePayPerRequest},
		TableClassSummary:  &types.TableClassSummary{TableClass: types.TableClassStandardInfrequentAccess},
		SSEDescription:     &types.SSEDescription{Status: types.SSEStatusUpdating, SSEType: types.SSETypeKms, KMSMasterKeyArn: ptr.String("k")},
	})
	if spec := full.Spec; aws.ToString(spec.BillingMode) != "PAY_PER_REQUEST" || aws.ToString(spec.TableClass) != "STANDARD_INFREQUENT_ACCESS" || aws.ToString(spec.SSESpecification.KMSMasterKeyID) != "k" || *spec.SSESpecification.Enabled {
		t.Errorf("got %+v", spec)
	}
}
