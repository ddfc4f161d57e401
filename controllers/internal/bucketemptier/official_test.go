package bucketemptier_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	acktypes "github.com/aws-controllers-k8s/runtime/pkg/types"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/bucketemptier"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// TestOfficialController deletes a full bucket together with the official S3 controller, whose binary the variable
// ACK_S3_CONTROLLER names. The bucket takes so long to empty that the S3 controller would try again much later.
func TestOfficialController(t *testing.T) {
	program := os.Getenv("ACK_S3_CONTROLLER")
	if program == "" {
		t.Skip("ACK_S3_CONTROLLER names no binary of the official S3 controller")
	}
	// An API server of its own: in the shared one the tests stand in for the S3 controller.
	server, err := testenv.StartAPIServer("testdata/crd")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() })
	kube, err := client.New(server.Config, client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	own := testworld.World{Kube: kube, AWS: world.AWS}
	runOfficial(t, program, server.Config)
	runEmptier(t, server.Config)

	bucket := bucketName(t)
	object := own.Create(t, "default", `
apiVersion: s3.services.k8s.aws/v1alpha1
kind: Bucket
metadata:
  name: `+bucket+`
  annotations: {s3.services.k8s.aws/empty-on-delete: "true"}
spec:
  name: `+bucket+`
  versioning: {status: Enabled}
  tagging: {tagSet: [{key: Project, value: sanders}]}
`)
	own.AwaitReady(t, object)
	stack(t, bucket, 20_000)
	world.AWS.Inject(t, testenv.Fault{Kind: "latency", Service: "s3", Action: "DeleteObjects", Rate: 1, Seconds: 4})
	own.Delete(t, object)
	var woken time.Time
	testworld.Eventually(t, func() error {
		err := own.Refresh(t.Context(), object)
		if apierrors.IsNotFound(err) {
			return nil
		}
		if _, empty, _ := unstructured.NestedSlice(object.Object, "spec", "analytics"); empty && woken.IsZero() {
			woken = time.Now()
		}
		return fmt.Errorf("the Bucket is still there (%w): %v", err, object.Object["status"])
	})
	// By itself the S3 controller would have waited about as long again as the emptying took.
	if waited := time.Since(woken); woken.IsZero() || waited > 2*time.Second {
		t.Errorf("the S3 controller deleted the bucket %s after it was woken", waited)
	}
}

// runOfficial runs the official S3 controller until the end of the test.
func runOfficial(t *testing.T, program string, kubernetes *rest.Config) {
	t.Helper()
	kubeconfig := filepath.Join(t.TempDir(), "kubeconfig")
	err := clientcmd.WriteToFile(clientcmdapi.Config{
		Clusters:       map[string]*clientcmdapi.Cluster{"test": {Server: kubernetes.Host, CertificateAuthorityData: kubernetes.CAData}},
		AuthInfos:      map[string]*clientcmdapi.AuthInfo{"test": {ClientCertificateData: kubernetes.CertData, ClientKeyData: kubernetes.KeyData}},
		Contexts:       map[string]*clientcmdapi.Context{"test": {Cluster: "test", AuthInfo: "test"}},
		CurrentContext: "test",
	}, kubeconfig)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(program, "--aws-region="+testenv.Region, "--aws-endpoint-url="+world.AWS.URL, "--aws-identity-endpoint-url="+world.AWS.URL,
		"--allow-unsafe-aws-endpoint-urls", "--metrics-addr=127.0.0.1:0", "--healthz-addr=127.0.0.1:0", "--enable-field-export-reconciler=false")
	command.Env = append(os.Environ(), "AWS_CA_BUNDLE=", "KUBECONFIG="+kubeconfig)
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if testing.Verbose() {
		command.Stderr = os.Stderr
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
	})
}

// runEmptier runs a bucket emptier until the end of the test.
func runEmptier(t *testing.T, kubernetes *rest.Config) {
	t.Helper()
	mgr, err := ctrl.NewManager(kubernetes, ctrl.Options{Metrics: metricsserver.Options{BindAddress: "0"}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	config := ackcfg.Config{AccountID: testenv.AccountID, Region: testenv.Region, EndpointURL: world.AWS.URL, DeletionPolicy: "delete"}
	if err := bucketemptier.Setup(ctx, mgr, config, acktypes.VersionInfo{}); err != nil {
		t.Fatal(err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- mgr.Start(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-stopped; err != nil {
			t.Error(err)
		}
	})
}
