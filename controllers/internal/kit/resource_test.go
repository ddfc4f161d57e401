package kit

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
	for name, c := range map[string]struct {
		fields map[string]string
		want   string
	}{
		"an unknown field": {map[string]string{"name": "a", "arn": "b"}, `unknown field "arn", want {"name": "..."}`},
		"no name":          {map[string]string{}, `want {"name": "..."}`},
	} {
		if err := res.PopulateResourceFromAnnotation(c.fields); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	long := newResource(&Listed{}, Kind[*Listed]{})
	if err := long.SetIdentifiers(&ackv1alpha1.AWSIdentifiers{NameOrID: "b"}); err != nil || *long.object.Spec.ListedName != "b" {
		t.Errorf("a kind may keep AWS's longer name: got %v", err)
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
	SetARN(object, ptr("arn:x"))
	if ARN(object) != "arn:x" {
		t.Errorf("got %s", ARN(object))
	}
}
