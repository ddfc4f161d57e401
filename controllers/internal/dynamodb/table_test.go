package dynamodb_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// TestTableLife creates a table with all that its creation leaves to later calls, and deletes it.
func TestTableLife(t *testing.T) {
	made := readyTable(t, "", `, continuousBackups: {pointInTimeRecoveryEnabled: true}, timeToLive: {enabled: true, attributeName: expires}, contributorInsights: ENABLE, tags: [{key: team, value: data}]`)
	got := inAWS(t)
	if !got.recovery || got.live != "expires" || !got.insights || got.tags["team"] != "data" {
		t.Errorf("AWS has %+v", got)
	}
	if owner := got.tags["services.k8s.aws/owner"]; owner != made.GetNamespace()+"/table" {
		t.Errorf("the owner's tag is %q", owner)
	}
	for path, want := range map[string]string{"tableStatus": "ACTIVE", "tableID": aws.ToString(got.TableId)} {
		if value, _, _ := unstructured.NestedString(made.Object, "status", path); value != want || want == "" {
			t.Errorf("status.%s is %q, want %q", path, value, want)
		}
	}
	if arn, _, _ := unstructured.NestedString(made.Object, "status", "ackResourceMetadata", "arn"); arn != aws.ToString(got.TableArn) {
		t.Errorf("the ARN in the status is %q", arn)
	}
	assertQuiet(t, made)

	world.AWS.Delays(t, "dynamodb.delete=1")
	t.Cleanup(func() { world.AWS.Delays(t, "none") })
	since := world.AWS.LastCall(t)
	world.Delete(t, made)
	world.AwaitCondition(t, made, "Ready", "False", "waiting for AWS to delete the table")
	world.AwaitGone(t, made)
	if inAWS(t) != nil {
		t.Error("the table is still there")
	}
	if calls := testworld.Writes(world.AWS.Calls(t, since)); !slices.Equal(calls, []string{"DeleteTable"}) {
		t.Errorf("made the calls %v", calls)
	}
}

// TestTableCreation waits for AWS before it does what CreateTable does not, and before it deletes.
func TestTableCreation(t *testing.T) {
	world.AWS.Delays(t, "dynamodb.create=1.5")
	t.Cleanup(func() { world.AWS.Delays(t, "none") })
	since := world.AWS.LastCall(t)
	made := world.Create(t, world.Namespace(t), tableYAML(t, "", `, continuousBackups: {pointInTimeRecoveryEnabled: true}`))
	world.AwaitCondition(t, made, "Ready", "False", "waiting for AWS: status of the table is CREATING")
	world.AwaitReady(t, made)
	if !inAWS(t).recovery {
		t.Error("point-in-time recovery is not on")
	}
	world.Delete(t, made)
	world.AwaitGone(t, made)

	again := world.Create(t, world.Namespace(t), tableYAML(t, "", ""))
	world.AwaitCondition(t, again, "Ready", "False", "CREATING")
	world.Delete(t, again)
	world.AwaitCondition(t, again, "Ready", "False", "waiting for AWS before the deletion: status of the table is CREATING")
	world.AwaitGone(t, again)
	want := []string{"CreateTable", "UpdateContinuousBackups", "DeleteTable", "CreateTable", "DeleteTable"}
	if calls := testworld.Writes(world.AWS.Calls(t, since)); !slices.Equal(calls, want) {
		t.Errorf("made the calls %v, want %v", calls, want)
	}
}

const byEmail = `{indexName: by-email, keySchema: [{attributeName: email, keyType: HASH}], projection: {projectionType: ALL}}`

