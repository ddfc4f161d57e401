package awsapi

import (
	"context"
	"errors"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

// Class is what kind of failure an error is, and so what to do about it.
type Class string

const (
	// Throttled is too many calls; nothing happened. Retried.
	Throttled Class = "throttled"
	// Failed is a failure of AWS or the network; the call may have taken effect all the same. Retried, after looking.
	Failed Class = "failed"
	// Denied is a permission or a credential that the controller lacks. Retried, as those are repaired elsewhere.
	Denied Class = "denied"
	// BadInput is a spec that AWS will never accept. Terminal until the spec changes. No error is one unless ErrorRules say
	// so: what AWS refuses today for a reason that we do not know may be fine tomorrow.
	BadInput Class = "bad input"
	// Missing is that something does not exist: what the call is about, or what that refers to. Retried, after looking.
	Missing Class = "missing"
	// Exists is that what the call should create exists already.
	Exists Class = "exists"
	// Busy is that AWS is at work on the object, or on another that it needs. Retried.
	Busy Class = "busy"
	// Unknown is a refusal of which we know nothing: not even that nothing happened. Retried, at longer and longer
	// intervals.
	Unknown Class = "unknown"
)

// ErrorRule is how a service's error is to be understood. The first rule that applies counts.
type ErrorRule struct {
	// Code of the error.
	Code string
	// Part of its message, in lower case, where one code stands for many errors; "" is any message.
	Part string
	// Class of the error.
	Class Class
}

var (
	deniedCodes = []string{
		"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized", "NotAuthorizedException", "AuthorizationError",
		"AuthorizationErrorException", "AuthFailure", "OptInRequired", "SubscriptionRequiredException",
	}
	// credentialCodes are those of calls that came with credentials which AWS does not take (any more).
	credentialCodes = []string{
		"UnrecognizedClientException", "InvalidClientTokenId", "MissingAuthenticationToken", "MissingAuthenticationTokenException",
		"ExpiredToken", "ExpiredTokenException", "InvalidToken", "TokenRefreshRequired", "RequestExpired", "RequestTimeTooSkewed",
		"IncompleteSignature", "IncompleteSignatureException", "InvalidSignatureException", "SignatureDoesNotMatch",
	}
	throttledCodes = []string{"RequestThrottled", "LimitExceededException.Throttle"}
	existsSuffixes = []string{"AlreadyExists", "AlreadyExistsException", "AlreadyOwnedByYou", "DuplicateRecordException"}
	failedCodes    = []string{
		"ServerException", "InternalError", "InternalErrorException", "InternalFailure", "InternalServerError", "ServiceUnavailable",
		"ServiceUnavailableException", "RequestTimeout", "RequestTimeoutException", "RequestAborted", "RequestAbortedException",
	}
	busyCodes = []string{"ConcurrentModificationException", "OperationAborted", "OperationAbortedException", "ResourceInUseException", "ConflictException"}
)

// Classify says what class of failure an error of the SDK is: by the rules, then by its code and HTTP status.
// The codes are those that AWS's services have in common, see
// https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html and the pages of the same name elsewhere.
func Classify(err error, rules ...ErrorRule) Class {
	var api smithy.APIError
	if !errors.As(err, &api) {
		// No answer of AWS: the connection failed or was cut, possibly after AWS had done the work.
		return Failed
	}
	class := classifyAnswer(err, api, rules)
	if class == BadInput && isRead(operationOf(err)) {
		// It says nothing of the spec.
		return Unknown
	}
	return class
}

func classifyAnswer(err error, api smithy.APIError, rules []ErrorRule) Class {
	code, text := api.ErrorCode(), strings.ToLower(api.ErrorMessage())
	for _, rule := range rules {
		if rule.Code == code && strings.Contains(text, rule.Part) {
			return rule.Class
		}
	}
	switch status := httpStatus(err); {
	case isThrottle(err):
		return Throttled
	case slices.Contains(deniedCodes, code) || slices.Contains(credentialCodes, code):
		return Denied
	case slices.ContainsFunc(existsSuffixes, func(suffix string) bool { return strings.HasSuffix(code, suffix) }):
		return Exists
	case strings.Contains(code, "NotFound") || strings.Contains(code, "DoesNotExist") || strings.HasPrefix(code, "NoSuch"):
		return Missing
	case slices.Contains(failedCodes, code) || api.ErrorFault() == smithy.FaultServer || status >= 500 || status == http.StatusRequestTimeout:
		return Failed
	case slices.Contains(busyCodes, code) || status == http.StatusConflict:
		return Busy
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return Denied
	default:
		return Unknown
	}
}

// operationOf is the call that an error is of; "" when it is of none.
func operationOf(err error) string {
	var call *smithy.OperationError
	if errors.As(err, &call) {
		return call.Operation()
	}
	return ""
}

// isThrottle says whether AWS refused a call because there are too many.
func isThrottle(err error) bool {
	var api smithy.APIError
	if errors.As(err, &api) {
		if _, throttle := retry.DefaultThrottleErrorCodes[api.ErrorCode()]; throttle || slices.Contains(throttledCodes, api.ErrorCode()) {
			return true
		}
	}
	return httpStatus(err) == http.StatusTooManyRequests
}

func httpStatus(err error) int {
	var response interface{ HTTPStatusCode() int }
	if errors.As(err, &response) {
		return response.HTTPStatusCode()
	}
	return 0
}

// Message is what a user is told of an error: AWS's code and text without request ids and the like, which differ at
// every try and so would make conditions flap.
func Message(err error) string {
	operation := operationOf(err)
	if operation != "" {
		operation += ": "
	}
	var api smithy.APIError
	var network net.Error
	switch {
	case errors.As(err, &api):
		return operation + api.ErrorCode() + ": " + WithoutRequestIDs(api.ErrorMessage())
	case errors.As(err, &network) && network.Timeout() || errors.Is(err, context.DeadlineExceeded):
		return operation + "no answer from AWS in time"
	case operation != "":
		return operation + "cannot reach AWS: " + rootCause(err)
	default:
		return err.Error()
	}
}

// requestID is how services write the id of a request into a text: "…, RequestId: 1a2b", "… (Request ID: 1a2b)",
// "… (Service: Ecs, Status Code: 400, Request ID: 1a2b, Extended Request ID: null)".
var requestID = regexp.MustCompile(`(?i)[,;]?\s*(?:\(\s*)?(?:extended )?request[ _-]?id\s*[:=]\s*[\w./+=-]+(?:\s*\))?`)

// WithoutRequestIDs is a text of AWS's without the ids of requests in it.
func WithoutRequestIDs(text string) string {
	return requestID.ReplaceAllStringFunc(text, func(found string) string {
		// What was opened before the id is closed after it.
		if strings.HasSuffix(found, ")") && !strings.Contains(found, "(") {
			return ")"
		}
		return ""
	})
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

// Denial says what to do about a refusal of class Denied. Calls are allowed by IAM actions, which actionFor names.
func Denial(err error, actionFor func(call string) string) string {
	var api smithy.APIError
	if errors.As(err, &api) && slices.Contains(credentialCodes, api.ErrorCode()) {
		return "AWS does not take the controller's credentials, or its clock: they are renewed and the call is made again"
	}
	return "not allowed to call " + DeniedAction(err, actionFor) + ": add the action to the controller's IAM policy"
}

// DeniedAction is the IAM action that a call lacked: the one that AWS names, which may be another than the call's
// (iam:PassRole), or else the call's.
func DeniedAction(err error, actionFor func(call string) string) string {
	if named := actionInMessage.FindStringSubmatch(err.Error()); named != nil {
		return named[1]
	}
	var call *smithy.OperationError
	if !errors.As(err, &call) {
		return actionFor("*")
	}
	// A call that fails for want of credentials wraps the call that was to get them.
	var inner *smithy.OperationError
	if errors.As(call.Err, &inner) && inner.Service() == sts.ServiceID {
		return "sts:" + inner.Operation()
	}
	return actionFor(call.Operation())
}
