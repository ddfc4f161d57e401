// Package budgets serves AWS Budgets' kind: Budget, group budgets.services.k8s.aws.
//
// AWS Budgets is one service for all regions: the SDK sends and signs every call for its home (us-east-1 in the
// partition aws), whatever region the controller is for, and each call names the account.
package budgets

import (
	"strings"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/awsapi"
)

// Service is AWS Budgets.
func Service() ack.Service {
	return ack.Service{Name: "budgets", Kinds: []ack.Registration{ack.Register(budgetKind)}, Action: action}
}

// action is the IAM action that allows a call: but for tags there are two in all.
func action(call string) string {
	switch {
	case strings.HasPrefix(call, "Describe"):
		return "budgets:ViewBudget"
	case strings.Contains(call, "Resource"):
		return "budgets:" + call
	default:
		return "budgets:ModifyBudget"
	}
}

// errorRules are from https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CreateBudget.html and
// its neighbours.
var errorRules = []awsapi.ErrorRule{
	// A budget action runs.
	{Code: "ResourceLockedException", Class: awsapi.Busy},
	// A subscriber's topic, or its policy, may come later.
	{Code: "InvalidParameterException", Part: "topic", Class: awsapi.Unknown},
	{Code: "InvalidParameterException", Class: awsapi.BadInput},
}

// isMissing says whether AWS has no such budget, notification or subscriber.
func isMissing(err error) bool { return err != nil && awsapi.Classify(err) == awsapi.Missing }
