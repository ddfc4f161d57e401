// Package ecr serves Amazon ECR's kind Repository, group ecr.services.k8s.aws, for the sandbox: it stands in for the
// official controller.
package ecr

import "github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/kit"

// Service is Amazon ECR.
func Service() kit.Service {
	return kit.Service{Name: "ecr", Kinds: []kit.Registration{kit.Register(repositoryKind)}}
}
