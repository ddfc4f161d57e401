// Package sfn serves AWS Step Functions' kind StateMachine, group sfn.services.k8s.aws, for the sandbox: it stands in
// for the official controller.
package sfn

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/kit"
)

// Service is AWS Step Functions.
func Service() kit.Service {
	return kit.Service{
		Name: "sfn", Kinds: []kit.Registration{kit.Register(stateMachineKind)},
		Action: func(call string) string { return "states:" + call },
	}
}

// classify recognises what the general rules do not know of Step Functions.
func classify(err error) kit.Class {
	var deleting *types.StateMachineDeleting
	if errors.As(err, &deleting) {
		return kit.Busy
	}
	return ""
}
