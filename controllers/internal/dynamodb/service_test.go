package dynamodb

import (
	"errors"
	"testing"

	"github.com/aws/smithy-go"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/kit"
)

func TestClassify(t *testing.T) {
	for message, want := range map[string]kit.Class{
		"Time to live has been modified multiple times within a fixed interval": kit.Busy,
		"One or more parameter values were invalid":                             "",
	} {
		if got := classify(&smithy.GenericAPIError{Code: "ValidationException", Message: message}); got != want {
			t.Errorf("%s: %q, want %q", message, got, want)
		}
	}
	if got := classify(errors.New("boom")); got != "" {
		t.Errorf("got %q", got)
	}
}
