// Package testenv starts what the tests run against: a real Kubernetes API server and the AWS emulator.
package testenv

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
)

// Folder is the folder of this Go module.
func Folder() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..")
}

// APIServer is a running etcd and kube-apiserver that serves our CRDs and ACK's own.
type APIServer struct {
	environment *envtest.Environment
	// Config of a client with every right.
	Config *rest.Config
}

// StartAPIServer starts the API server with the CRDs of the folders given, besides our own and ACK's common ones.
func StartAPIServer(crds ...string) (*APIServer, error) {
	assets := os.Getenv("KUBEBUILDER_ASSETS")
	for _, program := range []string{"etcd", "kube-apiserver"} {
		if _, err := os.Stat(filepath.Join(assets, program)); assets == "" || err != nil {
			return nil, fmt.Errorf("KUBEBUILDER_ASSETS=%q must name a folder with etcd and kube-apiserver: "+
				"run `make test` in the project's top folder, which builds them", assets)
		}
	}
	common, err := moduleFolder("github.com/aws-controllers-k8s/runtime", "config", "crd", "bases")
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(Folder(), "config", "crd")
	environment := &envtest.Environment{
		CRDDirectoryPaths:     append([]string{filepath.Join(folder, "bases"), filepath.Join(folder, "standins"), common}, crds...),
		ErrorIfCRDPathMissing: true,
	}
	config, err := environment.Start()
	if err != nil {
		return nil, fmt.Errorf("start the API server: %w", err)
	}
	// The tests are the only client, and some create a thousand objects.
	config.QPS, config.Burst = 1000, 1000
	return &APIServer{environment: environment, Config: config}, nil
}

// moduleFolder is a folder in a module that ours depends on.
func moduleFolder(module string, inside ...string) (string, error) {
	command := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module)
	command.Dir = Folder()
	output, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("find module %s: %w", module, err)
	}
	return filepath.Join(append([]string{strings.TrimSpace(string(output))}, inside...)...), nil
}

// Kubeconfig is a kubeconfig for a user, for processes that find the API server by a file.
func (s *APIServer) Kubeconfig(user envtest.User) ([]byte, error) {
	added, err := s.environment.AddUser(user, nil)
	if err != nil {
		return nil, err
	}
	return added.KubeConfig()
}

// Stop stops the processes.
func (s *APIServer) Stop() error { return s.environment.Stop() }

// Main runs a package's tests with an API server; it is what the package's TestMain calls. What started starts must
// end when its context does; the function that it returns waits for that, and fails the tests if it returns an error.
func Main(m *testing.M, started func(ctx context.Context, server *APIServer) (finish func() error, err error), crds ...string) {
	server, err := StartAPIServer(crds...)
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	code := 1
	finish, err := started(ctx, server)
	if err != nil {
		log.Print(err)
	} else {
		code = m.Run()
	}
	cancel()
	if finish != nil {
		if err := finish(); err != nil {
			log.Print(err)
			code = 1
		}
	}
	if err := server.Stop(); err != nil {
		log.Printf("stop the API server: %v", err)
	}
	os.Exit(code)
}
