// Package dynamodb serves Amazon DynamoDB's kind Table, group dynamodb.services.k8s.aws, for the sandbox: it stands in
// for the official controller.
package dynamodb

import (
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/awsapi"
)

// Service is Amazon DynamoDB.
func Service() ack.Service {
	return ack.Service{Name: "dynamodb", Kinds: []ack.Registration{ack.Register(tableKind)}}
}

// errorRules are from https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html and its
// neighbours.
var errorRules = []awsapi.ErrorRule{
	// Time to live can be changed once an hour.
	{Code: "ValidationException", Part: "modified multiple times within a fixed interval", Class: awsapi.Busy},
	{Code: "ValidationException", Class: awsapi.BadInput},
}
