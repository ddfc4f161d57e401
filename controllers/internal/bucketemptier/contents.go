package bucketemptier

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"golang.org/x/sync/errgroup"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/awsapi"
)

const (
	// parallelCalls is how many calls remove things from one bucket at once. More would run into S3's limit, which is
	// 3,500 deletions a second for a prefix.
	parallelCalls = 8
	// maxRefused ends a slice: a bucket where so many versions cannot be removed is not worth going through any further
	// before that has changed.
	maxRefused = 1000

	protectedTag   = "Protected"
	protectedValue = "true"
)

// contents is what is in one AWS bucket.
type contents struct {
	client *s3.Client
	bucket string
	// owner is the account that the bucket must belong to.
	owner string
}

// removed counts what a slice removed.
type removed struct {
	// Versions of objects, delete markers included.
	Versions int
	// Uploads that were never completed.
	Uploads int
	// Unfinished when time was up before the end of the bucket.
	Unfinished bool
}

// checkProtection returns an obstacle if the bucket's tags, as AWS has them, protect it or cannot be read.
func (c *contents) checkProtection(ctx context.Context) error {
	answer, err := c.client.GetBucketTagging(ctx, &s3.GetBucketTaggingInput{Bucket: &c.bucket, ExpectedBucketOwner: &c.owner})
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() == "NoSuchTagSet" {
		return nil
	}
	if err != nil {
		return err
	}
	// Somebody who writes protected=TRUE means it too.
	if slices.ContainsFunc(answer.TagSet, func(tag types.Tag) bool {
		return strings.EqualFold(aws.ToString(tag.Key), protectedTag) && strings.EqualFold(aws.ToString(tag.Value), protectedValue)
	}) {
		return obstructed(reasonProtected, recheckHeld, "the S3 bucket %s has the tag %s=%s and is left as it is: remove the tag in AWS to have the bucket emptied and deleted, "+
			"or annotate the Bucket with services.k8s.aws/deletion-policy=retain to keep it", c.bucket, protectedTag, protectedValue)
	}
	return nil
}

// remove removes what it finds, from the beginning of the bucket, until the end of the bucket or of the time given. The
// counts are right even when there is an error.
func (c *contents) remove(ctx context.Context, until time.Time) (removed, error) {
	t := &tally{}
	group, calls := errgroup.WithContext(ctx)
	group.SetLimit(parallelCalls) // and Go waits for its turn, so that no more than a few pages are held at a time
	err := c.eachUpload(calls, func(upload types.MultipartUpload) bool {
		group.Go(func() error { return c.abort(calls, upload, t) })
		return t.continues(until)
	})
	if err == nil {
		err = c.eachPage(calls, func(page []types.ObjectIdentifier) bool {
			group.Go(func() error { return c.delete(calls, page, t) })
			return t.continues(until)
		})
	}
	// A call that failed has cancelled the listing, and is what matters.
	if failure := group.Wait(); failure != nil {
		return t.removed, failure
	}
	if err != nil {
		return t.removed, err
	}
	return t.removed, c.refusal(ctx, t)
}

// eachUpload calls a function with each incomplete upload, until it returns false.
func (c *contents) eachUpload(ctx context.Context, do func(types.MultipartUpload) bool) error {
	var key, id *string
	for {
		page, err := c.client.ListMultipartUploads(ctx, &s3.ListMultipartUploadsInput{
			Bucket: &c.bucket, ExpectedBucketOwner: &c.owner, EncodingType: types.EncodingTypeUrl, KeyMarker: key, UploadIdMarker: id,
		})
		if err != nil {
			return err
		}
		for _, upload := range page.Uploads {
			if upload.Key, err = decoded(upload.Key, page.EncodingType); err != nil {
				return err
			}
			if !do(upload) {
				return nil
			}
		}
		if !aws.ToBool(page.IsTruncated) {
			return nil
		}
		if key, err = decoded(page.NextKeyMarker, page.EncodingType); err != nil {
			return err
		}
		id = page.NextUploadIdMarker
	}
}

