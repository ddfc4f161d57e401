package kit

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
	for name, c := range map[string]struct {
		err  error
		want Class
	}{
		"throttled by code":   {failedCall(400, apiError("ThrottlingException", "")), Throttled},
		"throttled by status": {failedCall(429, apiError("TooManyRequestsException", "")), Throttled},
		"denied by code":      {failedCall(400, apiError("AccessDeniedException", "")), Denied},
		"denied by status":    {failedCall(403, apiError("Odd", "")), Denied},
		"expired credentials": {failedCall(400, apiError("ExpiredTokenException", "")), Denied},
		"exists":              {failedCall(400, apiError("RepositoryAlreadyExistsException", "")), Exists},
		"missing":             {failedCall(400, apiError("ResourceNotFoundException", "")), Missing},
		"busy":                {failedCall(400, apiError("ResourceInUseException", "")), Busy},
		"server, by code":     {failedCall(400, apiError("InternalServerError", "")), Failed},
		"server, by status":   {failedCall(502, apiError("Odd", "")), Failed},
		"server, by fault":    {failedCall(400, &smithy.GenericAPIError{Code: "Odd", Fault: smithy.FaultServer}), Failed},
		"bad input":           {failedCall(400, apiError("ClientException", "")), BadInput},
		"no answer":           {&smithy.OperationError{OperationName: "X", Err: errors.New("connection reset")}, Failed},
		"not of AWS":          {errors.New("boom"), Failed},
		"nothing known":       {failedCall(0, apiError("", "")), BadInput},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Classify(fmt.Errorf("wrapped: %w", c.err)); got != c.want {
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
		"of AWS":       {failedCall(400, apiError("ClientException", "bad image")), "RegisterJobDefinition: ClientException: bad image"},
		"a timeout":    {failedCall(0, context.DeadlineExceeded), "RegisterJobDefinition: no answer from AWS in time"},
		"no route":     {failedCall(0, fmt.Errorf("attempt 3 from port 4711: %w", errors.New("connection refused"))), "RegisterJobDefinition: cannot reach AWS: connection refused"},
		"not repeated": {failedCall(0, errors.Join(fmt.Errorf("RequestID 1, port 4711: %w", errors.New("connection reset")), errNotRepeated)), "RegisterJobDefinition: cannot reach AWS: connection reset"},
		"of a kind":    {Fault(BadInput, "spec.x is %d", 3), "spec.x is 3"},
		"a wait":       {Wait(1, "waiting for %s", "y"), "waiting for y"},
		"of our own":   {errors.New("boom"), "boom"},
		"no operation": {apiError("X", "y"), "X: y"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := message(c.err); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestDeniedAction(t *testing.T) {
	batch := Service{Name: "batch"}
	budgets := Service{Name: "budgets", Action: func(string) string { return "budgets:ModifyBudget" }}
	if got := deniedAction(budgets, failedCall(403, apiError("AccessDenied", "no"))); got != "budgets:ModifyBudget" {
		t.Errorf("one that is not named like its calls: got %s", got)
	}
	if got := deniedAction(batch, failedCall(403, apiError("AccessDenied", "no"))); got != "batch:RegisterJobDefinition" {
		t.Errorf("the call's own: got %s", got)
	}
	named := failedCall(403, apiError("AccessDenied", "User: arn:aws:x is not authorized to perform: iam:PassRole on resource: y"))
	if got := deniedAction(batch, named); got != "iam:PassRole" {
		t.Errorf("the one that AWS names: got %s", got)
	}
	credentials := &smithy.OperationError{ServiceID: "STS", OperationName: "AssumeRole", Err: apiError("AccessDenied", "no")}
	withoutCredentials := &smithy.OperationError{ServiceID: "Batch", OperationName: "RegisterJobDefinition", Err: fmt.Errorf("get credentials: %w", credentials)}
	if got := deniedAction(batch, withoutCredentials); got != "sts:AssumeRole" {
		t.Errorf("the one that would give credentials: got %s", got)
	}
}

// TestHidden must not be recognised by the runtime, which would release the object.
func TestHidden(t *testing.T) {
	var api smithy.APIError
	if errors.As(hidden{failedCall(500, apiError("X", "y"))}, &api) {
		t.Error("the API's error shows")
	}
	if !errors.As(&refused{err: failedCall(400, apiError("X", "y"))}, &api) {
		t.Error("the API's error does not show")
	}
}
