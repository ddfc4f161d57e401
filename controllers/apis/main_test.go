package apis_test

import (
	"context"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
)

// kube is a client of the API server that all tests of this package share.
var kube client.Client

func TestMain(m *testing.M) {
	testenv.Main(m, func(_ context.Context, server *testenv.APIServer) (finish func() error, err error) {
		kube, err = client.New(server.Config, client.Options{})
		return nil, err
	})
}
