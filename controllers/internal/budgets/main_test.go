package budgets_test

import (
	"testing"

	awsbudgets "github.com/aws/aws-sdk-go-v2/service/budgets"

	budgetsv1alpha1 "github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/budgets/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/budgets"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/command"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// world has an API server, the AWS emulator, and our controller between them.
var world testworld.World

func TestMain(m *testing.M) {
	service := budgets.Service()
	testworld.Main(m, &world, []command.Component{{Name: "budgets", Service: &service, AddToScheme: budgetsv1alpha1.AddToScheme}}, nil)
}

// api is a client of AWS for the test itself.
func api(t *testing.T) *awsbudgets.Client {
	return awsbudgets.NewFromConfig(world.AWS.Config(t), func(o *awsbudgets.Options) { o.Retryer = testworld.Retryer() })
}