// TestTableUpdates changes every field that can be changed, one by one, and looks at AWS.
func TestTableUpdates(t *testing.T) {
	world.Parallel(t)
	made := readyTable(t, "", `, tags: [{key: team, value: data}]`)
	policy := func(statement string) string {
		return fmt.Sprintf(`{spec: {resourcePolicy: '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::120569615884:root"},"Resource":"*",%s}]}'}}`, statement)
	}
	for _, c := range []struct {
		reason, patch string
		calls         []string
		want          func(*found) bool
	}{
		{"recovery on", `{spec: {continuousBackups: {pointInTimeRecoveryEnabled: true}}}`, []string{"UpdateContinuousBackups"},
			func(f *found) bool { return f.recovery }},
		{"left out, recovery is off", `{spec: {continuousBackups: null}}`, []string{"UpdateContinuousBackups"},
			func(f *found) bool { return !f.recovery }},
		{"time to live on", `{spec: {timeToLive: {enabled: true, attributeName: expires}}}`, []string{"UpdateTimeToLive"},
			func(f *found) bool { return f.live == "expires" }},
		{"insights on", `{spec: {contributorInsights: ENABLE}}`, []string{"UpdateContributorInsights"},
			func(f *found) bool { return f.insights }},
		{"insights off", `{spec: {contributorInsights: DISABLE}}`, []string{"UpdateContributorInsights"},
			func(f *found) bool { return !f.insights }},
		{"left out, insights stay", `{spec: {contributorInsights: null}}`, nil, func(f *found) bool { return !f.insights }},
		{"a policy", policy(`"Action":["dynamodb:GetItem"]`), []string{"PutResourcePolicy"},
			func(f *found) bool { return f.policy != "" }},
		{"the same policy in other words", policy(`"Action":"dynamodb:GetItem"`), nil, func(f *found) bool { return f.policy != "" }},
		{"no policy", `{spec: {resourcePolicy: null}}`, []string{"DeleteResourcePolicy"}, func(f *found) bool { return f.policy == "" }},
		{"protection on", `{spec: {deletionProtectionEnabled: true}}`, []string{"UpdateTable"},
			func(f *found) bool { return aws.ToBool(f.DeletionProtectionEnabled) }},
		{"left out, protection is off", `{spec: {deletionProtectionEnabled: null}}`, []string{"UpdateTable"},
			func(f *found) bool { return !aws.ToBool(f.DeletionProtectionEnabled) }},
		{"another class", `{spec: {tableClass: STANDARD_INFREQUENT_ACCESS}}`, []string{"UpdateTable"},
			func(f *found) bool {
				return f.TableClassSummary != nil && f.TableClassSummary.TableClass == types.TableClassStandardInfrequentAccess
			}},
		{"left out, the class is the first one", `{spec: {tableClass: null}}`, []string{"UpdateTable"},
			func(f *found) bool { return f.TableClassSummary.TableClass == types.TableClassStandard }},
		{"encryption with a key of the account", `{spec: {sseSpecification: {enabled: true, sseType: KMS}}}`, []string{"UpdateTable"},
			func(f *found) bool {
				return f.SSEDescription != nil && f.SSEDescription.Status == types.SSEStatusEnabled
			}},
		{"encryption with DynamoDB's own key", `{spec: {sseSpecification: {enabled: false}}}`, []string{"UpdateTable"},
			func(f *found) bool { return f.SSEDescription == nil }},
		{"left out, it is DynamoDB's own key", `{spec: {sseSpecification: null}}`, nil, func(f *found) bool { return f.SSEDescription == nil }},
		{"a stream", `{spec: {streamSpecification: {streamEnabled: true, streamViewType: KEYS_ONLY}}}`, []string{"UpdateTable"},
			func(f *found) bool {
				return f.StreamSpecification != nil && f.StreamSpecification.StreamViewType == types.StreamViewTypeKeysOnly
			}},
		{"an index, for whose key there is an attribute", `{spec: {globalSecondaryIndexes: [` + byEmail + `],
			attributeDefinitions: [{attributeName: customer_id, attributeType: S}, {attributeName: date, attributeType: S}, {attributeName: email, attributeType: S}]}}`,
			[]string{"UpdateTable"}, func(f *found) bool { return slices.Equal(f.indexes(), []string{"by-email"}) }},
		{"another index in place of it: one change after the other", `{spec: {globalSecondaryIndexes: [{indexName: by-date, keySchema: [{attributeName: date, keyType: HASH}], projection: {projectionType: KEYS_ONLY}}],
			attributeDefinitions: [{attributeName: customer_id, attributeType: S}, {attributeName: date, attributeType: S}]}}`,
			[]string{"UpdateTable", "UpdateTable"}, func(f *found) bool {
				return slices.Equal(f.indexes(), []string{"by-date"}) && slices.Equal(f.attributes(), []string{"customer_id", "date"})
			}},
		{"provisioned, its index too", `{spec: {billingMode: PROVISIONED, provisionedThroughput: {readCapacityUnits: 2, writeCapacityUnits: 1},
			globalSecondaryIndexes: [{indexName: by-date, keySchema: [{attributeName: date, keyType: HASH}], projection: {projectionType: KEYS_ONLY}, provisionedThroughput: {readCapacityUnits: 3, writeCapacityUnits: 1}}]}}`,
			[]string{"UpdateTable"}, func(f *found) bool {
				return *f.ProvisionedThroughput.ReadCapacityUnits == 2 && *f.GlobalSecondaryIndexes[0].ProvisionedThroughput.ReadCapacityUnits == 3
			}},
		{"more throughput", `{spec: {provisionedThroughput: {readCapacityUnits: 5}}}`, []string{"UpdateTable"},
			func(f *found) bool { return *f.ProvisionedThroughput.ReadCapacityUnits == 5 }},
		{"more throughput for the index", `{spec: {globalSecondaryIndexes: [{indexName: by-date, keySchema: [{attributeName: date, keyType: HASH}], projection: {projectionType: KEYS_ONLY}, provisionedThroughput: {readCapacityUnits: 4, writeCapacityUnits: 1}}]}}`,
			[]string{"UpdateTable"}, func(f *found) bool { return *f.GlobalSecondaryIndexes[0].ProvisionedThroughput.ReadCapacityUnits == 4 }},
		{"no index", `{spec: {globalSecondaryIndexes: null}}`, []string{"UpdateTable"}, func(f *found) bool { return len(f.indexes()) == 0 }},
		{"on demand again", `{spec: {billingMode: PAY_PER_REQUEST, provisionedThroughput: null}}`, []string{"UpdateTable"},
			func(f *found) bool { return f.BillingModeSummary.BillingMode == types.BillingModePayPerRequest }},
		{"limits", `{spec: {onDemandThroughput: {maxReadRequestUnits: 10, maxWriteRequestUnits: -1}}}`, []string{"UpdateTable"},
			func(f *found) bool {
				return f.OnDemandThroughput != nil && aws.ToInt64(f.OnDemandThroughput.MaxReadRequestUnits) == 10
			}},
		{"written out, there is no limit", `{spec: {onDemandThroughput: {maxReadRequestUnits: -1}}}`, []string{"UpdateTable"},
			func(f *found) bool { return aws.ToInt64(f.OnDemandThroughput.MaxReadRequestUnits) == -1 }},
		{"a tag more", `{spec: {tags: [{key: team, value: data}, {key: cost, value: "1"}]}}`, []string{"TagResource"},
			func(f *found) bool { return f.tags["cost"] == "1" && f.tags["team"] == "data" }},
		{"another value", `{spec: {tags: [{key: team, value: data}, {key: cost, value: "2"}]}}`, []string{"TagResource"},
			func(f *found) bool { return f.tags["cost"] == "2" }},
		{"a tag less", `{spec: {tags: [{key: cost, value: "2"}]}}`, []string{"UntagResource"},
			func(f *found) bool { _, ok := f.tags["team"]; return !ok }},
		{"several at once", `{spec: {continuousBackups: {pointInTimeRecoveryEnabled: true}, deletionProtectionEnabled: true, tableClass: STANDARD_INFREQUENT_ACCESS}}`,
			[]string{"UpdateContinuousBackups", "UpdateTable"}, func(f *found) bool { return f.recovery && aws.ToBool(f.DeletionProtectionEnabled) }},
	} {
		since := world.AWS.LastCall(t)
		world.Patch(t, made, c.patch)
		testworld.Eventually(t, func() error {
			if !c.want(inAWS(t)) {
				return errNotYet(c.reason)
			}
			return nil
		})
		calls := testworld.Writes(world.Settle(t, since))
		world.AwaitReady(t, made)
		if !slices.Equal(calls, c.calls) {
			t.Errorf("%s: made the calls %v, want %v", c.reason, calls, c.calls)
		}
	}
	assertQuiet(t, made)
}

