package kit

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

// ErrNotFound is what Read returns when AWS has no such object.
var ErrNotFound = errors.New("not found in AWS")

// Class is what kind of failure an error is, and so what to do about it.
type Class string

const (
	// Throttled is too many calls; nothing happened. Retried.
	Throttled Class = "throttled"
	// Failed is a failure of AWS or the network; the call may have taken effect all the same. Retried, after looking.
	Failed Class = "failed"
	// Denied is a permission that the controller lacks; nothing happened. Retried, as permissions are repaired elsewhere.
	Denied Class = "denied"
	// BadInput is a spec that AWS will never accept. Terminal until the spec changes.
	BadInput Class = "bad input"
	// Missing is that what the call is about does not exist.
	Missing Class = "missing"
	// Exists is that what the call should create exists already.
	Exists Class = "exists"
	// Busy is that AWS is at work on the object; nothing happened. Retried.
	Busy Class = "busy"
)

var (
	deniedCodes    = []string{"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized", "AuthorizationError", "UnrecognizedClientException", "InvalidClientTokenId", "ExpiredToken", "ExpiredTokenException", "SignatureDoesNotMatch"}
	throttledCodes = []string{"RequestThrottled", "LimitExceededException.Throttle"}
	existsSuffixes = []string{"AlreadyExists", "AlreadyExistsException", "AlreadyOwnedByYou", "DuplicateRecordException"}
	failedCodes    = []string{"ServerException", "InternalError", "InternalErrorException", "InternalFailure", "InternalServerError", "ServiceUnavailable", "ServiceUnavailableException"}
	busyCodes      = []string{"ConcurrentModificationException", "OperationAbortedException", "ResourceInUseException", "ConflictException"}
)

// Classify says what class of failure an error of the SDK is, by its code and HTTP status.
func Classify(err error) Class {
	var api smithy.APIError
	if !errors.As(err, &api) {
		// No answer of AWS: the connection failed or was cut, possibly after AWS had done the work.
		return Failed
	}
	code := api.ErrorCode()
	switch {
	case isThrottle(err):
		return Throttled
	case slices.Contains(deniedCodes, code):
		return Denied
	case slices.ContainsFunc(existsSuffixes, func(suffix string) bool { return strings.HasSuffix(code, suffix) }):
		return Exists
	case strings.Contains(code, "NotFound") || strings.Contains(code, "DoesNotExist"):
		return Missing
	case slices.Contains(busyCodes, code):
		return Busy
	case slices.Contains(failedCodes, code) || api.ErrorFault() == smithy.FaultServer || httpStatus(err) >= 500:
		return Failed
	case httpStatus(err) == 403:
		return Denied
	default:
		return BadInput
	}
}

// isThrottle says whether AWS refused a call because there are too many.
func isThrottle(err error) bool {
	var api smithy.APIError
	if errors.As(err, &api) {
		if _, throttle := retry.DefaultThrottleErrorCodes[api.ErrorCode()]; throttle || slices.Contains(throttledCodes, api.ErrorCode()) {
			return true
		}
	}
	return httpStatus(err) == 429
}

func httpStatus(err error) int {
	var response interface{ HTTPStatusCode() int }
	if errors.As(err, &response) {
		return response.HTTPStatusCode()
	}
	return 0
}

// message is what a user is told of an error: AWS's code and text without request ids and the like, which differ at
// every try and so would make conditions flap.
func message(err error) string {
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
		return operation + "no answer from AWS in time"
	case call != nil:
		return operation + "cannot reach AWS: " + rootCause(err)
	default:
		return err.Error()
	}
}

// rootCause is the text of the innermost error: the ones around it name ports, requests and attempts.
func rootCause(err error) string {
	for {
		next := errors.Unwrap(err)
		if joined, ok := err.(interface{ Unwrap() []error }); ok {
			next = joined.Unwrap()[0]
		}
		if next == nil {
			return err.Error()
		}
		err = next
	}
}

var actionInMessage = regexp.MustCompile(`not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)`)

// deniedAction is the IAM action that a call lacked: the one that AWS names, which may be another than the call's
// (iam:PassRole), or else the call's.
func deniedAction(service Service, err error) string {
	if named := actionInMessage.FindStringSubmatch(err.Error()); named != nil {
		return named[1]
	}
	var call *smithy.OperationError
	if !errors.As(err, &call) {
		return service.ActionFor("*")
	}
	// A call that fails for want of credentials wraps the call that was to get them.
	var inner *smithy.OperationError
	if errors.As(call.Err, &inner) && inner.Service() == sts.ServiceID {
		return "sts:" + inner.Operation()
	}
	return service.ActionFor(call.Operation())
}

// wait is an error that says what an object waits for; it is not a failure.
type wait struct {
	why   string
	after time.Duration
}

func (w *wait) Error() string { return w.why }

// Wait makes an error that says what the object waits for, and when to look again.
func Wait(after time.Duration, format string, arguments ...any) error {
	return &wait{why: fmt.Sprintf(format, arguments...), after: after}
}

// fault is an error that a user must hear about, of a given class.
type fault struct {
	class Class
	why   string
}

func (f *fault) Error() string { return f.why }

// Fault makes an error of a class, for what a kind finds out itself: a change that AWS cannot make is BadInput, an
// object that AWS reports as broken is Failed.
func Fault(class Class, format string, arguments ...any) error {
	return &fault{class: class, why: fmt.Sprintf(format, arguments...)}
}

// hidden carries an error whose type must not show: the runtime releases an object, finalizer and all, when Create
// returns an error of the AWS API. That is right only where AWS certainly did not create anything.
type hidden struct{ err error }

func (h hidden) Error() string { return message(h.err) }
