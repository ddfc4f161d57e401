// Package sfn serves AWS Step Functions' kind StateMachine, group sfn.services.k8s.aws, for the sandbox: it stands in
// for the official controller.
package sfn

import "github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/kit"

// Service is AWS Step Functions.
func Service() kit.Service {
	return kit.Service{
		Name: "sfn", Kinds: []kit.Registration{kit.Register(stateMachineKind)},
		Action: func(call string) string { return "states:" + call },
	}
}

// errorRules are from https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html and its
// neighbours.
var errorRules = []kit.ErrorRule{
	{Code: "StateMachineDeleting", Class: kit.Busy},
	{Code: "InvalidDefinition", Class: kit.BadInput},
	{Code: "InvalidName", Class: kit.BadInput},
	{Code: "InvalidArn", Class: kit.BadInput},
	{Code: "TooManyTags", Class: kit.BadInput},
	{Code: "ValidationException", Class: kit.BadInput},
}
