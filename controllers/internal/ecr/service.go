// Package ecr serves Amazon ECR's kind Repository, group ecr.services.k8s.aws, for the sandbox: it stands in for the
// official controller.
package ecr

import (
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/awsapi"
)

// Service is Amazon ECR.
func Service() ack.Service {
	return ack.Service{Name: "ecr", Kinds: []ack.Registration{ack.Register(repositoryKind)}}
}

// errorRules are from https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html and its
// neighbours.
var errorRules = []awsapi.ErrorRule{
	{Code: "InvalidParameterException", Class: awsapi.BadInput},
	{Code: "InvalidTagParameterException", Class: awsapi.BadInput},
	{Code: "TooManyTagsException", Class: awsapi.BadInput},
	{Code: "ValidationException", Class: awsapi.BadInput},
}
