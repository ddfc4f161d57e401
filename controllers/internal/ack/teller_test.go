package ack

import (
	"testing"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	"github.com/aws/aws-sdk-go-v2/aws"
	corev1 "k8s.io/api/core/v1"
)

func TestSummarise(t *testing.T) {
	condition := func(kind ackv1alpha1.ConditionType, status corev1.ConditionStatus, reason, message string) *ackv1alpha1.Condition {
		made := &ackv1alpha1.Condition{Type: kind, Status: status, Message: aws.String(message)}
		if reason != "" {
			made.Reason = aws.String(reason)
		}
		return made
	}
	notReady := condition(ackv1alpha1.ConditionTypeReady, corev1.ConditionFalse, "", "why")
	for name, c := range map[string]struct {
		reason     string
		conditions []*ackv1alpha1.Condition
		want       summary
	}{
		"none yet":    {"there is nothing to tell", nil, summary{}},
		"ready":       {"the end of all trouble", []*ackv1alpha1.Condition{condition(ackv1alpha1.ConditionTypeTerminal, corev1.ConditionFalse, "", ""), condition(ackv1alpha1.ConditionTypeReady, corev1.ConditionTrue, "", "")}, summary{"Normal", "Ready", "AWS has what the spec says"}},
		"waiting":     {"no trouble", []*ackv1alpha1.Condition{notReady}, summary{"Normal", "Waiting", "why"}},
		"terminal":    {"the spec must change, whatever else is said", []*ackv1alpha1.Condition{notReady, condition(ackv1alpha1.ConditionTypeTerminal, corev1.ConditionTrue, "", "bad")}, summary{"Warning", "Terminal", "bad"}},
		"recoverable": {"its reason says what it is", []*ackv1alpha1.Condition{condition(ackv1alpha1.ConditionTypeRecoverable, corev1.ConditionTrue, "AccessDenied", "no"), notReady}, summary{"Warning", "AccessDenied", "no"}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := summarise(c.conditions); got != c.want {
				t.Errorf("%s: got %v, want %v", c.reason, got, c.want)
			}
		})
	}
}

func TestChangesConditions(t *testing.T) {
	for patch, want := range map[string]bool{
		`{"status":{"conditions":[]}}`: true, `{"status":{"revision":1}}`: false, `{}`: false, `{"metadata":{"annotations":{"conditions":"x"}}}`: false,
	} {
		if got := changesConditions([]byte(patch)); got != want {
			t.Errorf("%s: %t", patch, got)
		}
	}
}
