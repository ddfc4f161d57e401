package v1alpha1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Budget is a spending or usage limit, with notifications when it is, or will be, exceeded.
//
// +kubebuilder:object:root=true
// +kubebuilder:subresource:status
// +kubebuilder:resource:path=budgets,shortName=awsbudget,categories={aws,ack}
// +kubebuilder:printcolumn:name="Name",type=string,JSONPath=".spec.name"
// +kubebuilder:printcolumn:name="Limit",type=string,JSONPath=".spec.budgetLimit.amount"
// +kubebuilder:printcolumn:name="Unit",type=string,JSONPath=".spec.budgetLimit.unit"
// +kubebuilder:printcolumn:name="Actual",type=string,JSONPath=".status.calculatedSpend.actualSpend.amount"
// +kubebuilder:printcolumn:name="Forecast",type=string,JSONPath=".status.calculatedSpend.forecastedSpend.amount"
// +kubebuilder:printcolumn:name="Period",type=string,JSONPath=".spec.timeUnit",priority=1
// +kubebuilder:printcolumn:name="Ready",type=string,JSONPath=".status.conditions[?(@.type==\"Ready\")].status"
// +kubebuilder:printcolumn:name="Age",type=date,JSONPath=".metadata.creationTimestamp"
type Budget struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              BudgetSpec   `json:"spec,omitempty"`
	Status            BudgetStatus `json:"status,omitempty"`
}

// BudgetList is a list of Budget objects.
//
// +kubebuilder:object:root=true
type BudgetList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Budget `json:"items"`
}
