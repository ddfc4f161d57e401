package ack

import (
	"errors"
	"testing"

	"github.com/aws/smithy-go"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/awsapi"
)

// TestHidden must not be recognised by the runtime, which would release the object.
func TestHidden(t *testing.T) {
	var api smithy.APIError
	answer := &smithy.OperationError{OperationName: "RegisterJobDefinition", Err: &smithy.GenericAPIError{Code: "X", Message: "y"}}
	if errors.As(hidden{answer, awsapi.Failed}, &api) {
		t.Error("the API's error shows")
	}
	if !errors.As(&refused{err: answer}, &api) {
		t.Error("the API's error does not show")
	}
}
