// Package dynamodb serves Amazon DynamoDB's kind Table, group dynamodb.services.k8s.aws, for the sandbox: it stands in
// for the official controller.
package dynamodb

import (
	"errors"
	"strings"

	"github.com/aws/smithy-go"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/kit"
)

// Service is Amazon DynamoDB.
func Service() kit.Service {
	return kit.Service{Name: "dynamodb", Kinds: []kit.Registration{kit.Register(tableKind)}}
}

// classify recognises what the general rules do not know of DynamoDB.
func classify(err error) kit.Class {
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorCode() == "ValidationException" &&
		strings.Contains(api.ErrorMessage(), "modified multiple times within a fixed interval") {
		// Time to live can be changed once an hour.
		return kit.Busy
	}
	return ""
}