// TestTableDrift changes the table behind the controller's back.
func TestTableDrift(t *testing.T) {
	world.Parallel(t)
	made := readyTable(t, "", `, continuousBackups: {pointInTimeRecoveryEnabled: true}, deletionProtectionEnabled: false, tags: [{key: team, value: data}]`)
	name, arn := aws.String(awsName(t)), inAWS(t).TableArn
	_, err := api(t).UpdateContinuousBackups(t.Context(), &awsdynamodb.UpdateContinuousBackupsInput{TableName: name,
		PointInTimeRecoverySpecification: &types.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: aws.Bool(false)}})
	check(t, err)
	_, err = api(t).UpdateTable(t.Context(), &awsdynamodb.UpdateTableInput{TableName: name, DeletionProtectionEnabled: aws.Bool(true)})
	check(t, err)
	_, err = api(t).UntagResource(t.Context(), &awsdynamodb.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"team"}})
	check(t, err)
	_, err = api(t).TagResource(t.Context(), &awsdynamodb.TagResourceInput{ResourceArn: arn, Tags: []types.Tag{{Key: aws.String("by"), Value: aws.String("hand")}}})
	check(t, err)

	if calls := testworld.Writes(world.Reconcile(t, made)); !slices.Equal(calls, []string{"TagResource", "UntagResource", "UpdateContinuousBackups", "UpdateTable"}) {
		t.Errorf("made the calls %v", calls)
	}
	got := inAWS(t)
	if _, byHand := got.tags["by"]; !got.recovery || aws.ToBool(got.DeletionProtectionEnabled) || got.tags["team"] != "data" || byHand {
		t.Errorf("drift is not repaired: %+v", got)
	}
	world.AwaitReady(t, made)
}

