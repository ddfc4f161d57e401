package bucketemptier_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	"github.com/aws-controllers-k8s/runtime/pkg/featuregate"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// touch is a change of an object that makes the emptier look at once, and not in a minute.
const touch = `metadata: {annotations: {touched: "yes"}}`

// TestFaultSweep fails every call that an emptying makes, one at a time, in each way.
func TestFaultSweep(t *testing.T) {
	const calls = 8 // GetBucketTagging and two lists, what there is to remove in two calls; and the first three again
	for name, fault := range map[string]testenv.Fault{
		"throttled":                    {Kind: "throttle"},
		"cut off after it took effect": {Kind: "drop", After: true},
	} {
		for position := 1; position <= calls; position++ {
			t.Run(fmt.Sprintf("%s/%d", name, position), func(t *testing.T) {
				world.Parallel(t)
				bucket := bucketName(t)
				awsBucket(t, bucket)
				fill(t, bucket)
				object := create(t, world.Namespace(t), declared(bucket))
				injected := fault
				injected.Service, injected.At = "s3", []int{position}
				world.AWS.Inject(t, injected)
				since := world.AWS.LastCall(t)
				world.Delete(t, object)
				awaitWoken(t, object, 2)
				world.AWS.ClearFaults(t)
				if made := world.AWS.Calls(t, since); len(made) <= calls {
					t.Errorf("no call was repeated: %v", testworld.Actions(made))
				}
				if in := look(t, bucket); in != (found{}) {
					t.Errorf("the bucket still has %+v", in)
				}
			})
		}
	}
}

// TestDenied takes the right to make one call away at a time. The user is told the IAM action; once it is given, the
// emptying goes on.
func TestDenied(t *testing.T) {
	for call, test := range map[string]struct {
		action string
		left   found
	}{
		"GetBucketTagging":     {"s3:GetBucketTagging", filled},
		"ListMultipartUploads": {"s3:ListBucketMultipartUploads", filled},
		"ListObjectVersions":   {"s3:ListBucketVersions", found{versions: 3, markers: 1}},
		"AbortMultipartUpload": {"s3:AbortMultipartUpload", found{uploads: 1}},
		"DeleteObjects":        {"s3:DeleteObjectVersion", found{versions: 3, markers: 1}},
	} {
		t.Run(call, func(t *testing.T) {
			world.Parallel(t)
			bucket := bucketName(t)
			awsBucket(t, bucket)
			fill(t, bucket)
			object := create(t, world.Namespace(t), declared(bucket))
			world.AWS.Inject(t, testenv.Fault{Kind: "error", Service: "s3", Action: call, Rate: 1, Code: "AccessDenied", Status: 403})
			world.Delete(t, object)
			awaitEvent(t, object, "AccessDenied", bucket, test.action, world.AWS.Account(t))
			world.AWS.ClearFaults(t)
			// What the calls that were allowed have removed by then depends on who was faster.
			if in := look(t, bucket); in.versions < test.left.versions || in.markers < test.left.markers || in.uploads < test.left.uploads {
				t.Errorf("at least %+v must be left, and there is %+v", test.left, in)
			}
			world.Patch(t, object, touch)
			awaitEmpty(t, bucket)
		})
	}
}

// A failure that lasts is told, and the emptying goes on by itself when it is over.
func TestOutage(t *testing.T) {
	world.Parallel(t)
	bucket := bucketName(t)
	awsBucket(t, bucket)
	fill(t, bucket)
	object := create(t, world.Namespace(t), declared(bucket))
	world.AWS.Inject(t, testenv.Fault{Kind: "error", Service: "s3", Action: "DeleteObjects", Rate: 1, Code: "InternalError", Status: 500})
	world.Delete(t, object)
	text := awaitEvent(t, object, "AWSFailed", bucket, "DeleteObjects: InternalError")
	if strings.Contains(text, "RequestID") {
		t.Errorf("the text is another at each try: %s", text)
	}
	world.AWS.ClearFaults(t)
	awaitEmpty(t, bucket)
}

