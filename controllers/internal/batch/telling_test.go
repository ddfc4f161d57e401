package batch_test

import (
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// TestEvents tells by events what befalls an object, each thing once, and by a metric whether it is ready.
func TestEvents(t *testing.T) {
	world.Parallel(t)
	made := world.Create(t, world.Namespace(t), definitionYAML(t, "job", `{tags: {"aws:x": "y"}}`))
	world.AwaitCondition(t, made, "ACK.Terminal", "True", "")
	awaitEvents(t, made, "Warning Refused", "Warning Terminal")
	if got := readiness(t, made); got != "0" {
		t.Errorf("the metric says %q of an object that is not ready", got)
	}
	world.Patch(t, made, `{spec: {tags: null}}`)
	world.AwaitReady(t, made)
	awaitEvents(t, made, "Warning Refused", "Warning Terminal", "Normal Ready")
	if got := readiness(t, made); got != "1" {
		t.Errorf("the metric says %q of an object that is ready", got)
	}
	world.Reconcile(t, made)
	awaitEvents(t, made, "Warning Refused", "Warning Terminal", "Normal Ready")
	world.Delete(t, made)
	world.AwaitGone(t, made)
	testworld.Eventually(t, func() error {
		if got := readiness(t, made); got != "" {
			return fmt.Errorf("the metric says %q of an object that is gone", got)
		}
		return nil
	})
}

// awaitEvents waits until an object has these events, "Warning Refused", "Warning Terminal", each of which happened once, and no other.
func awaitEvents(t *testing.T, object *unstructured.Unstructured, want ...string) {
	t.Helper()
	testworld.Eventually(t, func() error {
		list := &corev1.EventList{}
		if err := world.Kube.List(t.Context(), list, client.InNamespace(object.GetNamespace())); err != nil {
			return err
		}
		var got []string
		for _, event := range list.Items {
			if event.InvolvedObject.UID == object.GetUID() {
				got = append(got, fmt.Sprintf("%s %s", event.Type, event.Reason))
			}
			if event.Count != 1 || event.Message == "" {
				return fmt.Errorf("%s happened %d times: %q", event.Reason, event.Count, event.Message)
			}
		}
		missing := len(want) != len(got)
		for _, one := range want {
			missing = missing || !strings.Contains(strings.Join(got, ","), one)
		}
		if missing {
			return fmt.Errorf("events are %v, want %v", got, want)
		}
		return nil
	})
}

// readiness is what the metric of readiness has of an object; "" when it has nothing.
func readiness(t *testing.T, object *unstructured.Unstructured) string {
	t.Helper()
	families, err := metrics.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() != "ack_resource_ready" {
			continue
		}
		for _, metric := range family.GetMetric() {
			labels := map[string]string{}
			for _, label := range metric.GetLabel() {
				labels[label.GetName()] = label.GetValue()
			}
			if labels["kind"] == object.GetKind() && labels["namespace"] == object.GetNamespace() && labels["name"] == object.GetName() {
				return fmt.Sprint(metric.GetGauge().GetValue())
			}
		}
	}
	return ""
}
