package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// StateMachine is a Step Functions state machine.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=statemachines,shortName=sfnsm,categories={aws,ack}
// +kubebuilder:printcolumn:name="Type",type=string,JSONPath=".spec.type_"
// +kubebuilder:printcolumn:name="ARN",type=string,JSONPath=".status.ackResourceMetadata.arn",priority=1
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=".status.conditions[?(@.type==\"Ready\")].status"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=".metadata.creationTimestamp"
type StateMachine struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              StateMachineSpec   `json:"spec,omitempty"`
	Status            StateMachineStatus `json:"status,omitempty"`

	// AWSStatus is found in AWS and no part of the API, as the official CRD has no field for it: ACTIVE or DELETING.
	AWSStatus string `json:"-"`
}

// StateMachineList is a list of StateMachine objects.
//
// +kubebuilder:object:root=true
type StateMachineList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []StateMachine `json:"items"`
}
