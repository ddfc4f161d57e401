package sfn_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssfn "github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	sfnv1alpha1 "github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/sfn/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/command"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/sfn"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// world has an API server, the AWS emulator, and our controller between them.
var world testworld.World

func TestMain(m *testing.M) {
	service := sfn.Service()
	testworld.Main(m, &world, []command.Component{{Name: "sfn", Service: &service, AddToScheme: sfnv1alpha1.AddToScheme}}, nil)
}

// api is a client of AWS for the test itself.
func api(t *testing.T) *awssfn.Client {
	return awssfn.NewFromConfig(world.AWS.Config(t), func(o *awssfn.Options) { o.Retryer = testworld.Retryer() })
}

// awsName is the name of a test's state machine in AWS.
func awsName(t *testing.T) string { return testworld.Name(t) }

// awsARN is its ARN.
func awsARN(t *testing.T) *string {
	return aws.String("arn:aws:states:eu-central-1:" + world.AWS.Account(t) + ":stateMachine:" + awsName(t))
}

const (
	definition = `{"StartAt":"Done","States":{"Done":{"Type":"Succeed"}}}`
	logGroup   = "arn:aws:logs:eu-central-1:120569615884:log-group:states:*"
)

// roles are those that there are, by ARN.
var (
	roles      = map[string]bool{}
	rolesMutex sync.Mutex
)

// role is the ARN of a role for state machines in the test's account. It is made when it is asked for first.
func role(t *testing.T, name string) string {
	t.Helper()
	rolesMutex.Lock()
	defer rolesMutex.Unlock()
	arn := "arn:aws:iam::" + world.AWS.Account(t) + ":role/" + name
	if !roles[arn] {
		world.AWS.CreateRole(t, name, "states.amazonaws.com")
		roles[arn] = true
	}
	return arn
}

// machineYAML is a state machine named after the test, with annotations and with more fields of its spec. It writes out what
// the controller would update for ever.
func machineYAML(t *testing.T, annotations, more string) string {
	return fmt.Sprintf(`
apiVersion: sfn.services.k8s.aws/v1alpha1
kind: StateMachine
metadata: {name: machine, annotations: {%s}}
spec: {name: %s, roleARN: %q, definition: '%s', type_: STANDARD,
  loggingConfiguration: {level: "OFF", includeExecutionData: false}, tracingConfiguration: {enabled: false}%s}
`, annotations, awsName(t), role(t, "states"), definition, more)
}

// readyMachine creates a state machine and waits until it is ready.
func readyMachine(t *testing.T, annotations, more string) *unstructured.Unstructured {
	t.Helper()
	made := world.Create(t, world.Namespace(t), machineYAML(t, annotations, more))
	world.AwaitReady(t, made)
	return made
}

// found is all that AWS has of a state machine.
type found struct {
	*awssfn.DescribeStateMachineOutput
	tags map[string]string
}

// inAWS is what AWS has under the test's name; nil when it has nothing.
func inAWS(t *testing.T) *found {
	t.Helper()
	described, err := api(t).DescribeStateMachine(t.Context(), &awssfn.DescribeStateMachineInput{StateMachineArn: awsARN(t)})
	var missing *types.StateMachineDoesNotExist
	if errors.As(err, &missing) {
		return nil
	}
	check(t, err)
	tags, err := api(t).ListTagsForResource(t.Context(), &awssfn.ListTagsForResourceInput{ResourceArn: awsARN(t)})
	check(t, err)
	result := &found{described, map[string]string{}}
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
var reads = []string{"DescribeStateMachine", "ListTagsForResource"}

// assertQuiet reconciles an object and complains about calls other than one look at everything, and about changes to
// the object.
func assertQuiet(t *testing.T, object *unstructured.Unstructured) {
	t.Helper()
	if calls := testworld.Actions(world.Reconcile(t, object)); !slices.Equal(calls, reads) {
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
