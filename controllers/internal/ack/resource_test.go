package ack

import (
	"strings"
	"testing"
	"time"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	ackcondition "github.com/aws-controllers-k8s/runtime/pkg/condition"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TestConditionsKeepTheirTime until they say something else: the runtime makes all of them anew at each reconcile.
func TestConditionsKeepTheirTime(t *testing.T) {
	past := metav1.NewTime(time.Now().Add(-time.Hour))
	object := &thing{Status: thingStatus{Conditions: []*ackv1alpha1.Condition{
		{Type: ackv1alpha1.ConditionTypeReady, Status: corev1.ConditionTrue, LastTransitionTime: &past},
		{Type: ackv1alpha1.ConditionTypeResourceSynced, Status: corev1.ConditionTrue, LastTransitionTime: &past},
	}}}
	res := newResource(object, Kind[*thing]{})
	ackcondition.SetReady(res, corev1.ConditionTrue, new("in place"), nil)
	if got := ackcondition.Ready(res).LastTransitionTime; !got.Equal(&past) {
		t.Errorf("only Ready's text changed, but its time did too: %s", got)
	}
	ackcondition.Clear(res)
	ackcondition.SetReady(res, corev1.ConditionTrue, nil, nil)
	ackcondition.SetSynced(res, corev1.ConditionFalse, nil, nil)
	if got := ackcondition.Ready(res).LastTransitionTime; !got.Equal(&past) {
		t.Errorf("Ready did not change, but its time did: %s", got)
	}
	if got := ackcondition.Synced(res).LastTransitionTime; got.Equal(&past) {
		t.Error("ResourceSynced changed, but its time did not")
	}
}

func TestIdentify(t *testing.T) {
	res := newResource(&thing{}, Kind[*thing]{})
	if err := res.PopulateResourceFromAnnotation(map[string]string{"name": "a"}); err != nil || *res.object.Spec.Name != "a" {
		t.Errorf("got %v", err)
	}
	for name, fields := range map[string]map[string]string{
		"by ARN":  {"arn": "arn:aws:x:eu-central-1:120569615884:thing/team/b"},
		"by both": {"arn": "arn:aws:x:eu-central-1:120569615884:thing/team/b", "name": "team/b"},
	} {
		if err := res.PopulateResourceFromAnnotation(fields); err != nil || *res.object.Spec.Name != "team/b" {
			t.Errorf("%s: got %v, %s", name, err, *res.object.Spec.Name)
		}
	}
	for name, c := range map[string]struct {
		fields map[string]string
		want   string
	}{
		"an unknown field":  {map[string]string{"name": "a", "title": "b"}, `unknown field "title", want {"name": "..."}, {"arn": "..."} or both`},
		"no name":           {map[string]string{}, `it names nothing, want {"name": "..."}`},
		"no ARN":            {map[string]string{"arn": "b"}, `"b" is no ARN`},
		"an ARN of another": {map[string]string{"arn": "arn:aws:x:::thing/b", "name": "a"}, `the ARN is of "b", and the name is "a"`},
	} {
		if err := res.PopulateResourceFromAnnotation(c.fields); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := res.SetIdentifiers(&ackv1alpha1.AWSIdentifiers{NameOrID: "b"}); err != nil || *res.object.Spec.Name != "b" {
		t.Errorf("by identifiers: got %v", err)
	}
}

// TestAbsentIdentifiers must not panic: an object that was never in AWS has none.
func TestAbsentIdentifiers(t *testing.T) {
	ids := newResource(&thing{}, Kind[*thing]{}).Identifiers()
	if ids.ARN() != nil || ids.Region() != nil || ids.OwnerAccountID() != nil || ids.Partition() != nil {
		t.Error("made up an identifier")
	}
	if ARN(&thing{}) != "" {
		t.Error("made up an ARN")
	}
	object := &thing{}
	SetARN(object, new("arn:x"))
	if ARN(object) != "arn:x" {
		t.Errorf("got %s", ARN(object))
	}
}
