package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// JobQueue holds submitted jobs until one of its compute environments can run them, in the order of its priority.
//
// What AWS cannot do to a queue, the API server refuses while the queue is in sync with AWS. While it is not, AWS has the
// last word: else a change that AWS refuses could not be taken back.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:validation:XValidation:rule="!(has(self.status) && has(self.status.conditions) && self.status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')) || !has(self.spec) || !has(oldSelf.spec) || (has(self.spec.schedulingPolicyARN) || has(self.spec.schedulingPolicyRef)) == (has(oldSelf.spec.schedulingPolicyARN) || has(oldSelf.spec.schedulingPolicyRef))",message="a scheduling policy can be replaced, but neither added nor removed after creation: create another queue",fieldPath=".spec.schedulingPolicyARN"
// +kubebuilder:validation:XValidation:rule="!(has(self.status) && has(self.status.conditions) && self.status.conditions.exists(c, c.type == 'Ready' && c.status == 'True')) || !has(self.spec) || !has(oldSelf.spec) || !has(self.spec.jobQueueType) || !has(oldSelf.spec.jobQueueType) || self.spec.jobQueueType == oldSelf.spec.jobQueueType",message="cannot be changed after creation: create another queue",fieldPath=".spec.jobQueueType"
// +kubebuilder:resource:path=jobqueues,shortName=batchjq,categories={aws,ack}
// +kubebuilder:printcolumn:name="Name",type=string,JSONPath=".spec.name"
// +kubebuilder:printcolumn:name="Priority",type=integer,JSONPath=".spec.priority"
// +kubebuilder:printcolumn:name="State",type=string,JSONPath=".spec.state"
// +kubebuilder:printcolumn:name="Status",type=string,JSONPath=".status.status"
// +kubebuilder:printcolumn:name="Reason",type=string,JSONPath=".status.statusReason",priority=1
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=".status.conditions[?(@.type==\"Ready\")].status"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=".metadata.creationTimestamp"
type JobQueue struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              JobQueueSpec   `json:"spec,omitempty"`
	Status            JobQueueStatus `json:"status,omitempty"`
}

// JobQueueList is a list of JobQueue objects.
//
// +kubebuilder:object:root=true
type JobQueueList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []JobQueue `json:"items"`
}
