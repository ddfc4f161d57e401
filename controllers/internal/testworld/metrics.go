package testworld

import (
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

// Counted is how many calls one of ACK's metrics has counted with these labels, whatever others they have.
func Counted(t *testing.T, metric string, labels map[string]string) float64 {
	t.Helper()
	families, err := metrics.Registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	count := 0.0
	for _, family := range families {
		if family.GetName() != metric {
			continue
		}
		for _, one := range family.GetMetric() {
			matching := 0
			for _, label := range one.GetLabel() {
				if value, wanted := labels[label.GetName()]; wanted && value == label.GetValue() {
					matching++
				}
			}
			if matching == len(labels) {
				count += one.GetCounter().GetValue()
			}
		}
	}
	return count
}