// eachPage calls a function with all object versions and delete markers, up to 1,000 at a time, until it returns
// false. In a bucket without versioning the only version of an object is called "null".
//
// The SDK's paginator is not used: keys come encoded, as XML cannot hold all that a key can, and it does not decode them.
func (c *contents) eachPage(ctx context.Context, do func([]types.ObjectIdentifier) bool) error {
	var key, version *string
	for {
		page, err := c.client.ListObjectVersions(ctx, &s3.ListObjectVersionsInput{
			Bucket: &c.bucket, ExpectedBucketOwner: &c.owner, EncodingType: types.EncodingTypeUrl, KeyMarker: key, VersionIdMarker: version,
		})
		if err != nil {
			return err
		}
		found := make([]types.ObjectIdentifier, 0, len(page.Versions)+len(page.DeleteMarkers))
		for _, one := range page.Versions {
			found = append(found, types.ObjectIdentifier{Key: one.Key, VersionId: one.VersionId})
		}
		for _, one := range page.DeleteMarkers {
			found = append(found, types.ObjectIdentifier{Key: one.Key, VersionId: one.VersionId})
		}
		for i := range found {
			if found[i].Key, err = decoded(found[i].Key, page.EncodingType); err != nil {
				return err
			}
		}
		if len(found) > 0 && !do(found) {
			return nil
		}
		if !aws.ToBool(page.IsTruncated) {
			return nil
		}
		if key, err = decoded(page.NextKeyMarker, page.EncodingType); err != nil {
			return err
		}
		version = page.NextVersionIdMarker
	}
}

// decoded is a key as it is, from a listing.
func decoded(key *string, encoding types.EncodingType) (*string, error) {
	if key == nil || encoding != types.EncodingTypeUrl {
		return key, nil
	}
	plain, err := url.QueryUnescape(*key)
	if err != nil {
		return nil, fmt.Errorf("key %q in a listing of S3: %w", *key, err)
	}
	return &plain, nil
}

// abort removes an incomplete upload.
func (c *contents) abort(ctx context.Context, upload types.MultipartUpload, t *tally) error {
	_, err := c.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{
		Bucket: &c.bucket, ExpectedBucketOwner: &c.owner, Key: upload.Key, UploadId: upload.UploadId,
	})
	if err != nil && !isMissing(err) {
		return err
	}
	t.add(removed{Uploads: 1})
	return nil
}

// delete removes versions, all in one call but for those whose key XML cannot hold.
func (c *contents) delete(ctx context.Context, page []types.ObjectIdentifier, t *tally) error {
	together := make([]types.ObjectIdentifier, 0, len(page))
	for _, one := range page {
		if strings.ContainsFunc(*one.Key, isForbiddenInXML) {
			if err := c.deleteOne(ctx, one, t); err != nil {
				return err
			}
		} else {
			together = append(together, one)
		}
	}
	if len(together) == 0 {
		return nil
	}
	answer, err := c.client.DeleteObjects(ctx, &s3.DeleteObjectsInput{
		Bucket: &c.bucket, ExpectedBucketOwner: &c.owner, Delete: &types.Delete{Objects: together, Quiet: aws.Bool(true)},
	})
	if err != nil {
		return err
	}
	left := 0
	var failure error
	for _, one := range answer.Errors {
		err := &smithy.OperationError{ServiceID: s3.ServiceID, OperationName: "DeleteObjects", Err: &smithy.GenericAPIError{
			Code: aws.ToString(one.Code), Message: aws.ToString(one.Message),
		}}
		switch awsapi.Classify(err) {
		case awsapi.Missing:
			continue
		case awsapi.Throttled, awsapi.Failed:
			// The next slice finds them again.
			failure = err
		default:
			t.refuse(refusal{key: aws.ToString(one.Key), version: aws.ToString(one.VersionId), err: err})
		}
		left++
	}
	t.add(removed{Versions: len(together) - left})
	return failure
}

