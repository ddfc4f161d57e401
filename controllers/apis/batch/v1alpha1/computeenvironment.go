package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// ComputeEnvironment is what AWS Batch runs jobs on: Fargate, EC2 or EKS capacity in given subnets. Changes that AWS
// cannot make in place are refused; deleting it disables it first and waits for queues to let go of it.
//
// What AWS cannot do to an environment, the API server refuses while the environment is in sync with AWS. While it is
// not, AWS has the last word: else a change that AWS refuses could not be taken back.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:validation:XValidation:rule="!(has(self.status) && has(self.status.conditions) && self.status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')) || !has(self.spec) || !has(oldSelf.spec) || has(self.spec.eksConfiguration) == has(oldSelf.spec.eksConfiguration) && (!has(self.spec.eksConfiguration) || self.spec.eksConfiguration == oldSelf.spec.eksConfiguration)",message="cannot be added, changed or removed after creation: create another compute environment",fieldPath=".spec.eksConfiguration"
// +kubebuilder:resource:path=computeenvironments,shortName=batchce,categories={aws,ack}
// +kubebuilder:printcolumn:name="Name",type=string,JSONPath=".spec.name"
// +kubebuilder:printcolumn:name="Type",type=string,JSONPath=".spec.computeResources.type"
// +kubebuilder:printcolumn:name="MaxvCPUs",type=integer,JSONPath=".spec.computeResources.maxvCPUs"
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=".spec.state"
// +kubebuilder:printcolumn:name="Status",type=string,JSONPath=".status.status"
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=".status.statusReason",priority=1
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=".status.conditions[?(@.type==\"Ready\")].status"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=".metadata.creationTimestamp"
type ComputeEnvironment struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              ComputeEnvironmentSpec   `json:"spec,omitempty"`
	Status            ComputeEnvironmentStatus `json:"status,omitempty"`
}

// ComputeEnvironmentList is a list of ComputeEnvironment objects.
//
// +kubebuilder:object:root=true
type ComputeEnvironmentList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []ComputeEnvironment `json:"items"`
}
