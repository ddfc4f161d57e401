package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Table is a DynamoDB table.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=tables,shortName=ddbtable,categories={aws,ack}
// +kubebuilder:printcolumn:name="Class",type=string,JSONPath=".spec.tableClass",priority=1
// +kubebuilder:printcolumn:name="Billing",type=string,JSONPath=".spec.billingMode",priority=1
// +kubebuilder:printcolumn:name="Status",type=string,JSONPath=".status.tableStatus"
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=".status.conditions[?(@.type==\"Ready\")].status"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=".metadata.creationTimestamp"
type Table struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              TableSpec   `json:"spec,omitempty"`
	Status            TableStatus `json:"status,omitempty"`
}

// TableList is a list of Table objects.
//
// +kubebuilder:object:root=true
type TableList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Table `json:"items"`
}
