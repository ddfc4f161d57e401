package testworld

import (
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

// WantCounted fails unless ACK's metrics count calls to AWS with these labels, whatever others they have.
func WantCounted(t *testing.T, labels map[string]string) {
	t.Helper()
	families, err := metrics.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		if family.GetName() != "ack_outbound_api_requests_total" {
			continue
		}
		for _, metric := range family.GetMetric() {
			matching := 0
			for _, label := range metric.GetLabel() {
				if value, wanted := labels[label.GetName()]; wanted && value == label.GetValue() {
					matching++
				}
			}
			if matching == len(labels) && metric.GetCounter().GetValue() > 0 {
				return
			}
		}
	}
	t.Errorf("no call is counted with %v", labels)
}
