package bucketemptier

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/smithy-go"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/awsapi"
)

// The reasons of events.
const (
	reasonEmptying = "Emptying"
	reasonEmptied  = "Emptied"

	reasonInvalidAnnotation = "InvalidAnnotation"
	reasonNotSupported      = "NotSupported"
	reasonWrongBucket       = "WrongBucket"
	reasonNoRole            = "NoRole"
	reasonProtected         = "Protected"
	reasonLocked            = "ObjectLocked"
	reasonDenied            = "AccessDenied"
	reasonRefused           = "Refused"
	reasonThrottled         = "Throttled"
	reasonFailed            = "AWSFailed"
)

// When to look again at a bucket that could not be emptied.
const (
	// noRecheck: only a change of the object can help, and that wakes us.
	noRecheck time.Duration = 0
	// recheckFailed: AWS or the network failed, after the SDK has tried for a while.
	recheckFailed = 5 * time.Second
	// recheckHeld: somebody must do something that Kubernetes does not tell us of.
	recheckHeld = time.Minute
)

// obstacle is why a bucket is not emptied. Its text is for users and is the same as long as the cause is.
type obstacle struct {
	reason  string
	recheck time.Duration
	text    string
}

func (o *obstacle) Error() string { return o.text }

func obstructed(reason string, recheck time.Duration, format string, arguments ...any) error {
	return &obstacle{reason: reason, recheck: recheck, text: fmt.Sprintf(format, arguments...)}
}

// explain makes an obstacle of an error; nil stays nil.
func (c *contents) explain(err error) error {
	var known *obstacle
	if err == nil || errors.As(err, &known) || isMissing(err) {
		return err
	}
	why := awsapi.Message(err)
	switch awsapi.Classify(err) {
	case awsapi.Denied:
		return obstructed(reasonDenied, recheckHeld, "not allowed to call %s on the S3 bucket %s of account %s: allow it in the IAM policy of the bucket emptier's role, "+
			"see that the bucket's policy does not deny it, and that the bucket belongs to the account (%s)", awsapi.DeniedAction(err, iamAction), c.bucket, c.owner, why)
	case awsapi.Throttled:
		return obstructed(reasonThrottled, recheckFailed, "AWS throttles the emptying of the S3 bucket %s, which goes on later (%s)", c.bucket, why)
	case awsapi.Failed, awsapi.Busy:
		return obstructed(reasonFailed, recheckFailed, "the emptying of the S3 bucket %s is interrupted and goes on later (%s)", c.bucket, why)
	default:
		return obstructed(reasonRefused, recheckHeld, "AWS refuses to empty the S3 bucket %s (%s)", c.bucket, why)
	}
}

// iamAction is the IAM action that allows a call to S3: their names differ.
func iamAction(call string) string { return cmp.Or(actions[call], "s3:"+call) }

var actions = map[string]string{
	"DeleteObject":         "s3:DeleteObject and s3:DeleteObjectVersion",
	"DeleteObjects":        "s3:DeleteObject and s3:DeleteObjectVersion",
	"ListMultipartUploads": "s3:ListBucketMultipartUploads",
	"ListObjectVersions":   "s3:ListBucketVersions",
}

// isLocked says whether S3 refused to remove a version because of object lock. Only the message tells it from a
// missing permission.
func isLocked(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && awsapi.Classify(err) == awsapi.Denied && strings.Contains(strings.ToLower(api.ErrorMessage()), "object lock")
}

// isMissing says whether what a call is about is gone.
func isMissing(err error) bool { return err != nil && awsapi.Classify(err) == awsapi.Missing }
