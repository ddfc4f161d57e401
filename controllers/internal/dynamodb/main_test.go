package dynamodb_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	dynamodbv1alpha1 "github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/dynamodb/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/command"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/dynamodb"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// world has an API server, the AWS emulator, and our controller between them.
var world testworld.World

func TestMain(m *testing.M) {
	service := dynamodb.Service()
	testworld.Main(m, &world, []command.Component{{Name: "dynamodb", Service: &service, AddToScheme: dynamodbv1alpha1.AddToScheme}}, nil)
}

// api is a client of AWS for the test itself.
func api(t *testing.T) *awsdynamodb.Client {
	return awsdynamodb.NewFromConfig(world.AWS.Config(t), func(o *awsdynamodb.Options) { o.Retryer = testworld.Retryer() })
}

// awsName is the name of a test's table in AWS.
func awsName(t *testing.T) string { return testworld.Name(t) }

// keys are those of the platform's table.
const keys = `attributeDefinitions: [{attributeName: customer_id, attributeType: S}, {attributeName: date, attributeType: S}],
  keySchema: [{attributeName: customer_id, keyType: HASH}, {attributeName: date, keyType: RANGE}]`

// tableYAML is a table named after the test, billed on demand, with annotations and with more fields of its spec.
func tableYAML(t *testing.T, annotations, more string) string {
	return fmt.Sprintf(`
apiVersion: dynamodb.services.k8s.aws/v1alpha1
kind: Table
metadata: {name: table, annotations: {%s}}
spec: {tableName: %s, billingMode: PAY_PER_REQUEST, %s%s}
`, annotations, awsName(t), keys, more)
}

// readyTable creates a table and waits until it is ready.
func readyTable(t *testing.T, annotations, more string) *unstructured.Unstructured {
	t.Helper()
	made := world.Create(t, world.Namespace(t), tableYAML(t, annotations, more))
	world.AwaitReady(t, made)
	return made
}

// found is all that AWS has of a table.
type found struct {
	*types.TableDescription
	recovery bool
	// live is the attribute that items expire by, "" when they do not.
	live     string
	insights bool
	policy   string
	tags     map[string]string
}

func (f *found) indexes() []string {
	var names []string
	for _, index := range f.GlobalSecondaryIndexes {
		names = append(names, aws.ToString(index.IndexName))
	}
	slices.Sort(names)
	return names
}

func (f *found) attributes() []string {
	var names []string
	for _, one := range f.AttributeDefinitions {
		names = append(names, aws.ToString(one.AttributeName))
	}
	slices.Sort(names)
	return names
}

// inAWS is what AWS has under the test's name; nil when it has nothing.
func inAWS(t *testing.T) *found {
	t.Helper()
	name := aws.String(awsName(t))
	described, err := api(t).DescribeTable(t.Context(), &awsdynamodb.DescribeTableInput{TableName: name})
	var missing *types.ResourceNotFoundException
	if errors.As(err, &missing) {
		return nil
	}
	check(t, err)
	result := &found{TableDescription: described.Table, tags: map[string]string{}}
	backups, err := api(t).DescribeContinuousBackups(t.Context(), &awsdynamodb.DescribeContinuousBackupsInput{TableName: name})
	check(t, err)
	result.recovery = backups.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus == types.PointInTimeRecoveryStatusEnabled
	live, err := api(t).DescribeTimeToLive(t.Context(), &awsdynamodb.DescribeTimeToLiveInput{TableName: name})
	check(t, err)
	if live.TimeToLiveDescription.TimeToLiveStatus == types.TimeToLiveStatusEnabled {
		result.live = aws.ToString(live.TimeToLiveDescription.AttributeName)
	}
	insights, err := api(t).DescribeContributorInsights(t.Context(), &awsdynamodb.DescribeContributorInsightsInput{TableName: name})
	check(t, err)
	result.insights = insights.ContributorInsightsStatus == types.ContributorInsightsStatusEnabled
	policy, err := api(t).GetResourcePolicy(t.Context(), &awsdynamodb.GetResourcePolicyInput{ResourceArn: described.Table.TableArn})
	var none *types.PolicyNotFoundException
	if !errors.As(err, &none) {
		check(t, err)
		result.policy = aws.ToString(policy.Policy)
	}
	tags, err := api(t).ListTagsOfResource(t.Context(), &awsdynamodb.ListTagsOfResourceInput{ResourceArn: described.Table.TableArn})
	check(t, err)
	for _, tag := range tags.Tags {
		result.tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return result
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// reads are the calls of a reconcile with nothing to do.
var reads = []string{"DescribeContinuousBackups", "DescribeContributorInsights", "DescribeTable", "DescribeTimeToLive", "GetResourcePolicy", "ListTagsOfResource"}

// assertQuiet reconciles an object and complains about calls other than one look at everything, and about changes to
// the object.
func assertQuiet(t *testing.T, object *unstructured.Unstructured) {
	t.Helper()
	calls := testworld.Actions(world.Reconcile(t, object))
	slices.Sort(calls)
	if !slices.Equal(calls, reads) {
		t.Errorf("a reconcile with nothing to do made the calls %v, want %v", calls, reads)
	}
	version := object.GetResourceVersion()
	check(t, world.Refresh(t.Context(), object))
	if object.GetResourceVersion() != version {
		t.Errorf("a reconcile with nothing to do changed the object: %v", object.Object)
	}
}

type errNotYet string

func (e errNotYet) Error() string { return "not in AWS yet: " + string(e) }
