package bucketemptier_test

import (
	"fmt"
	"io"
	"os"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/bucketemptier"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// build returns the path of our controller's binary.
func build(t *testing.T) string {
	t.Helper()
	program, err := testenv.BuildController()
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// run runs a controller's binary until it is killed, or the test ends.
func run(t *testing.T, program string, server *testenv.APIServer, flags ...string) *testenv.Controller {
	t.Helper()
	output := io.Discard
	if testing.Verbose() {
		output = os.Stderr
	}
	process, err := testenv.StartController(program, server, world.AWS, output, flags...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(process.Kill)
	return process
}

// TestKilled kills the real process, which gets no chance to finish anything, in the midst of its work, twice. In the
// end the bucket is empty, and no other one is touched: not one whose name begins alike, not one that is to be emptied
// when it will be deleted, not one that is deleted and retained.
func TestKilled(t *testing.T) {
	program := build(t)
	bucket, place := bucketName(t), world.Namespace(t)
	const versions = 6000
	awsBucket(t, bucket)
	stack(t, bucket, versions)
	others := map[string]string{
		bucket + "-2":        "nobody has a Bucket for it",
		bucket + "-in-use":   "it is not being deleted",
		bucket + "-retained": "its Bucket is deleted, and it is retained",
	}
	objects := map[string]*unstructured.Unstructured{}
	for name := range others {
		awsBucket(t, name)
		fill(t, name)
	}
	for _, name := range []string{bucket, bucket + "-in-use", bucket + "-retained"} {
		objects[name] = create(t, place, declared(name))
	}
	world.Patch(t, objects[bucket+"-retained"], "metadata: {annotations: {services.k8s.aws/deletion-policy: retain}}")
	world.Delete(t, objects[bucket+"-retained"])

	world.StopController(t)
	// A page of 1,000 is removed while the next is listed, so that at a kill most is still to be done.
	world.AWS.Inject(t, testenv.Fault{Kind: "latency", Service: "s3", Action: "ListObjectVersions", Rate: 1, Seconds: 0.7})
	world.Delete(t, objects[bucket])
	var left []int
	for range 2 {
		since := world.AWS.LastCall(t)
		process := run(t, program, world.Server, "--services="+bucketemptier.Name)
		testworld.Eventually(t, func() error {
			if err := process.Exited(); err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(writes(t, since), "DeleteObjects") {
				return fmt.Errorf("nothing is being removed")
			}
			return nil
		})
		process.Kill()
		in := look(t, bucket)
		left = append(left, in.versions+in.markers)
	}
	t.Logf("left at each kill: %v", left)
	if !slices.ContainsFunc(left, func(n int) bool { return n > 0 && n < versions }) {
		t.Errorf("this test must interrupt the work, but left at each kill was %v", left)
	}
	world.AWS.ClearFaults(t)
	run(t, program, world.Server, "--services="+bucketemptier.Name)
	awaitEmpty(t, bucket)
	awaitWoken(t, objects[bucket], 2)
	awaitEvent(t, objects[bucket], "Emptied", bucket)
	for name, reason := range others {
		if in := look(t, name); in != filled {
			t.Errorf("bucket %s lost something, though %s: of %+v there is left %+v", name, reason, filled, in)
		}
	}
}
