package dynamodb

import (
	"errors"
	"testing"

	ackcompare "github.com/aws-controllers-k8s/runtime/pkg/compare"
	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/ptr"
	"k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/yaml"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/dynamodb/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/kit"
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

// TestNextChange has the changes that the emulator does not keep, and the order of all.
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
		"a limit, the other one is written out": {
			"{tableName: t, onDemandThroughput: {maxReadRequestUnits: 5}}", "{tableName: t}", differing("OnDemandThroughput"),
			&sdk.UpdateTableInput{TableName: name, OnDemandThroughput: &types.OnDemandThroughput{MaxReadRequestUnits: ptr.Int64(5), MaxWriteRequestUnits: ptr.Int64(-1)}},
		},
		"no limits": {
			"{tableName: t}", "{tableName: t}", differing("OnDemandThroughput"),
			&sdk.UpdateTableInput{TableName: name, OnDemandThroughput: &types.OnDemandThroughput{MaxReadRequestUnits: ptr.Int64(-1), MaxWriteRequestUnits: ptr.Int64(-1)}},
		},
		"a stream's view changes by way of off": {
			"{tableName: t, streamSpecification: {streamEnabled: true, streamViewType: KEYS_ONLY}}", "{streamSpecification: {streamEnabled: true, streamViewType: NEW_IMAGE}}", differing("StreamSpecification"),
			&sdk.UpdateTableInput{TableName: name, StreamSpecification: &types.StreamSpecification{StreamEnabled: ptr.Bool(false)}},
		},
		"protection comes first, and alone": {
			"{tableName: t, deletionProtectionEnabled: true, tableClass: STANDARD}", "{tableName: t}", differing("DeletionProtectionEnabled", "TableClass"),
			&sdk.UpdateTableInput{TableName: name, DeletionProtectionEnabled: ptr.Bool(true)},
		},
		"a limit of an index": {
			"{tableName: t, billingMode: PAY_PER_REQUEST, globalSecondaryIndexes: [{indexName: i, onDemandThroughput: {maxWriteRequestUnits: 3}}]}", "{tableName: t, globalSecondaryIndexes: [{indexName: i}]}", differing("GlobalSecondaryIndexes"),
			&sdk.UpdateTableInput{TableName: name, GlobalSecondaryIndexUpdates: []types.GlobalSecondaryIndexUpdate{{Update: &types.UpdateGlobalSecondaryIndexAction{
				IndexName: ptr.String("i"), OnDemandThroughput: &types.OnDemandThroughput{MaxReadRequestUnits: ptr.Int64(-1), MaxWriteRequestUnits: ptr.Int64(3)},
			}}}},
		},
		"a new index, without the attributes that others will need": {
			"{tableName: t, attributeDefinitions: [{attributeName: a, attributeType: S}, {attributeName: b, attributeType: \"N\"}, {attributeName: c, attributeType: S}], globalSecondaryIndexes: [{indexName: i, keySchema: [{attributeName: b, keyType: HASH}]}, {indexName: j, keySchema: [{attributeName: c, keyType: HASH}]}]}",
			"{tableName: t, keySchema: [{attributeName: a, keyType: HASH}], attributeDefinitions: [{attributeName: a, attributeType: S}]}", differing("GlobalSecondaryIndexes", "AttributeDefinitions"),
			&sdk.UpdateTableInput{TableName: name,
				AttributeDefinitions: []types.AttributeDefinition{{AttributeName: ptr.String("a"), AttributeType: "S"}, {AttributeName: ptr.String("b"), AttributeType: "N"}},
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

// TestNormaliseTable has what means the same, and what does not.
func TestNormaliseTable(t *testing.T) {
	for reason, c := range map[string]struct {
		declared, observed string
		same               bool
	}{
		"left out, all is as AWS has it":          {"{}", "{billingMode: PROVISIONED, tableClass: STANDARD, deletionProtectionEnabled: true, streamSpecification: {streamEnabled: true, streamViewType: KEYS_ONLY}, sseSpecification: {enabled: true, sseType: KMS, kmsMasterKeyID: k}}", true},
		"left out, what can be off is off":        {"{}", "{continuousBackups: {pointInTimeRecoveryEnabled: false}, contributorInsights: DISABLE, onDemandThroughput: {maxReadRequestUnits: -1, maxWriteRequestUnits: -1}}", true},
		"left out, but on":                        {"{}", "{continuousBackups: {pointInTimeRecoveryEnabled: true}}", false},
		"left out, but limited":                   {"{}", "{onDemandThroughput: {maxReadRequestUnits: 7}}", false},
		"time to live off is none":                {"{timeToLive: {enabled: false, attributeName: x}}", "{}", true},
		"a stream off is none":                    {"{streamSpecification: {streamEnabled: false}}", "{}", true},
		"a stream off, but AWS has one":           {"{streamSpecification: {streamEnabled: false}}", "{streamSpecification: {streamEnabled: true, streamViewType: KEYS_ONLY}}", false},
		"on demand, AWS tells zeros":              {"{billingMode: PAY_PER_REQUEST}", "{billingMode: PAY_PER_REQUEST, provisionedThroughput: {readCapacityUnits: 0, writeCapacityUnits: 0}}", true},
		"attributes have no order":                {"{attributeDefinitions: [{attributeName: b, attributeType: S}, {attributeName: a, attributeType: S}]}", "{attributeDefinitions: [{attributeName: a, attributeType: S}, {attributeName: b, attributeType: S}]}", true},
		"keys have":                               {"{keySchema: [{attributeName: b, keyType: HASH}, {attributeName: a, keyType: RANGE}]}", "{keySchema: [{attributeName: a, keyType: RANGE}, {attributeName: b, keyType: HASH}]}", false},
		"indexes and projections have no order":   {"{globalSecondaryIndexes: [{indexName: b, projection: {nonKeyAttributes: [y, x]}}, {indexName: a}]}", "{globalSecondaryIndexes: [{indexName: a}, {indexName: b, projection: {nonKeyAttributes: [x, y]}}]}", true},
		"a local index's projection has no order": {"{localSecondaryIndexes: [{indexName: b, projection: {nonKeyAttributes: [y, x]}}]}", "{localSecondaryIndexes: [{indexName: b, projection: {nonKeyAttributes: [x, y]}}]}", true},
		"an index that is gone":                   {"{}", "{globalSecondaryIndexes: [{indexName: a}]}", false},
		"encryption off is none":                  {"{sseSpecification: {enabled: false}}", "{}", true},
		"encryption off, but AWS has a key":       {"{sseSpecification: {enabled: false}}", "{sseSpecification: {enabled: true, kmsMasterKeyID: k}}", false},
		"AWS's own key":                           {"{sseSpecification: {enabled: true}}", "{sseSpecification: {enabled: true, sseType: KMS, kmsMasterKeyID: 'arn:aws:kms:r:1:key/k'}}", true},
		"a key by its id":                         {"{sseSpecification: {enabled: true, kmsMasterKeyID: k}}", "{sseSpecification: {enabled: true, sseType: KMS, kmsMasterKeyID: 'arn:aws:kms:r:1:key/k'}}", true},
		"a key by an alias":                       {"{sseSpecification: {enabled: true, kmsMasterKeyID: alias/a}}", "{sseSpecification: {enabled: true, sseType: KMS, kmsMasterKeyID: 'arn:aws:kms:r:1:key/k'}}", true},
		"another key":                             {"{sseSpecification: {enabled: true, kmsMasterKeyID: other}}", "{sseSpecification: {enabled: true, sseType: KMS, kmsMasterKeyID: 'arn:aws:kms:r:1:key/k'}}", false},
		"a policy in other words":                 {`{resourcePolicy: '{"Statement":[{"Effect":"Allow","Action":["a:b"]}]}'}`, `{resourcePolicy: '{"Statement":{"Action":"a:b","Effect":"Allow"}}'}`, true},
		"a policy that cannot be read":            {`{resourcePolicy: '{'}`, `{resourcePolicy: '{"Statement":[]}'}`, false},
	} {
		declared, observed := table(t, c.declared), table(t, c.observed)
		normaliseTable(declared, observed)
		if same := equality.Semantic.DeepEqual(declared.Spec, observed.Spec); same != c.same {
			t.Errorf("%s: the same: %v, want %v\n%+v\n%+v", reason, same, c.same, declared.Spec, observed.Spec)
		}
	}
}

// TestSettled says when a table is ready.
func TestSettled(t *testing.T) {
	index := func(status string) []v1alpha1.GlobalSecondaryIndexDescription {
		return []v1alpha1.GlobalSecondaryIndexDescription{{IndexName: ptr.String("i"), IndexStatus: &status}}
	}
	for reason, c := range map[string]struct {
		status            string
		indexes           []v1alpha1.GlobalSecondaryIndexDescription
		ready, changeable bool
	}{
		"new":                      {"CREATING", nil, false, false},
		"done":                     {"ACTIVE", index("ACTIVE"), true, true},
		"changing":                 {"UPDATING", nil, false, false},
		"going":                    {"DELETING", nil, false, false},
		"an index is being filled": {"ACTIVE", index("CREATING"), false, true},
		"its key is gone":          {"INACCESSIBLE_ENCRYPTION_CREDENTIALS", nil, false, false},
		"of a kind made up later":  {"HIBERNATING", nil, false, false},
	} {
		observed := &v1alpha1.Table{Status: v1alpha1.TableStatus{TableStatus: &c.status, GlobalSecondaryIndexesDescriptions: c.indexes}}
		if ready := settled(observed) == nil; ready != c.ready {
			t.Errorf("%s: ready: %v", reason, ready)
		}
		if can := changeable(observed) == nil; can != c.changeable {
			t.Errorf("%s: changeable: %v", reason, can)
		}
	}
}

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
	if spec := full.Spec; aws.ToString(spec.BillingMode) != "PAY_PER_REQUEST" || aws.ToString(spec.TableClass) != "STANDARD_INFREQUENT_ACCESS" || aws.ToString(spec.SSESpecification.KMSMasterKeyID) != "k" {
		t.Errorf("got %+v", spec)
	}
}

func TestClassify(t *testing.T) {
	for message, want := range map[string]kit.Class{
		"Time to live has been modified multiple times within a fixed interval": kit.Busy,
		"One or more parameter values were invalid":                             "",
	} {
		if got := classify(&smithy.GenericAPIError{Code: "ValidationException", Message: message}); got != want {
			t.Errorf("%s: %q, want %q", message, got, want)
		}
	}
	if got := classify(errors.New("boom")); got != "" {
		t.Errorf("got %q", got)
	}
}
