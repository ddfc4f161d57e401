package bucketemptier_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/bucketemptier"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/command"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// finalizer is the S3 controller's, which the tests stand in for.
const finalizer = "finalizers.s3.services.k8s.aws/Bucket"

// world has an API server, the AWS emulator, and the bucket emptier between them.
var world testworld.World

func TestMain(m *testing.M) {
	// The CRD is the one of the official S3 controller 1.3.2.
	testworld.Main(m, &world, []command.Component{{
		Name: bucketemptier.Name, AddToScheme: corev1.AddToScheme, Setup: bucketemptier.Setup,
	}}, nil, "testdata/crd")
}

// api is a client of S3 for the test itself.
func api(t *testing.T) *s3.Client {
	t.Helper()
	return s3.NewFromConfig(world.AWS.Config(t))
}

// bucketName makes a name of a test's own.
func bucketName(t *testing.T) string {
	t.Helper()
	name := strings.ToLower(strings.NewReplacer("/", "-", "_", "-", "#", "-", ",", "").Replace(t.Name()))
	return fmt.Sprintf("%.40s-%d", strings.TrimPrefix(name, "test"), time.Now().UnixNano()%1e9)
}

// awsBucket makes an AWS bucket with versioning.
func awsBucket(t *testing.T, name string) {
	t.Helper()
	_, err := api(t).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name, CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: testenv.Region}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = api(t).PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: &name, VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}})
	if err != nil {
		t.Fatal(err)
	}
}

// put makes an object version for each key.
func put(t *testing.T, bucket string, keys ...string) {
	t.Helper()
	for _, key := range keys {
		if _, err := api(t).PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader("x")}); err != nil {
			t.Fatal(err)
		}
	}
}

// fill puts into a bucket what has to be removed in different ways: versions, a delete marker, an incomplete upload.
func fill(t *testing.T, bucket string) {
	t.Helper()
	put(t, bucket, "one", "one", "two")
	if _, err := api(t).DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &bucket, Key: aws.String("two")}); err != nil {
		t.Fatal(err)
	}
	if _, err := api(t).CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: &bucket, Key: aws.String("three")}); err != nil {
		t.Fatal(err)
	}
}

// filled is how much fill puts into a bucket.
var filled = found{versions: 3, markers: 1, uploads: 1}

// found is how much is in a bucket.
type found struct{ versions, markers, uploads int }

func look(t *testing.T, bucket string) found {
	t.Helper()
	in := found{}
	pages := s3.NewListObjectVersionsPaginator(api(t), &s3.ListObjectVersionsInput{Bucket: &bucket})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		in.versions += len(page.Versions)
		in.markers += len(page.DeleteMarkers)
	}
	uploads, err := api(t).ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: &bucket})
	if err != nil {
		t.Fatal(err)
	}
	in.uploads = len(uploads.Uploads)
	return in
}

// declared is the text of a Bucket as it is once the S3 controller knows its AWS bucket.
func declared(name string) string {
	return fmt.Sprintf(`
apiVersion: s3.services.k8s.aws/v1alpha1
kind: Bucket
metadata:
  name: %[1]s
  annotations: {s3.services.k8s.aws/empty-on-delete: "true"}
  finalizers: [%[2]s]
spec: {name: %[1]s}
`, name, finalizer)
}

// create makes a Bucket object with the status that the S3 controller gives it. At the end of the test it is gone.
func create(t *testing.T, namespace, text string) *unstructured.Unstructured {
	t.Helper()
	object := world.Create(t, namespace, text)
	name, _, _ := unstructured.NestedString(object.Object, "spec", "name")
	world.PatchStatus(t, object, fmt.Sprintf(`status: {ackResourceMetadata: {ownerAccountID: %q, region: %s, arn: "arn:aws:s3:::%s"}}`, world.AWS.Account(t), testenv.Region, name))
	t.Cleanup(func() {
		// The test's context has ended. A merge, as the emptier may be changing the object too.
		noFinalizers := client.RawPatch("application/merge-patch+json", []byte(`{"metadata": {"finalizers": null}}`))
		_ = world.Kube.Patch(context.Background(), object, noFinalizers)
		_ = world.Kube.Delete(context.Background(), object)
	})
	return object
}

// awaitEmpty waits until a bucket has nothing in it.
func awaitEmpty(t *testing.T, bucket string) {
	t.Helper()
	testworld.Eventually(t, func() error {
		if in := look(t, bucket); in != (found{}) {
			return fmt.Errorf("bucket %s still has %+v", bucket, in)
		}
		return nil
	})
}

// awaitEvent waits for an event of an object whose text contains all parts, and returns the text.
func awaitEvent(t *testing.T, object *unstructured.Unstructured, reason string, parts ...string) string {
	t.Helper()
	text := ""
	testworld.Eventually(t, func() error {
		var seen []string
		for _, one := range events(t, object) {
			seen = append(seen, one.Reason+": "+one.Message)
			if one.Reason == reason && containsAll(one.Message, parts) {
				text = one.Message
				return nil
			}
		}
		return fmt.Errorf("no event %s with %q, but %q", reason, parts, seen)
	})
	return text
}

func events(t *testing.T, object *unstructured.Unstructured) []corev1.Event {
	t.Helper()
	list := &corev1.EventList{}
	if err := world.Kube.List(t.Context(), list, client.InNamespace(object.GetNamespace())); err != nil {
		t.Fatal(err)
	}
	var ours []corev1.Event
	for _, one := range list.Items {
		if one.InvolvedObject.UID == object.GetUID() {
			ours = append(ours, one)
		}
	}
	return ours
}

func containsAll(text string, parts []string) bool {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return false
		}
	}
	return true
}

// writes are the emptier's calls since one that change something.
func writes(t *testing.T, since int) []string {
	t.Helper()
	return testworld.Writes(world.AWS.Calls(t, since))
}

// awaitWoken waits until the spec of an object has changed since a generation, which wakes the S3 controller.
func awaitWoken(t *testing.T, object *unstructured.Unstructured, since int64) {
	t.Helper()
	testworld.Eventually(t, func() error {
		if err := world.Refresh(t.Context(), object); err != nil {
			return err
		}
		if object.GetGeneration() <= since {
			return errors.New("the S3 controller was not woken")
		}
		return nil
	})
}