// TestTableNeverSteady has what the official controller 1.9.2 never comes to rest with: pkg/resource/table/hooks.go and
// hooks_ttl.go. synthesis/checks/steady.ts refuses what of it can be declared.
func TestTableNeverSteady(t *testing.T) {
	t.Parallel()
	const stream, live = `, streamSpecification: {streamEnabled: true, streamViewType: KEYS_ONLY}`, `, timeToLive: {enabled: true, attributeName: expires}`
	for name, c := range map[string]struct {
		reason, more, patch string
		// calls is what is called for again and again, "" for nothing.
		calls, told string
	}{
		"a stream off": {"hooks.go: declared against none is a difference", "", `{spec: {streamSpecification: {streamEnabled: false}}}`,
			"UpdateTable", "Table has no stream to disable"},
		"a stream left out": {"hooks.go: newUpdateTablePayload has nothing for it", stream, `{spec: {streamSpecification: null}}`, "UpdateTable", "At least one of"},
		"another view of a stream": {"hooks.go: newUpdateTablePayload asks for it while the stream is on", stream, `{spec: {streamSpecification: {streamViewType: NEW_IMAGE}}}`,
			"UpdateTable", "Table already has an enabled stream"},
		"time to live declared off": {"AWS no longer names the attribute", live, `{spec: {timeToLive: {enabled: false}}}`,
			"UpdateTimeToLive", "looking whether AWS has made the change"},
		"time to live left out": {"hooks_ttl.go: customPreCompare has filled in the spec, without an attribute", live, `{spec: {timeToLive: null}}`, "", "spec.timeToLive: AWS has time to live"},
		"another attribute": {"hooks_ttl.go: one call, without switching it off before", live, `{spec: {timeToLive: {attributeName: ends}}}`,
			"UpdateTimeToLive", "TimeToLive is active on a different AttributeName"},
		"encryption left out": {"hooks.go: syncTableSSESpecification has nothing for it", `, sseSpecification: {enabled: true, sseType: KMS}`, `{spec: {sseSpecification: null}}`,
			"UpdateTable", "At least one of"},
		"encryption without its type": {"hooks.go: AWS tells the type", "", `{spec: {sseSpecification: {enabled: true}}}`, "UpdateTable", "Table is already encrypted"},
		"limits left out": {"hooks.go: syncTableOnDemandThroughput has nothing for them", `, onDemandThroughput: {maxReadRequestUnits: 10, maxWriteRequestUnits: 10}`,
			`{spec: {onDemandThroughput: null}}`, "UpdateTable", "At least one of"},
	} {
		t.Run(name, func(t *testing.T) {
			world.Parallel(t)
			made := readyTable(t, "", c.more)
			since := world.AWS.LastCall(t)
			world.Patch(t, made, c.patch)
			world.AwaitCondition(t, made, "Ready", "False", c.told)
			// A spec that AWS refuses is tried twice before it counts as refused.
			testworld.Eventually(t, func() error {
				calls := testworld.Writes(world.AWS.Calls(t, since))
				if c.calls != "" && len(calls) < 2 {
					return errNotYet("a second call: " + c.reason)
				}
				if slices.ContainsFunc(calls, func(call string) bool { return call != c.calls }) {
					t.Errorf("%s: made the calls %v, want %q again and again", c.reason, calls, c.calls)
				}
				return nil
			})
			world.AwaitCondition(t, made, "Ready", "False", c.told)
		})
	}
}

