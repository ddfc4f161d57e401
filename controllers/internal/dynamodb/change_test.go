package dynamodb

import (
	"testing"

	ackcompare "github.com/aws-controllers-k8s/runtime/pkg/compare"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/ptr"
	"k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/yaml"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/dynamodb/v1alpha1"
)

// table parses a spec.
func table(t *testing.T, spec string) *v1alpha1.Table {
	t.Helper()
	parsed := &v1alpha1.Table{}
	if err := yaml.UnmarshalStrict([]byte(spec), &parsed.Spec); err != nil {
		t.Fatalf("%v: %s", err, spec)
	}
	return parsed
}

// differing is a delta with fields of the spec.
func differing(fields ...string) *ackcompare.Delta {
	delta := ackcompare.NewDelta()
	for _, field := range fields {
		delta.Add("Spec."+field, 1, 2)
	}
	return delta
}

// TestNextChange has the calls of the official controller 1.9.2, in its order: pkg/resource/table/hooks.go (customUpdateTable,
// newUpdateTablePayload) and hooks_global_secondary_indexes.go.
func TestNextChange(t *testing.T) {
	name := ptr.String("t")
	for reason, c := range map[string]struct {
		declared, observed string
		delta              *ackcompare.Delta
		want               *sdk.UpdateTableInput
	}{
		"nothing": {"tableName: t", "tableName: t", differing("Tags", "TimeToLive"), nil},
		"the class": {
			"{tableName: t, tableClass: STANDARD_INFREQUENT_ACCESS}", "{tableName: t}", differing("TableClass"),
			&sdk.UpdateTableInput{TableName: name, TableClass: types.TableClassStandardInfrequentAccess},
		},
		"the key": {
			"{tableName: t, sseSpecification: {enabled: true, sseType: KMS, kmsMasterKeyID: k}}", "{tableName: t}", differing("SSESpecification"),
			&sdk.UpdateTableInput{TableName: name, SSESpecification: &types.SSESpecification{Enabled: ptr.Bool(true), SSEType: types.SSETypeKms, KMSMasterKeyId: ptr.String("k")}},
		},
		"encryption left out asks for nothing": {
			"{tableName: t}", "{tableName: t, sseSpecification: {enabled: true, sseType: KMS, kmsMasterKeyID: k}}", differing("SSESpecification"),
			&sdk.UpdateTableInput{TableName: name},
		},
		"a stream left out asks for nothing": {
			"{tableName: t}", "{streamSpecification: {streamEnabled: true, streamViewType: NEW_IMAGE}}", differing("StreamSpecification"),
			&sdk.UpdateTableInput{TableName: name},
		},
		"a stream off": {
			"{tableName: t, streamSpecification: {streamEnabled: false, streamViewType: NEW_IMAGE}}", "{tableName: t}", differing("StreamSpecification"),
			&sdk.UpdateTableInput{TableName: name, StreamSpecification: &types.StreamSpecification{StreamEnabled: ptr.Bool(false)}},
		},
		"another view, while the stream is on": {
			"{tableName: t, streamSpecification: {streamEnabled: true, streamViewType: KEYS_ONLY}}", "{streamSpecification: {streamEnabled: true, streamViewType: NEW_IMAGE}}", differing("StreamSpecification"),
			&sdk.UpdateTableInput{TableName: name, StreamSpecification: &types.StreamSpecification{StreamEnabled: ptr.Bool(true), StreamViewType: types.StreamViewTypeKeysOnly}},
		},
		"a limit, as it is": {
			"{tableName: t, onDemandThroughput: {maxReadRequestUnits: 5}}", "{tableName: t}", differing("OnDemandThroughput"),
			&sdk.UpdateTableInput{TableName: name, OnDemandThroughput: &types.OnDemandThroughput{MaxReadRequestUnits: ptr.Int64(5)}},
		},
		"limits left out ask for nothing": {"{tableName: t}", "{tableName: t}", differing("OnDemandThroughput"), &sdk.UpdateTableInput{TableName: name}},
		"throughput left out is zero": {
			"{tableName: t, provisionedThroughput: {readCapacityUnits: 2}}", "{tableName: t}", differing("ProvisionedThroughput"),
			&sdk.UpdateTableInput{TableName: name, ProvisionedThroughput: &types.ProvisionedThroughput{ReadCapacityUnits: ptr.Int64(2), WriteCapacityUnits: ptr.Int64(0)}},
		},
		"the key first, and alone": {
			"{tableName: t, sseSpecification: {enabled: true}, tableClass: STANDARD}", "{tableName: t}", differing("SSESpecification", "TableClass"),
			&sdk.UpdateTableInput{TableName: name, SSESpecification: &types.SSESpecification{Enabled: ptr.Bool(true)}},
		},
		"billing, class, protection and stream together": {
			"{tableName: t, billingMode: PAY_PER_REQUEST, deletionProtectionEnabled: true, tableClass: STANDARD, streamSpecification: {streamEnabled: true, streamViewType: KEYS_ONLY}}", "{tableName: t}",
			differing("DeletionProtectionEnabled", "TableClass", "BillingMode", "StreamSpecification"),
			&sdk.UpdateTableInput{TableName: name, BillingMode: types.BillingModePayPerRequest, DeletionProtectionEnabled: ptr.Bool(true), TableClass: types.TableClassStandard,
				StreamSpecification: &types.StreamSpecification{StreamEnabled: ptr.Bool(true), StreamViewType: types.StreamViewTypeKeysOnly}},
		},
		"a limit of an index": {
			"{tableName: t, billingMode: PAY_PER_REQUEST, globalSecondaryIndexes: [{indexName: i, onDemandThroughput: {maxWriteRequestUnits: 3}}]}", "{tableName: t, globalSecondaryIndexes: [{indexName: i}]}", differing("GlobalSecondaryIndexes"),
			&sdk.UpdateTableInput{TableName: name, GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{{Update: &types.UpdateGlobalSecondaryIndexAction{
				IndexName: ptr.String("i"), OnDemandThroughput: &types.OnDemandThroughput{MaxWriteRequestUnits: ptr.Int64(3)},
			}}}},
		},
		"a new index, with all attributes": {
			"{tableName: t, attributeDefinitions: [{attributeName: a, attributeType: S}, {attributeName: b, attributeType: \"N\"}, {attributeName: c, attributeType: S}], globalSecondaryIndexes: [{indexName: i, keySchema: [{attributeName: b, keyType: HASH}]}, {indexName: j, keySchema: [{attributeName: c, keyType: HASH}]}]}",
			"{tableName: t, keySchema: [{attributeName: a, keyType: HASH}], attributeDefinitions: [{attributeName: a, attributeType: S}]}", differing("GlobalSecondaryIndexes", "AttributeDefinitions"),
			&sdk.UpdateTableInput{TableName: name,
				AttributeDefinitions: []types.AttributeDefinition{{AttributeName: ptr.String("a"), AttributeType: "S"}, {AttributeName: ptr.String("b"), AttributeType: "N"}, {AttributeName: ptr.String("c"), AttributeType: "S"}},
				GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{{Create: &types.CreateGlobalSecondaryIndexAction{
					IndexName: ptr.String("i"), KeySchema: []types.KeySchemaElement{{AttributeName: ptr.String("b"), KeyType: types.KeyTypeHash}},
				}}}},
		},
	} {
		if got := nextChange(table(t, c.declared), table(t, c.observed), c.delta); !equality.Semantic.DeepEqual(got, c.want) {
			t.Errorf("%s: got %+v, want %+v", reason, got, c.want)
		}
	}
}
