package ack

import (
	"maps"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// thing is a kind as small as can be, with one of everything that this package looks at.
type thing struct {
	metav1.TypeMeta
	metav1.ObjectMeta
	Spec   thingSpec
	Status thingStatus
}

type thingSpec struct {
	Name    *string                                  `json:"name"`
	State   *string                                  `json:"state,omitempty"`
	Parts   *thingParts                              `json:"parts,omitempty"`
	Items   []thingItem                              `json:"items,omitempty"`
	Role    *string                                  `json:"role,omitempty"`
	RoleRef *ackv1alpha1.AWSResourceReferenceWrapper `json:"roleRef,omitempty" reference:"Role=iam.services.k8s.aws/Role:status.ackResourceMetadata.arn"`
	Since   *metav1.Time                             `json:"since,omitempty"`
	Tags    map[string]string                        `json:"tags,omitempty"`
}

type thingParts struct {
	Size       *int64                                     `json:"size,omitempty"`
	Subnets    []string                                   `json:"subnets,omitempty"`
	SubnetRefs []*ackv1alpha1.AWSResourceReferenceWrapper `json:"subnetRefs,omitempty" reference:"Subnets=ec2.services.k8s.aws/Subnet:status.subnetID"`
}

type thingItem struct {
	Key    *string                                  `json:"key,omitempty"`
	Key2   *string                                  `json:"key2,omitempty"`
	KeyRef *ackv1alpha1.AWSResourceReferenceWrapper `json:"keyRef,omitempty" reference:"Key=kms.services.k8s.aws/Key:status.keyID"`
}

type thingStatus struct {
	ACKResourceMetadata *ackv1alpha1.ResourceMetadata
	Conditions          []*ackv1alpha1.Condition
}

func (t *thing) DeepCopyObject() runtime.Object {
	copied := *t
	meta := t.ObjectMeta
	copied.ObjectMeta = *meta.DeepCopy()
	copied.Spec.Tags = maps.Clone(t.Spec.Tags)
	copied.Spec.Items = append([]thingItem(nil), t.Spec.Items...)
	if t.Spec.Parts != nil {
		parts := *t.Spec.Parts
		copied.Spec.Parts = &parts
	}
	copied.Status.Conditions = nil
	for _, condition := range t.Status.Conditions {
		copied.Status.Conditions = append(copied.Status.Conditions, condition.DeepCopy())
	}
	return &copied
}

// What is generated for kinds.
func (t *thing) ACKMetadata() **ackv1alpha1.ResourceMetadata { return &t.Status.ACKResourceMetadata }
func (t *thing) ACKConditions() *[]*ackv1alpha1.Condition    { return &t.Status.Conditions }
func (t *thing) ACKSpec() any                                { return &t.Spec }
func (t *thing) AWSName() (field **string, json string)      { return &t.Spec.Name, "name" }
func (t *thing) AWSTags() map[string]string                  { return maps.Clone(t.Spec.Tags) }
func (t *thing) SetAWSTags(tags map[string]string)           { t.Spec.Tags = maps.Clone(tags) }
func (t *thing) SetObjectMeta(meta metav1.ObjectMeta)        { t.ObjectMeta = meta }
func (t *thing) TakeSpec(from *thing)                        { t.Spec = copyOf(from).Spec }
func (t *thing) TakeStatus(from *thing)                      { t.Status = copyOf(from).Status }

// refWrapper is ACK's reference.
type refWrapper = ackv1alpha1.AWSResourceReferenceWrapper

func refTo(name string) *refWrapper {
	return &refWrapper{From: &ackv1alpha1.AWSResourceReference{Name: &name}}
}
