package ecr_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	ecrv1alpha1 "github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/ecr/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/command"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ecr"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// world has an API server, the AWS emulator, and our controller between them.
var world testworld.World

func TestMain(m *testing.M) {
	service := ecr.Service()
	testworld.Main(m, &world, []command.Component{{Name: "ecr", Service: &service, AddToScheme: ecrv1alpha1.AddToScheme}}, nil)
}

// api is a client of AWS for the test itself.
func api(t *testing.T) *awsecr.Client {
	return awsecr.NewFromConfig(world.AWS.Config(t), func(o *awsecr.Options) { o.Retryer = testworld.Retryer() })
}

// awsName is the name of a test's repository in AWS.
func awsName(t *testing.T) string {
	return strings.ToLower(testworld.Name(t))
}

// repositoryYAML is a repository named after the test, with annotations and with more fields of its spec.
func repositoryYAML(t *testing.T, annotations, more string) string {
	return fmt.Sprintf(`
apiVersion: ecr.services.k8s.aws/v1alpha1
kind: Repository
metadata: {name: repository, annotations: {%s}}
spec: {name: %s%s}
`, annotations, awsName(t), more)
}

// readyRepository creates a repository and waits until it is ready.
func readyRepository(t *testing.T, annotations, more string) *unstructured.Unstructured {
	t.Helper()
	made := world.Create(t, world.Namespace(t), repositoryYAML(t, annotations, more))
	world.AwaitReady(t, made)
	return made
}

// found is all that AWS has of a repository.
type found struct {
	*types.Repository
	lifecycle, policy string
	tags              map[string]string
}

// inAWS is what AWS has under the test's name; nil when it has nothing.
func inAWS(t *testing.T) *found {
	t.Helper()
	name := awsName(t)
	described, err := api(t).DescribeRepositories(t.Context(), &awsecr.DescribeRepositoriesInput{RepositoryNames: []string{name}})
	var missing *types.RepositoryNotFoundException
	if errors.As(err, &missing) {
		return nil
	}
	check(t, err)
	result := &found{Repository: &described.Repositories[0], tags: map[string]string{}}
	lifecycle, err := api(t).GetLifecyclePolicy(t.Context(), &awsecr.GetLifecyclePolicyInput{RepositoryName: &name})
	var noLifecycle *types.LifecyclePolicyNotFoundException
	if !errors.As(err, &noLifecycle) {
		check(t, err)
		result.lifecycle = aws.ToString(lifecycle.LifecyclePolicyText)
	}
	policy, err := api(t).GetRepositoryPolicy(t.Context(), &awsecr.GetRepositoryPolicyInput{RepositoryName: &name})
	var noPolicy *types.RepositoryPolicyNotFoundException
	if !errors.As(err, &noPolicy) {
		check(t, err)
		result.policy = aws.ToString(policy.PolicyText)
	}
	tags, err := api(t).ListTagsForResource(t.Context(), &awsecr.ListTagsForResourceInput{ResourceArn: result.RepositoryArn})
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
var reads = []string{"DescribeRepositories", "GetLifecyclePolicy", "GetRepositoryPolicy", "ListTagsForResource"}

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
