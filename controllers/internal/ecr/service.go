// Package ecr serves Amazon ECR's kind Repository, group ecr.services.k8s.aws, for the sandbox: it stands in for the
// official controller.
package ecr

import "github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/kit"

// Service is Amazon ECR.
func Service() kit.Service {
	return kit.Service{Name: "ecr", Kinds: []kit.Registration{kit.Register(repositoryKind)}}
}

// errorRules are from https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html and its
// neighbours.
var errorRules = []kit.ErrorRule{
	{Code: "InvalidParameterException", Class: kit.BadInput},
	{Code: "InvalidTagParameterException", Class: kit.BadInput},
	{Code: "TooManyTagsException", Class: kit.BadInput},
	{Code: "ValidationException", Class: kit.BadInput},
}
