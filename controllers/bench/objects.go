package main

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
)

var (
	batchGroup = schema.GroupVersion{Group: "batch.services.k8s.aws", Version: "v1alpha1"}
	batchKinds = []schema.GroupVersionKind{batchGroup.WithKind("ComputeEnvironment"), batchGroup.WithKind("JobDefinition"), batchGroup.WithKind("JobQueue")}
	budgetKind = schema.GroupVersionKind{Group: "budgets.services.k8s.aws", Version: "v1alpha1", Kind: "Budget"}
	bucketKind = schema.GroupVersionKind{Group: "s3.services.k8s.aws", Version: "v1alpha1", Kind: "Bucket"}
)

// network is where compute environments are, as part of their spec.
func (w *world) network(ctx context.Context) (string, error) {
	subnets, group, err := w.aws.NetworkIDs(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("subnets: [%s], securityGroupIDs: [%s]", subnets[0], group), nil
}

// environment is the compute environment of all queues.
func environment(network string) []string {
	return []string{`{apiVersion: batch.services.k8s.aws/v1alpha1, kind: ComputeEnvironment, metadata: {name: bench}, spec: {name: bench, type: MANAGED, state: ENABLED,
  computeResources: {type: FARGATE, maxvCPUs: 16, ` + network + `}}}`}
}

func definitions(count int) []string {
	return many(count, `{apiVersion: batch.services.k8s.aws/v1alpha1, kind: JobDefinition, metadata: {name: bench-%[1]d}, spec: {name: bench-%[1]d, type: container,
  platformCapabilities: [FARGATE], tags: {a: b}, containerProperties: {image: example, executionRoleARN: "arn:aws:iam::`+testenv.AccountID+`:role/x",
  resourceRequirements: [{type: VCPU, value: "0.5"}, {type: MEMORY, value: "2048"}]}}}`)
}

func queues(count int) []string {
	return many(count, `{apiVersion: batch.services.k8s.aws/v1alpha1, kind: JobQueue, metadata: {name: bench-%[1]d}, spec: {name: bench-%[1]d, priority: 1, state: ENABLED,
  computeEnvironmentOrder: [{order: 1, computeEnvironmentRef: {from: {name: bench}}}]}}`)
}

func budgets(count int) []string {
	return many(count, `{apiVersion: budgets.services.k8s.aws/v1alpha1, kind: Budget, metadata: {name: bench-%[1]d}, spec: {name: bench-%[1]d, budgetType: COST, timeUnit: MONTHLY,
  budgetLimit: {amount: "10", unit: USD}, notifications: [{notificationType: ACTUAL, comparisonOperator: GREATER_THAN, threshold: 80,
  subscribers: [{subscriptionType: EMAIL, address: platform@example.com}]}]}}`)
}

func buckets(count int) []string {
	return many(count, `{apiVersion: s3.services.k8s.aws/v1alpha1, kind: Bucket, metadata: {name: bench-%[1]d}, spec: {name: bench-%[1]d, versioning: {status: Enabled},
  tagging: {tagSet: [{key: a, value: b}]}}}`)
}

// many is a text so many times, each with its number.
func many(count int, text string) []string {
	all := make([]string, count)
	for i := range all {
		all[i] = fmt.Sprintf(text, i)
	}
	return all
}
