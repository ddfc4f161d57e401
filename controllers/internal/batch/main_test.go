package batch_test

import (
	"testing"

	awsbatch "github.com/aws/aws-sdk-go-v2/service/batch"

	batchv1alpha1 "github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/batch/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/batch"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/command"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// world has an API server, the AWS emulator, and our controller between them.
var world testworld.World

func TestMain(m *testing.M) {
	service := batch.Service()
	testworld.Main(m, &world, []command.Component{{Name: "batch", Service: &service, AddToScheme: batchv1alpha1.AddToScheme}}, nil, "testdata/crds")
}

// api is a client of AWS for the test itself.
func api(t *testing.T) *awsbatch.Client {
	return awsbatch.NewFromConfig(world.AWS.Config(t))
}
