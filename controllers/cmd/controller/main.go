// Command controller reconciles the AWS objects that no official ACK controller serves.
package main

import (
	"os"

	// The certificates that AWS is known by: the image has none, as there is nothing in it but the controller. Where the
	// machine has its own, those count.
	_ "golang.org/x/crypto/x509roots/fallback"

	corev1 "k8s.io/api/core/v1"

	batchv1alpha1 "github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/batch/v1alpha1"
	budgetsv1alpha1 "github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/budgets/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/batch"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/bucketemptier"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/budgets"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/command"
)

// components is what --services picks from.
func components() []command.Component {
	batchService, budgetsService := batch.Service(), budgets.Service()
	return []command.Component{
		{Name: "batch", Service: &batchService, AddToScheme: batchv1alpha1.AddToScheme},
		{Name: "budgets", Service: &budgetsService, AddToScheme: budgetsv1alpha1.AddToScheme},
		{Name: bucketemptier.Name, OnRequest: true, AddToScheme: corev1.AddToScheme, Setup: bucketemptier.Setup},
	}
}

// program is the name of the command, and of the lease that the chart gives a right to.
const program = "sanders-ack-controller"

func main() {
	os.Exit(command.Run(program, os.Args[1:], components(), os.Stderr))
}
