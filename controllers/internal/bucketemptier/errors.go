package bucketemptier

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"time"

	"github.com/aws/smithy-go"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/kit"
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
	why := describe(err)
	switch classify(err) {
	case kit.Denied:
		return obstructed(reasonDenied, recheckHeld, "not allowed to call %s on the S3 bucket %s of account %s: allow it in the IAM policy of the bucket emptier's role, "+
			"see that the bucket's policy does not deny it, and that the bucket belongs to the account (%s)", deniedActions(err), c.bucket, c.owner, why)
	case kit.Throttled:
		return obstructed(reasonThrottled, recheckFailed, "AWS throttles the emptying of the S3 bucket %s, which goes on later (%s)", c.bucket, why)
	case kit.Failed:
		return obstructed(reasonFailed, recheckFailed, "the emptying of the S3 bucket %s is interrupted and goes on later (%s)", c.bucket, why)
	default:
		return obstructed(reasonRefused, recheckHeld, "AWS refuses to empty the S3 bucket %s (%s)", c.bucket, why)
	}
}

// classify is kit.Classify with the codes that only S3 has.
func classify(err error) kit.Class {
	var api smithy.APIError
	if errors.As(err, &api) {
		switch code := api.ErrorCode(); {
		case strings.HasPrefix(code, "NoSuch"):
			return kit.Missing
		case code == "OperationAborted" || code == "RequestTimeout":
			return kit.Failed
		}
	}
	return kit.Classify(err)
}

// describe is an error without what differs at each try, such as request ids and ports.
func describe(err error) string {
	operation := ""
	var call *smithy.OperationError
	if errors.As(err, &call) {
		operation = call.Operation() + ": "
	}
	var api smithy.APIError
	var network net.Error
	switch {
	case errors.As(err, &api):
		return operation + api.ErrorCode() + ": " + api.ErrorMessage()
	case errors.As(err, &network) && network.Timeout() || errors.Is(err, context.DeadlineExceeded):
		return operation + "no answer in time"
	}
	for errors.Unwrap(err) != nil {
		err = errors.Unwrap(err)
	}
	return operation + err.Error()
}

// actions are the IAM actions that S3's calls need, where their names differ.
var actions = map[string]string{
	"AssumeRole":           "sts:AssumeRole",
	"DeleteObject":         "s3:DeleteObject and s3:DeleteObjectVersion",
	"DeleteObjects":        "s3:DeleteObject and s3:DeleteObjectVersion",
	"ListMultipartUploads": "s3:ListBucketMultipartUploads",
	"ListObjectVersions":   "s3:ListBucketVersions",
}

var actionInMessage = regexp.MustCompile(`not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)`)

// deniedActions names the IAM actions that a refused call needs: the one that AWS names, or else the call's.
func deniedActions(err error) string {
	if named := actionInMessage.FindStringSubmatch(err.Error()); named != nil {
		return named[1]
	}
	// The innermost call: credentials are fetched in the course of another.
	operation := ""
	for ; err != nil; err = errors.Unwrap(err) {
		if call, ok := err.(*smithy.OperationError); ok { //nolint:errorlint // walks the chain itself
			operation = call.Operation()
		}
	}
	if known, ok := actions[operation]; ok {
		return known
	}
	return "s3:" + operation
}

// isLocked says whether S3 refused to remove a version because of object lock. Only the message tells it from a
// missing permission.
func isLocked(err error) bool {
	var api smithy.APIError
	return errors.As(err, &api) && classify(err) == kit.Denied && strings.Contains(strings.ToLower(api.ErrorMessage()), "object lock")
}

// isMissing says whether what a call is about is gone.
func isMissing(err error) bool { return err != nil && classify(err) == kit.Missing }
