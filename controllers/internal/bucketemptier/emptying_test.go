package bucketemptier_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// holds is for how long nothing must happen to count as nothing happening; what should happen takes a tenth of that.
const holds = time.Second

// TestConditions takes one condition away at a time: nothing is removed, not even a call is made that could. Then it
// is met, and the bucket is emptied, which proves that it was this condition that held it.
func TestConditions(t *testing.T) {
	annotate := func(text string) func(*testing.T, *unstructured.Unstructured) {
		return func(t *testing.T, object *unstructured.Unstructured) {
			world.Patch(t, object, "metadata: {annotations: {"+text+"}}")
		}
	}
	remove := func(t *testing.T, object *unstructured.Unstructured) { world.Delete(t, object) }
	tag := func(key, value string) func(*testing.T, *unstructured.Unstructured) {
		return func(t *testing.T, object *unstructured.Unstructured) {
			_, err := api(t).PutBucketTagging(t.Context(), &s3.PutBucketTaggingInput{Bucket: aws.String(object.GetName()), Tagging: &types.Tagging{
				TagSet: []types.Tag{{Key: aws.String("Project"), Value: aws.String("sanders")}, {Key: &key, Value: &value}},
			}})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	untag := func(t *testing.T, object *unstructured.Unstructured) {
		if _, err := api(t).DeleteBucketTagging(t.Context(), &s3.DeleteBucketTaggingInput{Bucket: aws.String(object.GetName())}); err != nil {
			t.Fatal(err)
		}
		annotate(`touched: "yes"`)(t, object) // or wait a minute
	}
	both := func(first, second func(*testing.T, *unstructured.Unstructured)) func(*testing.T, *unstructured.Unstructured) {
		return func(t *testing.T, object *unstructured.Unstructured) { first(t, object); second(t, object) }
	}
	status := func(text string) func(*testing.T, *unstructured.Unstructured) {
		return func(t *testing.T, object *unstructured.Unstructured) {
			world.PatchStatus(t, object, "status: {ackResourceMetadata: {"+text+"}}")
		}
	}
	for name, test := range map[string]struct {
		reason    string
		namespace []string
		without   func(*testing.T, *unstructured.Unstructured)
		with      func(*testing.T, *unstructured.Unstructured)
		// event that tells the user, if there is anything to do about it.
		event string
	}{
		"no annotation": {
			reason:  "nobody asked for it",
			without: both(annotate("s3.services.k8s.aws/empty-on-delete: null"), remove),
			with:    annotate(`s3.services.k8s.aws/empty-on-delete: "true"`),
		},
		"annotation false": {
			reason:  "somebody asked not to",
			without: both(annotate(`s3.services.k8s.aws/empty-on-delete: "false"`), remove),
			with:    annotate(`s3.services.k8s.aws/empty-on-delete: "true"`),
		},
		"annotation yes": {
			reason:  "data goes on a clear word only; a user who means it is told",
			without: both(annotate(`s3.services.k8s.aws/empty-on-delete: "yes"`), remove),
			with:    annotate(`s3.services.k8s.aws/empty-on-delete: "true"`),
			event:   "InvalidAnnotation",
		},
		"not being deleted": {
			reason:  "the bucket is in use",
			without: annotate(`touched: "yes"`),
			with:    remove,
		},
		"retained by the object": {
			reason:  "the S3 controller leaves the AWS bucket as it is",
			without: both(annotate("services.k8s.aws/deletion-policy: retain"), remove),
			with:    annotate("services.k8s.aws/deletion-policy: delete"),
		},
		"unknown policy": {
			reason:  "the S3 controller deletes on 'delete' and on nothing else",
			without: both(annotate("services.k8s.aws/deletion-policy: Delete"), remove),
			with:    annotate("services.k8s.aws/deletion-policy: delete"),
		},
		"retained by the namespace": {
			reason:    "the namespace decides where the object does not",
			namespace: []string{"s3.services.k8s.aws/deletion-policy", "retain"},
			without:   remove,
			with:      annotate("services.k8s.aws/deletion-policy: delete"),
		},
		"read-only": {
			reason:  "the S3 controller does not delete what it only reads",
			without: both(annotate(`services.k8s.aws/read-only: "True"`), remove),
			with:    annotate("services.k8s.aws/read-only: null"),
		},
		"protected": {
			reason:  "the tag in AWS, which the spec does not mention, is the last word",
			without: both(tag("Protected", "true"), remove),
			with:    untag,
			event:   "Protected",
		},
		"protected in other letters": {
			reason:  "who writes it so means it too",
			without: both(tag("protected", "True"), remove),
			with:    untag,
			event:   "Protected",
		},
		"of another account": {
			reason:    "there is no role for it, and the controller's own account is not the bucket's",
			namespace: []string{"services.k8s.aws/owner-account-id", ""},
			without:   both(status(`ownerAccountID: "999999999999"`), remove),
			with: func(t *testing.T, object *unstructured.Unstructured) {
				both(status(fmt.Sprintf("ownerAccountID: %q", world.AWS.Account(t))), annotate(`touched: "yes"`))(t, object)
			},
			event: "NoRole",
		},
		"of another account than the namespace's": {
			reason:    "the S3 controller refuses such an object",
			namespace: []string{"services.k8s.aws/owner-account-id", "999999999999"},
			without:   remove,
			event:     "WrongBucket",
		},
		"in another region than annotated": {
			reason:  "the S3 controller refuses such an object",
			without: both(annotate("services.k8s.aws/region: us-west-2"), remove),
			with:    annotate("services.k8s.aws/region: eu-central-1"),
			event:   "WrongBucket",
		},
		"renamed": {
			reason:  "the bucket of that name may be somebody else's",
			without: both(status(`arn: "arn:aws:s3:::the-one-it-was"`), remove),
			with:    both(status(`arn: null`), annotate(`touched: "yes"`)),
			event:   "WrongBucket",
		},
	} {
		t.Run(name, func(t *testing.T) {
			world.Parallel(t)
			bucket := bucketName(t)
			awsBucket(t, bucket)
			fill(t, bucket)
			object := create(t, world.Namespace(t, test.namespace...), declared(bucket))
			since := world.AWS.LastCall(t)
			test.without(t, object)
			if test.event != "" {
				awaitEvent(t, object, test.event, bucket)
			}
			time.Sleep(holds)
			if made := writes(t, since); len(made) > 0 {
				t.Fatalf("%s, but these calls were made: %v", test.reason, made)
			}
			if in := look(t, bucket); in != filled {
				t.Fatalf("%s, but of %+v there is left %+v", test.reason, filled, in)
			}
			if err := world.Refresh(t.Context(), object); err != nil {
				t.Fatal(err)
			}
			if test.with != nil {
				test.with(t, object)
				awaitEmpty(t, bucket)
			}
		})
	}
}

// A Bucket without the S3 controller's finalizer is one whose AWS bucket was never its own: say, its creation failed
// because the bucket existed and belongs to somebody else.
func TestNotManaged(t *testing.T) {
	bucket := bucketName(t)
	awsBucket(t, bucket)
	fill(t, bucket)
	object := create(t, world.Namespace(t), declared(bucket))
	world.Patch(t, object, "metadata: {finalizers: [example.com/other]}")
	since := world.AWS.LastCall(t)
	world.Delete(t, object)
	time.Sleep(holds)
	if made := world.AWS.Calls(t, since); len(made) > 0 {
		t.Errorf("calls were made: %v", made)
	}
	if in := look(t, bucket); in != filled {
		t.Errorf("of %+v there is left %+v", filled, in)
	}
}

// The emptier empties, tells, wakes the S3 controller, and leaves the rest to it.
func TestEmptied(t *testing.T) {
	bucket := bucketName(t)
	awsBucket(t, bucket)
	fill(t, bucket)
	object := create(t, world.Namespace(t), declared(bucket))
	world.Delete(t, object)
	if err := world.Refresh(t.Context(), object); err != nil {
		t.Fatal(err)
	}
	generation := object.GetGeneration()
	awaitEmpty(t, bucket)
	awaitEvent(t, object, "Emptied", bucket, "4 object versions and delete markers and 1 incomplete uploads")
	awaitWoken(t, object, generation)
	if finalizers := object.GetFinalizers(); len(finalizers) != 1 || finalizers[0] != finalizer {
		t.Errorf("finalizers are the S3 controller's business, and now are %v", finalizers)
	}
	spec, _, _ := unstructured.NestedMap(object.Object, "spec")
	delete(spec, "name")
	for field, value := range spec {
		if list, ok := value.([]any); !ok || len(list) > 0 {
			t.Errorf("spec.%s became %v, which means something", field, value)
		}
	}
	if _, err := api(t).DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: &bucket}); err != nil {
		t.Errorf("the bucket cannot be deleted: %v", err)
	}
}