// TestTableTimeToLiveByHand stays: the official controller sees it and does nothing, for ever.
func TestTableTimeToLiveByHand(t *testing.T) {
	world.Parallel(t)
	made := readyTable(t, "", "")
	_, err := api(t).UpdateTimeToLive(t.Context(), &awsdynamodb.UpdateTimeToLiveInput{TableName: aws.String(awsName(t)),
		TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("x"), Enabled: aws.Bool(true)}})
	check(t, err)
	if calls := testworld.Writes(world.Reconcile(t, made)); len(calls) > 0 {
		t.Errorf("made the calls %v", calls)
	}
	world.AwaitCondition(t, made, "Ready", "False", "spec.timeToLive: AWS has time to live")
}

// TestTableDeletedByHand is made again.
func TestTableDeletedByHand(t *testing.T) {
	world.Parallel(t)
	made := readyTable(t, "", "")
	first := aws.ToString(inAWS(t).TableId)
	_, err := api(t).DeleteTable(t.Context(), &awsdynamodb.DeleteTableInput{TableName: aws.String(awsName(t))})
	check(t, err)
	world.Reconcile(t, made)
	world.AwaitReady(t, made)
	if got := inAWS(t); got == nil || aws.ToString(got.TableId) == first {
		t.Errorf("the table is not made again: %+v", got)
	}
}

// TestTableFaultSweep fails calls while a table is made, changed and deleted.
func TestTableFaultSweep(t *testing.T) {
	t.Parallel()
	actions := append([]string{"CreateTable", "UpdateTable", "UpdateContinuousBackups", "UpdateTimeToLive", "TagResource", "DeleteTable"}, reads...)
	world.Sweep(t, "dynamodb", actions, 2, func(t *testing.T) {
		made := readyTable(t, "", `, continuousBackups: {pointInTimeRecoveryEnabled: true}, tags: [{key: team, value: data}]`)
		first := inAWS(t)
		if !first.recovery || first.tags["team"] != "data" {
			t.Errorf("AWS has %+v", first)
		}
		world.Patch(t, made, `{spec: {timeToLive: {enabled: true, attributeName: expires}, deletionProtectionEnabled: false,
			streamSpecification: {streamEnabled: true, streamViewType: KEYS_ONLY}, tags: [{key: team, value: other}]}}`)
		testworld.Eventually(t, func() error {
			if got := inAWS(t); got.live != "expires" || got.StreamSpecification == nil || got.tags["team"] != "other" || aws.ToString(got.TableId) != aws.ToString(first.TableId) {
				return errNotYet("the changes")
			}
			return nil
		})
		world.AwaitReady(t, made)
		world.Delete(t, made)
		world.AwaitGone(t, made)
		if inAWS(t) != nil {
			t.Error("the table is left behind")
		}
	})
}

