// Package sfn serves AWS Step Functions' kind StateMachine, group sfn.services.k8s.aws, for the sandbox: it stands in
// for the official controller.
package sfn

import (
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/awsapi"
)

// Service is AWS Step Functions.
func Service() ack.Service {
	return ack.Service{
		Name: "sfn", Kinds: []ack.Registration{ack.Register(stateMachineKind)},
		Action: func(call string) string { return "states:" + call },
	}
}

// errorRules are from https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html and its
// neighbours.
var errorRules = []awsapi.ErrorRule{
	{Code: "StateMachineDeleting", Class: awsapi.Busy},
	{Code: "InvalidDefinition", Class: awsapi.BadInput},
	{Code: "InvalidName", Class: awsapi.BadInput},
	{Code: "InvalidArn", Class: awsapi.BadInput},
	{Code: "TooManyTags", Class: awsapi.BadInput},
	{Code: "ValidationException", Class: awsapi.BadInput},
}
