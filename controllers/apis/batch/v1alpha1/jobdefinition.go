package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// JobDefinition is the template of jobs. AWS keeps it as immutable revisions: a change of the spec registers a new
// revision and deregisters the one before (the annotation batch.services.k8s.aws/keep-revisions: "N" keeps the newest N).
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=jobdefinitions,shortName=batchjd,categories={aws,ack}
// +kubebuilder:printcolumn:name="Name",type=string,JSONPath=".spec.name"
// +kubebuilder:printcolumn:name="Revision",type=integer,JSONPath=".status.revision"
// +kubebuilder:printcolumn:name="vCPU",type=string,JSONPath=".spec.containerProperties.resourceRequirements[?(@.type==\"VCPU\")].value"
// +kubebuilder:printcolumn:name="Memory",type=string,JSONPath=".spec.containerProperties.resourceRequirements[?(@.type==\"MEMORY\")].value"
// +kubebuilder:printcolumn:name="Status",type=string,JSONPath=".status.status"
// +kubebuilder:printcolumn:name="Image",type=string,JSONPath=".spec.containerProperties.image",priority=1
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=".status.conditions[?(@.type==\"Ready\")].status"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=".metadata.creationTimestamp"
type JobDefinition struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              JobDefinitionSpec   `json:"spec,omitempty"`
	Status            JobDefinitionStatus `json:"status,omitempty"`

	// StaleRevisions are found in AWS and no part of the API: the object's revisions that should not be active any more,
	// because a controller was stopped between registering one and deregistering those before it.
	StaleRevisions []int32 `json:"-"`
}

// JobDefinitionList is a list of JobDefinition objects.
//
// +kubebuilder:object:root=true
type JobDefinitionList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []JobDefinition `json:"items"`
}
