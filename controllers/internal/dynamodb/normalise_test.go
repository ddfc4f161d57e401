package dynamodb

import (
	"testing"

	"k8s.io/apimachinery/pkg/api/equality"
)

// TestNormaliseTable has what means the same, and what does not.
func TestNormaliseTable(t *testing.T) {
	for reason, c := range map[string]struct {
		declared, observed string
		same               bool
	}{
		"left out, all is as AWS has it":          {"{}", "{billingMode: PROVISIONED, tableClass: STANDARD, deletionProtectionEnabled: true, streamSpecification: {streamEnabled: true, streamViewType: KEYS_ONLY}, sseSpecification: {enabled: true, sseType: KMS, kmsMasterKeyID: k}}", true},
		"left out, throughput is as AWS has it":   {"{globalSecondaryIndexes: [{indexName: i}]}", "{billingMode: PROVISIONED, provisionedThroughput: {readCapacityUnits: 1, writeCapacityUnits: 1}, globalSecondaryIndexes: [{indexName: i, provisionedThroughput: {readCapacityUnits: 2, writeCapacityUnits: 2}}]}", true},
		"another throughput":                      {"{provisionedThroughput: {readCapacityUnits: 2, writeCapacityUnits: 1}}", "{billingMode: PROVISIONED, provisionedThroughput: {readCapacityUnits: 1, writeCapacityUnits: 1}}", false},
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
