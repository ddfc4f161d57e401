// Command standins stands in for the official DynamoDB, ECR and Step Functions controllers of ACK in the sandbox. They
// cannot be had as Go modules; production uses them, and this command refuses any AWS endpoint that is not on loopback.
package main

import (
	"os"

	"k8s.io/apimachinery/pkg/runtime"

	dynamodbv1alpha1 "github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/dynamodb/v1alpha1"
	ecrv1alpha1 "github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/ecr/v1alpha1"
	sfnv1alpha1 "github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/sfn/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/command"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/dynamodb"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ecr"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/loopback"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/sfn"
)

// components is what --services picks from.
func components() []command.Component {
	return []command.Component{
		component(dynamodb.Service(), dynamodbv1alpha1.AddToScheme),
		component(ecr.Service(), ecrv1alpha1.AddToScheme),
		component(sfn.Service(), sfnv1alpha1.AddToScheme),
	}
}

func component(service ack.Service, addToScheme func(*runtime.Scheme) error) command.Component {
	return command.Component{Name: service.Name, Service: &service, AddToScheme: addToScheme, Check: loopback.CheckFlags}
}

func main() {
	os.Exit(command.Run("sanders-ack-standins", os.Args[1:], components(), os.Stderr))
}
