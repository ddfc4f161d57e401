package dynamodb

import (
	"testing"

	"github.com/aws/smithy-go/ptr"
	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/dynamodb/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
)

// TestNormaliseTable has what means the same, and what does not, to the official controller 1.9.2: pkg/resource/table/delta.go
// and hooks.go (customPreCompare).
func TestNormaliseTable(t *testing.T) {
	for reason, c := range map[string]struct {
		declared, observed string
		same               bool
	}{
		"left out, all is AWS's default":          {"{}", "{billingMode: PROVISIONED, tableClass: STANDARD, deletionProtectionEnabled: false, continuousBackups: {pointInTimeRecoveryEnabled: false}, timeToLive: {enabled: false}, contributorInsights: DISABLE}", true},
		"left out, a table is provisioned":        {"{}", "{billingMode: PAY_PER_REQUEST}", false},
		"left out, the class is standard":         {"{}", "{tableClass: STANDARD_INFREQUENT_ACCESS}", false},
		"left out, it is not protected":           {"{}", "{deletionProtectionEnabled: true}", false},
		"left out, there is no recovery":          {"{}", "{continuousBackups: {pointInTimeRecoveryEnabled: true}}", false},
		"recovery that says nothing":              {"{continuousBackups: {}}", "{continuousBackups: {pointInTimeRecoveryEnabled: false}}", false},
		"left out, there is no time to live":      {"{}", "{timeToLive: {enabled: true, attributeName: x}}", false},
		"time to live off, with its attribute":    {"{timeToLive: {enabled: false, attributeName: x}}", "{timeToLive: {enabled: false}}", false},
		"left out, insights are nobody's matter":  {"{}", "{contributorInsights: ENABLE}", true},
		"left out, throughput differs":            {"{}", "{provisionedThroughput: {readCapacityUnits: 1, writeCapacityUnits: 1}}", false},
		"half a throughput differs":               {"{provisionedThroughput: {readCapacityUnits: 1}}", "{provisionedThroughput: {readCapacityUnits: 1, writeCapacityUnits: 1}}", false},
		"left out, an index's throughput differs": {"{globalSecondaryIndexes: [{indexName: i}]}", "{globalSecondaryIndexes: [{indexName: i, provisionedThroughput: {readCapacityUnits: 2, writeCapacityUnits: 2}}]}", false},
		"an index on demand, AWS tells zeros":     {"{globalSecondaryIndexes: [{indexName: i}]}", "{globalSecondaryIndexes: [{indexName: i, provisionedThroughput: {readCapacityUnits: 0, writeCapacityUnits: 0}}]}", true},
		"left out, no limits differ":              {"{}", "{onDemandThroughput: {maxReadRequestUnits: -1, maxWriteRequestUnits: -1}}", false},
		"half a limit differs":                    {"{onDemandThroughput: {maxReadRequestUnits: 5}}", "{onDemandThroughput: {maxReadRequestUnits: 5, maxWriteRequestUnits: -1}}", false},
		"left out, a stream differs":              {"{}", "{streamSpecification: {streamEnabled: true, streamViewType: KEYS_ONLY}}", false},
		"a stream off is not none":                {"{streamSpecification: {streamEnabled: false}}", "{}", false},
		"on demand, AWS tells zeros":              {"{billingMode: PAY_PER_REQUEST}", "{billingMode: PAY_PER_REQUEST, provisionedThroughput: {readCapacityUnits: 0, writeCapacityUnits: 0}}", true},
		"attributes have no order":                {"{attributeDefinitions: [{attributeName: b, attributeType: S}, {attributeName: a, attributeType: S}]}", "{attributeDefinitions: [{attributeName: a, attributeType: S}, {attributeName: b, attributeType: S}]}", true},
		"keys have":                               {"{keySchema: [{attributeName: b, keyType: HASH}, {attributeName: a, keyType: RANGE}]}", "{keySchema: [{attributeName: a, keyType: RANGE}, {attributeName: b, keyType: HASH}]}", false},
		"indexes and projections have no order":   {"{globalSecondaryIndexes: [{indexName: b, projection: {nonKeyAttributes: [y, x]}}, {indexName: a}]}", "{globalSecondaryIndexes: [{indexName: a}, {indexName: b, projection: {nonKeyAttributes: [x, y]}}]}", true},
		"a local index's projection has no order": {"{localSecondaryIndexes: [{indexName: b, projection: {nonKeyAttributes: [y, x]}}]}", "{localSecondaryIndexes: [{indexName: b, projection: {nonKeyAttributes: [x, y]}}]}", true},
		"an index that is gone":                   {"{}", "{globalSecondaryIndexes: [{indexName: a}]}", false},
		"encryption off is none":                  {"{sseSpecification: {enabled: false}}", "{}", true},
		"encryption off, but AWS has a key":       {"{sseSpecification: {enabled: false}}", "{sseSpecification: {enabled: true, sseType: KMS, kmsMasterKeyID: k}}", false},
		"left out, encryption differs":            {"{}", "{sseSpecification: {enabled: true, sseType: KMS, kmsMasterKeyID: k}}", false},
		"left out, and so does one that is off":   {"{}", "{sseSpecification: {enabled: false}}", false},
		"AWS's own key":                           {"{sseSpecification: {enabled: true, sseType: KMS}}", "{sseSpecification: {enabled: true, sseType: KMS, kmsMasterKeyID: 'arn:aws:kms:r:1:key/k'}}", true},
		"encryption without its type":             {"{sseSpecification: {enabled: true}}", "{sseSpecification: {enabled: true, sseType: KMS, kmsMasterKeyID: 'arn:aws:kms:r:1:key/k'}}", false},
		"a key by its id":                         {"{sseSpecification: {enabled: true, sseType: KMS, kmsMasterKeyID: k}}", "{sseSpecification: {enabled: true, sseType: KMS, kmsMasterKeyID: 'arn:aws:kms:r:1:key/k'}}", false},
		"a key by an alias":                       {"{sseSpecification: {enabled: true, sseType: KMS, kmsMasterKeyID: alias/a}}", "{sseSpecification: {enabled: true, sseType: KMS, kmsMasterKeyID: 'arn:aws:kms:r:1:key/k'}}", false},
		"a policy in other words":                 {`{resourcePolicy: '{"Statement":[{"Effect":"Allow","Action":["a:b"]}]}'}`, `{resourcePolicy: '{"Statement":{"Action":"a:b","Effect":"Allow"}}'}`, true},
		"a policy that cannot be read":            {`{resourcePolicy: '{'}`, `{resourcePolicy: '{"Statement":[]}'}`, false},
	} {
		declared, observed := table(t, c.declared), table(t, c.observed)
		tell(observed)
		normaliseTable(declared, observed)
		if same := equality.Semantic.DeepEqual(declared.Spec, observed.Spec); same != c.same {
			t.Errorf("%s: the same: %v, want %v\n%+v\n%+v", reason, same, c.same, declared.Spec, observed.Spec)
		}
	}
}

// tell fills in what AWS always tells of a table.
func tell(observed *v1alpha1.Table) {
	ack.FillUnset(&observed.Spec, &v1alpha1.TableSpec{
		BillingMode: ptr.String("PROVISIONED"), TableClass: ptr.String("STANDARD"), DeletionProtectionEnabled: ptr.Bool(false),
		ContinuousBackups:   &v1alpha1.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: ptr.Bool(false)},
		TimeToLive:          &v1alpha1.TimeToLiveSpecification{Enabled: ptr.Bool(false)},
		ContributorInsights: ptr.String("DISABLE"),
	})
}
