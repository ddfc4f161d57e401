package bucketemptier_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/bucketemptier"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// TestOfficialController deletes a full bucket with our binary beside that of the official S3 controller, which the variable
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
	run(t, program, server, "--enable-field-export-reconciler=false")
	run(t, build(t), server, "--services="+bucketemptier.Name)

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
	stack(t, bucket, 8000) // eight calls, which are made at once
	world.AWS.Inject(t, testenv.Fault{Kind: "latency", Service: "s3", Action: "DeleteObjects", Rate: 1, Seconds: 8})
	began := time.Now()
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
	// By itself the S3 controller waits up to as long again as the emptying took: each wait is twice the one before.
	if waited, emptying := time.Since(woken), woken.Sub(began); woken.IsZero() || waited > emptying/2 {
		t.Errorf("the S3 controller deleted the bucket %s after it was woken, and the emptying took %s", waited, emptying)
	}
}