// TestTableRefusals names the field that cannot be as it is.
func TestTableRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ more, patch, want string }{
		"the type of a key attribute": {"", `{spec: {attributeDefinitions: [{attributeName: customer_id, attributeType: "N"}, {attributeName: date, attributeType: S}]}}`,
			"spec.attributeDefinitions must have"},
		"an attribute that is no key": {"", `{spec: {attributeDefinitions: [{attributeName: customer_id, attributeType: S}, {attributeName: date, attributeType: S}, {attributeName: email, attributeType: S}]}}`,
			"AWS has customer_id S, date S"},
		"a local index afterwards": {"", `{spec: {localSecondaryIndexes: [{indexName: local, keySchema: [{attributeName: customer_id, keyType: HASH}, {attributeName: date, keyType: RANGE}], projection: {projectionType: ALL}}]}}`,
			"spec.localSecondaryIndexes cannot be changed"},
		"replicas": {"", `{spec: {tableReplicas: [{regionName: eu-west-1}]}}`, "spec.tableReplicas"},
		"another projection of an index": {`, globalSecondaryIndexes: [{indexName: by-date, keySchema: [{attributeName: date, keyType: HASH}], projection: {projectionType: ALL}}]`,
			`{spec: {globalSecondaryIndexes: [{indexName: by-date, keySchema: [{attributeName: date, keyType: HASH}], projection: {projectionType: KEYS_ONLY}}]}}`, "projection of index by-date"},
		"another key of an index": {`, globalSecondaryIndexes: [{indexName: by-date, keySchema: [{attributeName: date, keyType: HASH}], projection: {projectionType: ALL}}]`,
			`{spec: {globalSecondaryIndexes: [{indexName: by-date, keySchema: [{attributeName: customer_id, keyType: HASH}], projection: {projectionType: ALL}}]}}`, "keySchema of index by-date"},
	} {
		t.Run(name, func(t *testing.T) {
			world.Parallel(t)
			made := readyTable(t, "", c.more)
			since := world.AWS.LastCall(t)
			world.Patch(t, made, c.patch)
			world.AwaitCondition(t, made, "ACK.Terminal", "True", c.want)
			if calls := testworld.Writes(world.Settle(t, since)); len(calls) > 0 {
				t.Errorf("made the calls %v", calls)
			}
		})
	}
}

// TestTableDeletionProtection waits, saying what to do, until the spec no longer asks for protection; what somebody does
// to the table in AWS does not count.
func TestTableDeletionProtection(t *testing.T) {
	world.Parallel(t)
	made := readyTable(t, "", `, deletionProtectionEnabled: true`)
	world.Delete(t, made)
	told := "AWS protects table " + awsName(t) + " against deletion: set spec.deletionProtectionEnabled to false"
	world.AwaitCondition(t, made, "ACK.Recoverable", "True", told)
	world.AwaitCondition(t, made, "Ready", "False", told)
	_, err := api(t).UpdateTable(t.Context(), &awsdynamodb.UpdateTableInput{TableName: aws.String(awsName(t)), DeletionProtectionEnabled: aws.Bool(false)})
	check(t, err)
	if calls := testworld.Writes(world.Reconcile(t, made)); !slices.Equal(calls, []string{"UpdateTable"}) {
		t.Errorf("made the calls %v, want the protection back on and nothing else", calls)
	}
	world.AWS.Inject(t, testenv.Fault{Kind: "error", Status: 400, Code: "AccessDeniedException", Service: "dynamodb", Action: "UpdateTable"})
	world.Patch(t, made, `{spec: {deletionProtectionEnabled: false}}`)
	world.AwaitCondition(t, made, "Ready", "False", "not allowed to call dynamodb:UpdateTable")
	world.AWS.ClearFaults(t)
	world.AwaitGone(t, made)
	if inAWS(t) != nil {
		t.Error("the table is still there")
	}
}

