package sfn

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/kit"
)

func TestClassify(t *testing.T) {
	if got := classify(&types.StateMachineDeleting{}); got != kit.Busy {
		t.Errorf("one that is being deleted is %q", got)
	}
	if got := classify(errors.New("boom")); got != "" {
		t.Errorf("an unknown error is %q", got)
	}
}
