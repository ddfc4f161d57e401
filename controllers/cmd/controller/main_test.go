package main

import (
	"context"
	"path/filepath"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
)

// namespace is there for the tests' objects.
const namespace = "sanders-dev"

var (
	// server is an API server, for which no controller runs.
	server *testenv.APIServer
	kube   client.Client
	// build returns the path of the controller's binary.
	build = sync.OnceValues(testenv.BuildController)
)

func TestMain(m *testing.M) {
	testenv.Main(m, func(ctx context.Context, started *testenv.APIServer) (finish func() error, err error) {
		server = started
		if kube, err = client.New(server.Config, client.Options{}); err != nil {
			return nil, err
		}
		return nil, kube.Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace}})
	}, filepath.Join(testenv.Folder(), "internal", "bucketemptier", "testdata", "crd"), filepath.Join(project(), "argocd", "overlays", "self-managed", "crds"))
}

// programAndAWS builds the controller and starts an emulator of its own for a test.
func programAndAWS(t *testing.T) (program string, emulator *testenv.AWS) {
	t.Helper()
	program, err := build()
	if err != nil {
		t.Fatal(err)
	}
	emulator, err = testenv.StartAWS()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = emulator.Stop() })
	return program, emulator
}
