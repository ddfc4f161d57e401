package awsapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// failedCall is an error as the SDK returns it.
func failedCall(status int, inner error) error {
	return &smithy.OperationError{ServiceID: "Batch", OperationName: "RegisterJobDefinition", Err: &awshttp.ResponseError{
		RequestID:     "a-request-id",
		ResponseError: &smithyhttp.ResponseError{Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}}, Err: inner},
	}}
}

func apiError(code, text string) error { return &smithy.GenericAPIError{Code: code, Message: text} }

func TestClassify(t *testing.T) {
	rules := []ErrorRule{
		{Code: "ClientException", Part: "does not exist", Class: Missing},
		{Code: "ClientException", Part: "is required", Class: BadInput},
		{Code: "Final", Class: BadInput},
	}
	for name, c := range map[string]struct {
		err  error
		want Class
	}{
		"throttled by code":      {failedCall(400, apiError("ThrottlingException", "")), Throttled},
		"throttled by status":    {failedCall(429, apiError("TooManyRequestsException", "")), Throttled},
		"denied by code":         {failedCall(400, apiError("AccessDeniedException", "")), Denied},
		"denied by status":       {failedCall(403, apiError("Odd", "")), Denied},
		"expired credentials":    {failedCall(400, apiError("ExpiredTokenException", "")), Denied},
		"a request gone stale":   {failedCall(400, apiError("RequestExpired", "")), Denied},
		"exists":                 {failedCall(400, apiError("RepositoryAlreadyExistsException", "")), Exists},
		"missing":                {failedCall(400, apiError("ResourceNotFoundException", "")), Missing},
		"missing, as S3 says it": {failedCall(404, apiError("NoSuchBucket", "")), Missing},
		"busy":                   {failedCall(400, apiError("ResourceInUseException", "")), Busy},
		"a conflict, by status":  {failedCall(409, apiError("Odd", "")), Busy},
		"server, by code":        {failedCall(400, apiError("InternalServerError", "")), Failed},
		"server, by status":      {failedCall(502, apiError("Odd", "")), Failed},
		"server, by fault":       {failedCall(400, &smithy.GenericAPIError{Code: "Odd", Fault: smithy.FaultServer}), Failed},
		"timed out, by code":     {failedCall(400, apiError("RequestTimeoutException", "")), Failed},
		"timed out, by status":   {failedCall(408, apiError("Odd", "")), Failed},
		"aborted":                {failedCall(400, apiError("RequestAborted", "")), Failed},
		"no answer":              {&smithy.OperationError{OperationName: "X", Err: errors.New("connection reset")}, Failed},
		"not of AWS":             {errors.New("boom"), Failed},
		"a quota":                {failedCall(400, apiError("ServiceQuotaExceededException", "")), Unknown},
		"an unknown refusal":     {failedCall(400, apiError("ClientException", "boom")), Unknown},
		"nothing known":          {failedCall(0, apiError("", "")), Unknown},
		"by a rule":              {failedCall(400, apiError("ClientException", "Role X does not exist")), Missing},
		"final by a rule":        {failedCall(400, apiError("ClientException", "image is required")), BadInput},
		"final whatever it says": {failedCall(400, apiError("Final", "boom")), BadInput},
		"a read":                 {&smithy.OperationError{OperationName: "DescribeX", Err: apiError("Final", "boom")}, Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Classify(fmt.Errorf("wrapped: %w", c.err), rules...); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestMessage has no request ids, ports or attempts: a condition must not change while the problem stays the same.
func TestMessage(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"request ids":  {failedCall(400, apiError("X", "Error executing request, Exception : image is bad, RequestId: 1a2b-3c")), "RegisterJobDefinition: X: Error executing request, Exception : image is bad"},
		"of AWS":       {failedCall(400, apiError("ClientException", "bad image")), "RegisterJobDefinition: ClientException: bad image"},
		"a timeout":    {failedCall(0, context.DeadlineExceeded), "RegisterJobDefinition: no answer from AWS in time"},
		"no route":     {failedCall(0, fmt.Errorf("attempt 3 from port 4711: %w", errors.New("connection refused"))), "RegisterJobDefinition: cannot reach AWS: connection refused"},
		"not repeated": {failedCall(0, errors.Join(fmt.Errorf("RequestID 1, port 4711: %w", errors.New("connection reset")), errNotRepeated)), "RegisterJobDefinition: cannot reach AWS: connection reset"},
		"of our own":   {errors.New("boom"), "boom"},
		"no operation": {apiError("X", "y"), "X: y"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Message(c.err); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestDeniedAction(t *testing.T) {
	batch := func(call string) string { return "batch:" + call }
	budgets := func(string) string { return "budgets:ModifyBudget" }
	if got := DeniedAction(failedCall(403, apiError("AccessDenied", "no")), budgets); got != "budgets:ModifyBudget" {
		t.Errorf("one that is not named like its calls: got %s", got)
	}
	if got := DeniedAction(failedCall(403, apiError("AccessDenied", "no")), batch); got != "batch:RegisterJobDefinition" {
		t.Errorf("the call's own: got %s", got)
	}
	named := failedCall(403, apiError("AccessDenied", "User: arn:aws:x is not authorized to perform: iam:PassRole on resource: y"))
	if got := DeniedAction(named, batch); got != "iam:PassRole" {
		t.Errorf("the one that AWS names: got %s", got)
	}
	credentials := &smithy.OperationError{ServiceID: "STS", OperationName: "AssumeRole", Err: apiError("AccessDenied", "no")}
	withoutCredentials := &smithy.OperationError{ServiceID: "Batch", OperationName: "RegisterJobDefinition", Err: fmt.Errorf("get credentials: %w", credentials)}
	if got := DeniedAction(withoutCredentials, batch); got != "sts:AssumeRole" {
		t.Errorf("the one that would give credentials: got %s", got)
	}
}

func TestWithoutRequestIDs(t *testing.T) {
	for text, want := range map[string]string{
		"image is bad, RequestId: 19ed0c04-a434-4c4d": "image is bad",
		"CLIENT_ERROR - not authorized (Service: AmazonECS; Status Code: 400; Error Code: AccessDenied; Request ID: 1a2b; Proxy: null)": "CLIENT_ERROR - not authorized (Service: AmazonECS; Status Code: 400; Error Code: AccessDenied; Proxy: null)",
		"no role (Service: Ecs, Status Code: 400, Request ID: 1a2b-3c)":                                                                 "no role (Service: Ecs, Status Code: 400)",
		"no role (Service: S3, Request ID: A1, Extended Request ID: b/2+c=)":                                                            "no role (Service: S3)",
		"not allowed (RequestId: 1a2b)":  "not allowed",
		"Your request identifies no job": "Your request identifies no job",
	} {
		if got := WithoutRequestIDs(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