// Object lock keeps versions; all others go, and the user is told what keeps them.
func TestObjectLock(t *testing.T) {
	bucket := bucketName(t)
	_, err := api(t).CreateBucket(t.Context(), &s3.CreateBucketInput{
		Bucket: &bucket, ObjectLockEnabledForBucket: aws.Bool(true),
		CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: testenv.Region},
	})
	if err != nil {
		t.Fatal(err)
	}
	put(t, bucket, "free", "held", "retained")
	hold := func(status types.ObjectLockLegalHoldStatus) {
		_, err := api(t).PutObjectLegalHold(t.Context(), &s3.PutObjectLegalHoldInput{Bucket: &bucket, Key: aws.String("held"), LegalHold: &types.ObjectLockLegalHold{Status: status}})
		if err != nil {
			t.Fatal(err)
		}
	}
	hold(types.ObjectLockLegalHoldStatusOn)
	until := time.Date(2999, 1, 2, 3, 4, 5, 0, time.UTC)
	_, err = api(t).PutObjectRetention(t.Context(), &s3.PutObjectRetentionInput{Bucket: &bucket, Key: aws.String("retained"), Retention: &types.ObjectLockRetention{
		Mode: types.ObjectLockRetentionModeGovernance, RetainUntilDate: &until,
	}})
	if err != nil {
		t.Fatal(err)
	}
	// moto can put a retention, but has no GetObjectRetention.
	endpoint := proxy(t, func(w http.ResponseWriter, r *http.Request, _ []byte) bool {
		if r.Method != http.MethodGet || !r.URL.Query().Has("retention") {
			return false
		}
		_, _ = fmt.Fprintf(w, `<Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>%s</RetainUntilDate></Retention>`, until.Format(time.RFC3339))
		return true
	})
	object := create(t, world.Namespace(t, "services.k8s.aws/endpoint-url", endpoint), declared(bucket))
	world.Delete(t, object)
	awaitEvent(t, object, "ObjectLocked", bucket, "2 object versions", `"held"`, "legal hold")
	if in := look(t, bucket); in != (found{versions: 2}) {
		t.Errorf("left must be what is locked, not %+v", in)
	}
	hold(types.ObjectLockLegalHoldStatusOff)
	world.Patch(t, object, touch)
	awaitEvent(t, object, "ObjectLocked", "1 object versions", `"retained"`, "2999-01-02T03:04:05Z in GOVERNANCE mode")
	if in := look(t, bucket); in != (found{versions: 1}) {
		t.Errorf("left must be what is locked, not %+v: governance must not be bypassed", in)
	}
}