// Without versioning the only version of an object is called "null".
func TestWithoutVersioning(t *testing.T) {
	bucket := bucketName(t)
	if _, err := api(t).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &bucket, CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: testenv.Region}}); err != nil {
		t.Fatal(err)
	}
	put(t, bucket, "a", "b/c", "d e+f", "ü%20&<>\"'")
	object := create(t, world.Namespace(t), declared(bucket))
	world.Delete(t, object)
	awaitEmpty(t, bucket)
}

// What somebody writes after the bucket was empty is removed as well.
func TestRefilled(t *testing.T) {
	bucket := bucketName(t)
	awsBucket(t, bucket)
	object := create(t, world.Namespace(t), declared(bucket))
	world.Delete(t, object)
	awaitEvent(t, object, "Emptied", bucket)
	fill(t, bucket)
	world.Patch(t, object, `metadata: {annotations: {touched: "yes"}}`) // or wait half a minute
	awaitEmpty(t, bucket)
	awaitEvent(t, object, "Emptied", "4 object versions")
}

// A Bucket whose AWS bucket is gone is the S3 controller's business alone.
func TestGone(t *testing.T) {
	bucket := bucketName(t)
	object := create(t, world.Namespace(t), declared(bucket))
	since := world.AWS.LastCall(t)
	world.Delete(t, object)
	time.Sleep(holds)
	if made := writes(t, since); len(made) > 0 {
		t.Errorf("calls were made: %v", made)
	}
	if seen := events(t, object); len(seen) > 0 {
		t.Errorf("a user was told %v", seen)
	}
}

// TestMetrics counts calls as the official controllers do.
func TestMetrics(t *testing.T) {
	labels := map[string]string{"service": "bucket-emptier", "op_id": "DeleteObjects", "op_type": "DELETE"}
	before := testworld.Counted(t, "ack_outbound_api_requests_total", labels)
	bucket := bucketName(t)
	awsBucket(t, bucket)
	fill(t, bucket)
	world.Delete(t, create(t, world.Namespace(t), declared(bucket)))
	awaitEmpty(t, bucket)
	if got := testworld.Counted(t, "ack_outbound_api_requests_total", labels) - before; got != 1 {
		t.Errorf("counted %v calls, want 1", got)
	}
}