// deleteOne removes one version by a call of its own.
func (c *contents) deleteOne(ctx context.Context, one types.ObjectIdentifier, t *tally) error {
	_, err := c.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &c.bucket, ExpectedBucketOwner: &c.owner, Key: one.Key, VersionId: one.VersionId})
	if err != nil && awsapi.Classify(err) == awsapi.Denied {
		t.refuse(refusal{key: *one.Key, version: aws.ToString(one.VersionId), err: err})
		return nil
	}
	if err != nil && !isMissing(err) {
		return err
	}
	t.add(removed{Versions: 1})
	return nil
}

// isForbiddenInXML says whether XML 1.0 cannot hold a character, not even escaped.
func isForbiddenInXML(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == '\uFFFE' || r == '\uFFFF'
}

// refusal returns an obstacle that says why versions could not be removed; nil if all could.
func (c *contents) refusal(ctx context.Context, t *tally) error {
	if t.refused == 0 {
		return nil
	}
	// What more there is than maxRefused depends on how fast the calls were, and the text must not.
	count, orMore := min(t.refused, maxRefused), ""
	if count == maxRefused {
		orMore = " or more"
	}
	what := fmt.Sprintf("%d object versions%s, such as %q", count, orMore, t.example.key)
	if t.example.version != "" {
		what += " (version " + t.example.version + ")"
	}
	if isLocked(t.example.err) {
		return obstructed(reasonLocked, recheckHeld, "the S3 bucket %s cannot be emptied before retention ends and legal holds are removed: object lock keeps %s%s",
			c.bucket, what, c.lock(ctx, t.example))
	}
	var why *obstacle
	errors.As(c.explain(t.example.err), &why)
	return obstructed(why.reason, why.recheck, "%s; this keeps %s", why.text, what)
}

// lock says what locks a version, if we are allowed to ask.
func (c *contents) lock(ctx context.Context, of refusal) string {
	var version *string
	if of.version != "" {
		version = &of.version
	}
	hold, err := c.client.GetObjectLegalHold(ctx, &s3.GetObjectLegalHoldInput{Bucket: &c.bucket, ExpectedBucketOwner: &c.owner, Key: &of.key, VersionId: version})
	if err == nil && hold.LegalHold != nil && hold.LegalHold.Status == types.ObjectLockLegalHoldStatusOn {
		return ", which has a legal hold"
	}
	kept, err := c.client.GetObjectRetention(ctx, &s3.GetObjectRetentionInput{Bucket: &c.bucket, ExpectedBucketOwner: &c.owner, Key: &of.key, VersionId: version})
	if err == nil && kept.Retention != nil && kept.Retention.RetainUntilDate != nil {
		return fmt.Sprintf(", which is retained until %s in %s mode", kept.Retention.RetainUntilDate.UTC().Format(time.RFC3339), kept.Retention.Mode)
	}
	return ""
}

// refusal is a version that S3 did not remove.
type refusal struct {
	key, version string
	err          error
}

// tally counts for the calls that are made at once.
type tally struct {
	mutex   sync.Mutex
	removed removed
	refused int
	// example is the first refused version in the order of keys, so that it is the same at each try.
	example refusal
}

func (t *tally) add(more removed) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.removed.Versions += more.Versions
	t.removed.Uploads += more.Uploads
}

func (t *tally) refuse(one refusal) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.refused++
	if t.refused == 1 || cmp.Or(strings.Compare(one.key, t.example.key), strings.Compare(one.version, t.example.version)) < 0 {
		t.example = one
	}
}

// continues says whether to go on: time is left, and not too much was refused.
func (t *tally) continues(until time.Time) bool {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if time.Now().After(until) {
		t.removed.Unfinished = true
	}
	return !t.removed.Unfinished && t.refused < maxRefused
}