// TestTableRetain leaves the table, and takes it over again.
func TestTableRetain(t *testing.T) {
	world.Parallel(t)
	made := readyTable(t, "services.k8s.aws/deletion-policy: retain", "")
	since := world.AWS.LastCall(t)
	world.Delete(t, made)
	world.AwaitGone(t, made)
	first := inAWS(t)
	if first == nil {
		t.Fatal("the table is gone")
	}
	again := readyTable(t, "services.k8s.aws/adoption-policy: adopt-or-create", `, tags: [{key: again, value: "1"}]`)
	got := inAWS(t)
	if aws.ToString(got.TableId) != aws.ToString(first.TableId) || got.tags["again"] != "1" {
		t.Errorf("not taken over: %+v", got)
	}
	if calls := testworld.Writes(world.Settle(t, since)); slices.Contains(calls, "CreateTable") || slices.Contains(calls, "DeleteTable") {
		t.Errorf("made the calls %v", calls)
	}
	assertQuiet(t, again)
}

// TestTableAdopt takes over a table with its spec.
func TestTableAdopt(t *testing.T) {
	world.Parallel(t)
	foreign(t, "id")
	made := world.Create(t, world.Namespace(t), fmt.Sprintf(`
apiVersion: dynamodb.services.k8s.aws/v1alpha1
kind: Table
metadata:
  name: table
  annotations: {services.k8s.aws/adoption-policy: adopt, services.k8s.aws/adoption-fields: '{"tableName": %q}'}
spec: {tableName: %[1]s, attributeDefinitions: [], keySchema: [{attributeName: id, keyType: HASH}]}
`, awsName(t)))
	world.AwaitReady(t, made)
	if mode, _, _ := unstructured.NestedString(made.Object, "spec", "billingMode"); mode != "PAY_PER_REQUEST" {
		t.Errorf("the spec is not what AWS has: %v", made.Object["spec"])
	}
	assertQuiet(t, made)
}

// TestTableOfOthers leaves alone what exists and was not asked for.
func TestTableOfOthers(t *testing.T) {
	world.Parallel(t)
	foreign(t, "customer_id")
	made := world.Create(t, world.Namespace(t), tableYAML(t, "", ""))
	since := world.AWS.LastCall(t)
	world.AwaitCondition(t, made, "ACK.Terminal", "True", "already exists")
	world.Delete(t, made)
	world.AwaitGone(t, made)
	if calls := testworld.Writes(world.Settle(t, since)); len(calls) > 0 || inAWS(t) == nil {
		t.Errorf("made the calls %v", calls)
	}
}

// TestTableAdoptedKeys does not take a table for one with other keys.
func TestTableAdoptedKeys(t *testing.T) {
	world.Parallel(t)
	foreign(t, "id")
	made := world.Create(t, world.Namespace(t), tableYAML(t, "services.k8s.aws/adoption-policy: adopt-or-create", ""))
	world.AwaitCondition(t, made, "ACK.Terminal", "True", "spec.keySchema cannot be changed")
}

// TestTableEndpoint refuses to leave this machine, whatever a namespace says.
func TestTableEndpoint(t *testing.T) {
	world.Parallel(t)
	namespace := world.Namespace(t, "services.k8s.aws/endpoint-url", "https://dynamodb.eu-central-1.amazonaws.com")
	since := world.AWS.LastCall(t)
	made := world.Create(t, namespace, tableYAML(t, "", ""))
	world.AwaitCondition(t, made, "ACK.Terminal", "True", `endpoint "https://dynamodb.eu-central-1.amazonaws.com" is refused`)
	if calls := world.Settle(t, since); len(calls) > 0 || inAWS(t) != nil {
		t.Errorf("made the calls %v", calls)
	}
	world.Delete(t, made)
	world.AwaitGone(t, made)
}

// foreign makes a table in AWS that no controller knows.
func foreign(t *testing.T, key string) {
	t.Helper()
	_, err := api(t).CreateTable(t.Context(), &awsdynamodb.CreateTableInput{
		TableName: aws.String(awsName(t)), BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: &key, AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: &key, KeyType: types.KeyTypeHash}},
	})
	check(t, err)
}