// proxy is an endpoint in front of the emulator, where a test can look at requests and answer some itself. A handler
// returns whether it has answered.
func proxy(t *testing.T, handle func(http.ResponseWriter, *http.Request, []byte) bool) (endpoint string) {
	t.Helper()
	emulator, err := url.Parse(world.AWS.URL)
	if err != nil {
		t.Fatal(err)
	}
	forward := httputil.NewSingleHostReverseProxy(emulator)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if handle(w, r, body) {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// Each call names the account that must own the bucket. moto does not look at that, so this test does what S3 does: it
// refuses a call for a bucket of another owner.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
func TestExpectedOwner(t *testing.T) {
	owner := "999999999999"
	endpoint := proxy(t, func(w http.ResponseWriter, r *http.Request, _ []byte) bool {
		if r.Header.Get("x-amz-expected-bucket-owner") == owner {
			return false
		}
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`)
		return true
	})
	bucket := bucketName(t)
	awsBucket(t, bucket)
	fill(t, bucket)
	object := create(t, world.Namespace(t, "services.k8s.aws/endpoint-url", endpoint), declared(bucket))
	world.Delete(t, object)
	awaitEvent(t, object, "AccessDenied", bucket, testenv.AccountID)
	if in := look(t, bucket); in != filled {
		t.Fatalf("a bucket of another account lost something: %+v", in)
	}
	owner = testenv.AccountID
	world.Patch(t, object, touch)
	awaitEmpty(t, bucket) // all calls had the header
}

// S3 answers 200 when it could not delete some: they are not counted, and deleted in the next slice.
func TestPartialFailure(t *testing.T) {
	world.Parallel(t)
	var once sync.Once
	endpoint := proxy(t, func(w http.ResponseWriter, r *http.Request, _ []byte) (answered bool) {
		if r.Method != http.MethodPost || !r.URL.Query().Has("delete") {
			return false
		}
		once.Do(func() {
			answered = true
			_, _ = io.WriteString(w, `<DeleteResult>
				<Error><Key>one</Key><Code>InternalError</Code><Message>We encountered an internal error. Please try again.</Message></Error>
				<Error><Key>one</Key><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>
				<Error><Key>two</Key><Code>InternalError</Code><Message>We encountered an internal error. Please try again.</Message></Error>
				<Error><Key>two</Key><Code>NoSuchVersion</Code><Message>The specified version does not exist.</Message></Error>
			</DeleteResult>`)
		})
		return answered
	})
	bucket := bucketName(t)
	awsBucket(t, bucket)
	fill(t, bucket)
	object := create(t, world.Namespace(t, "services.k8s.aws/endpoint-url", endpoint), declared(bucket))
	world.Delete(t, object)
	testworld.Eventually(t, func() error {
		for _, event := range events(t, object) {
			if event.Reason == "AWSFailed" || event.Reason == "Throttled" {
				return nil
			}
		}
		return fmt.Errorf("no event tells of the failure")
	})
	awaitEmpty(t, bucket)
	// One was gone in the first slice, as S3 said; then there were four, as this test has lied.
	awaitEvent(t, object, "Emptied", "5 object versions")
}

// XML, which DeleteObjects speaks, cannot hold every key: such an object is deleted by a call of its own.
func TestKeyThatXMLCannotHold(t *testing.T) {
	const key = "odd\x01key"
	// moto knows no encoding-type for lists of versions, which it needs to name the key at all.
	var once sync.Once
	endpoint := proxy(t, func(w http.ResponseWriter, r *http.Request, _ []byte) (answered bool) {
		if r.Method != http.MethodGet || !r.URL.Query().Has("versions") {
			return false
		}
		once.Do(func() {
			answered = true
			_, _ = fmt.Fprintf(w, `<ListVersionsResult><EncodingType>%s</EncodingType><IsTruncated>false</IsTruncated>
				<Version><Key>odd%%01key</Key><VersionId>null</VersionId></Version></ListVersionsResult>`, r.URL.Query().Get("encoding-type"))
		})
		return answered
	})
	bucket := bucketName(t)
	if _, err := api(t).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &bucket, CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: testenv.Region}}); err != nil {
		t.Fatal(err)
	}
	put(t, bucket, key)
	object := create(t, world.Namespace(t, "services.k8s.aws/endpoint-url", endpoint), declared(bucket))
	world.Delete(t, object)
	awaitEvent(t, object, "Emptied", "1 object versions")
	if in := look(t, bucket); in != (found{}) {
		t.Errorf("the bucket still has %+v", in)
	}
}

// A bucket of another account is emptied with the role that ACK has for it, wherever ACK is told to look.
func TestRole(t *testing.T) {
	for name, test := range map[string]struct {
		config    func(*ackcfg.Config)
		namespace []string
		// roles is the object that says which role, and where it is; the map of accounts is there already.
		roles, where string
	}{
		"of the account": {func(*ackcfg.Config) {}, nil, "", ""},
		"of the team": {
			func(c *ackcfg.Config) { c.FeatureGates = enabled(featuregate.TeamLevelCARM) },
			[]string{"services.k8s.aws/owner-account-id", "", "services.k8s.aws/team-id", "data"},
			`{apiVersion: v1, kind: ConfigMap, metadata: {name: ack-role-team-map}, data: {data: %q}}`, "ack-system",
		},
		"selected": {
			func(c *ackcfg.Config) { c.EnableCARM, c.FeatureGates = false, enabled(featuregate.IAMRoleSelector) },
			[]string{"services.k8s.aws/owner-account-id", ""},
			`{apiVersion: services.k8s.aws/v1alpha1, kind: IAMRoleSelector, metadata: {name: s3},
				spec: {arn: %q, resourceTypeSelector: [{group: s3.services.k8s.aws, version: "", kind: Bucket}]}}`, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			world.AWS.OwnAccount(t)
			if test.roles != "" {
				world.Create(t, test.where, fmt.Sprintf(test.roles, testenv.RoleARN(world.AWS.Account(t))))
			}
			world.WithConfig(t, test.config)
			bucket := bucketName(t)
			awsBucket(t, bucket)
			fill(t, bucket)
			object := create(t, world.Namespace(t, test.namespace...), declared(bucket))
			since := world.AWS.LastCall(t)
			world.Delete(t, object)
			awaitEmpty(t, bucket)
			// The emulator files a call under the account of its credentials.
			if made := writes(t, since); !slices.Contains(made, "DeleteObjects") {
				t.Errorf("the bucket was not emptied from within its account, where these calls were made: %v", made)
			}
		})
	}
}

// enabled are the feature gates with one open.
func enabled(gate string) featuregate.FeatureGates {
	gates := featuregate.GetDefaultFeatureGates()
	gates[gate] = featuregate.Feature{Enabled: true}
	return gates
}

// TestNamespacesUnheeded: the runtime of a controller that watches a single namespace heeds no annotations of namespaces.
// One that says delete must not have a bucket emptied that the flag retains; one that says retain keeps it all the same.
func TestNamespacesUnheeded(t *testing.T) {
	for name, test := range map[string]struct {
		flag    ackv1alpha1.DeletionPolicy
		policy  string
		emptied bool
	}{
		"retained by the flag":      {"retain", "delete", false},
		"retained by the namespace": {"delete", "retain", false},
		"retained by none":          {"delete", "delete", true},
	} {
		t.Run(name, func(t *testing.T) {
			place := world.Namespace(t, "s3.services.k8s.aws/deletion-policy", test.policy)
			world.WithConfig(t, func(c *ackcfg.Config) { c.WatchNamespace, c.DeletionPolicy = place, test.flag })
			bucket := bucketName(t)
			awsBucket(t, bucket)
			fill(t, bucket)
			object := create(t, place, declared(bucket))
			world.Delete(t, object)
			if test.emptied {
				awaitEmpty(t, bucket)
				return
			}
			time.Sleep(holds)
			if in := look(t, bucket); in != filled {
				t.Fatalf("of %+v there is left %+v", filled, in)
			}
			world.Patch(t, object, "metadata: {annotations: {services.k8s.aws/deletion-policy: delete}}")
			awaitEmpty(t, bucket) // it was watched
		})
	}
}
