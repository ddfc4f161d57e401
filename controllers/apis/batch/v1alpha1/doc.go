// Package v1alpha1 is the API of AWS Batch's kinds, group batch.services.k8s.aws.
//
// The specs and statuses are generated from the SDK (../../../generate/batch.yaml); the kinds themselves are in the file
// named after each.
//
// +kubebuilder:object:generate=true
// +groupName=batch.services.k8s.aws
package v1alpha1
