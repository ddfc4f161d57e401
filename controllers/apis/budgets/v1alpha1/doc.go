// Package v1alpha1 is the API of AWS Budgets's kinds, group budgets.services.k8s.aws.
//
// The specs and statuses are generated from the SDK (../../../generate/budgets.yaml); the kinds themselves are in the file
// named after each.
//
// +kubebuilder:object:generate=true
// +groupName=budgets.services.k8s.aws
package v1alpha1
