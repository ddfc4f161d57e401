package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
)

const (
	// full is the name of the bucket that is emptied.
	full = "bench-full"
	// uploaders is how many objects are put into it at once, and aCall how many the emptier removes at once.
	uploaders, aCall = 8, 1000
)

// memory measures the process with 1,000 objects of all services, and then while it empties a large bucket besides.
func (o options) memory(ctx context.Context, w *world) error {
	network, err := w.network(ctx)
	if err != nil {
		return err
	}
	inAWS := append(append(append(environment(network), definitions(500)...), queues(99)...), budgets(200)...)
	kinds := append([]schema.GroupVersionKind{budgetKind}, batchKinds...)
	_, _ = fmt.Fprintf(os.Stderr, "bench: putting %d objects into a bucket\n", o.contents)
	api, err := w.fill(ctx, o.contents)
	if err != nil {
		return err
	}
	process, err := w.start(o.ours, "--services=batch,budgets,bucket-emptier")
	if err != nil {
		return err
	}
	defer process.Stop()
	rows := [][]string{{"our process, all services", "RSS"}}
	note := func(what string) error {
		memory, err := resident(process)
		rows = append(rows, []string{what, fmt.Sprintf("%.0f MB", memory)})
		return err
	}
	// The Buckets are for the emptier to watch; no S3 controller is there to make them Ready.
	if err := w.create(ctx, append(inAWS, buckets(200)...)); err != nil {
		return err
	}
	if err := w.awaitReady(ctx, process, kinds, len(inAWS)); err != nil {
		return err
	}
	if _, err := w.atRest(ctx); err != nil {
		return err
	}
	if err := note(fmt.Sprintf("with %d objects, all Ready", len(inAWS)+200)); err != nil {
		return err
	}
	began := time.Now()
	if err := w.deleteFull(ctx); err != nil {
		return err
	}
	for _, percent := range []int{10, 50, 100} {
		if err := w.awaitRemoved(ctx, o.contents*percent/100); err != nil {
			return err
		}
		if err := note(fmt.Sprintf("and %d %% of a bucket with %d objects removed", percent, o.contents)); err != nil {
			return err
		}
	}
	took := time.Since(began)
	// Only a listing tells for sure.
	left, err := api.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: aws.String(full)})
	if err != nil {
		return err
	}
	if count := len(left.Versions) + len(left.DeleteMarkers); count > 0 {
		return fmt.Errorf("the bucket is not empty: %d versions and more are left", count)
	}
	if err := table(rows); err != nil {
		return err
	}
	fmt.Printf("the bucket was emptied in %.0f s\n", took.Seconds())
	return nil
}

// fill makes an AWS bucket with versioning and puts so many objects into it.
func (w *world) fill(ctx context.Context, objects int) (*s3.Client, error) {
	config, err := awsconfig.LoadDefaultConfig(ctx, awsconfig.WithRegion(testenv.Region), awsconfig.WithBaseEndpoint(w.aws.URL),
		awsconfig.WithCredentialsProvider(credentials.NewStaticCredentialsProvider("test", "test", "")))
	if err != nil {
		return nil, err
	}
	api := s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = true })
	location := &types.CreateBucketConfiguration{LocationConstraint: testenv.Region}
	if _, err := api.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(full), CreateBucketConfiguration: location}); err != nil {
		return nil, err
	}
	versioning := &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}
	if _, err := api.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{Bucket: aws.String(full), VersioningConfiguration: versioning}); err != nil {
		return nil, err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(uploaders)
	for i := range objects {
		group.Go(func() error {
			key := fmt.Sprintf("customers/2026/%06d.parquet", i)
			_, err := api.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(full), Key: &key, Body: strings.NewReader("x")})
			return err
		})
	}
	return api, group.Wait()
}

// deleteFull deletes the Bucket of the full AWS bucket, with the finalizer that the S3 controller gives it.
func (w *world) deleteFull(ctx context.Context) error {
	text := fmt.Sprintf(`{apiVersion: s3.services.k8s.aws/v1alpha1, kind: Bucket, metadata: {name: %[1]s, finalizers: [finalizers.s3.services.k8s.aws/Bucket],
  annotations: {s3.services.k8s.aws/empty-on-delete: "true"}}, spec: {name: %[1]s}}`, full)
	if err := w.create(ctx, []string{text}); err != nil {
		return err
	}
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(bucketKind)
	object.SetName(full)
	object.SetNamespace("default")
	return w.kube.Delete(ctx, object)
}

// awaitRemoved waits until the emptier has removed so many objects.
func (w *world) awaitRemoved(ctx context.Context, objects int) error {
	for {
		counts, err := w.aws.CountCalls("aws-controllers-k8s/bucket-emptier*")
		if err != nil {
			return err
		}
		for _, one := range counts {
			if one.Action == "DeleteObjects" && one.Status == http.StatusOK && one.Count*aCall >= objects {
				return nil
			}
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
}
