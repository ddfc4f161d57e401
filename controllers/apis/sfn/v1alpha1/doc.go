// Package v1alpha1 is the API of AWS Step Functions's kinds, group sfn.services.k8s.aws.
//
// The official controller serves this group in production; these types have the fields of its CRD, for the sandbox's
// stand-in and for the charts' imports.
//
// The specs and statuses are generated from the SDK (../../../generate/sfn.yaml); the kinds themselves are in the file
// named after each.
//
// +kubebuilder:object:generate=true
// +groupName=sfn.services.k8s.aws
package v1alpha1
