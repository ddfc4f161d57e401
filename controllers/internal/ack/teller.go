package ack

import (
	"cmp"
	"encoding/json"
	"errors"
	"sync"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/record"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/metrics"
)

// readiness says of each object whether it is Ready: who is alerted by it need not know our kinds' conditions.
var readiness = prometheus.NewGaugeVec(prometheus.GaugeOpts{
	Name: "ack_resource_ready",
	Help: "1 if the object's Ready condition is True, 0 if not.",
}, []string{"group", "kind", "namespace", "name"})

// registerReadiness adds the metric to those that are served. Tests bind several managers in one process.
func registerReadiness() error {
	var again prometheus.AlreadyRegisteredError
	if err := metrics.Registry.Register(readiness); err != nil && !errors.As(err, &again) {
		return err
	}
	return nil
}

// teller tells what objects' conditions say also to those who do not read them: by events, and by a metric.
type teller struct {
	events record.EventRecorder
	mutex  sync.Mutex
	// last is what was said of each object.
	last map[objectKey]summary
}

// summary is what an object's conditions come to.
type summary struct{ eventType, reason, message string }

func newTeller(events record.EventRecorder) *teller {
	return &teller{events: events, last: map[objectKey]summary{}}
}

// tell says what an object's conditions come to, by an event if they have changed to it.
func (t *teller) tell(object client.Object, kind schema.GroupVersionKind, now summary, changed bool) {
	key := objectKey{kind.GroupKind(), client.ObjectKeyFromObject(object)}
	t.mutex.Lock()
	before := t.last[key]
	t.last[key] = now
	t.mutex.Unlock()
	ready := 0.0
	if now.reason == string(ackv1alpha1.ConditionTypeReady) {
		ready = 1
	}
	readiness.WithLabelValues(kind.Group, kind.Kind, object.GetNamespace(), object.GetName()).Set(ready)
	if changed && now != before && now.message != "" {
		t.events.Event(object, now.eventType, now.reason, now.message)
	}
}

// forget drops what was said of an object.
func (t *teller) forget(kind schema.GroupVersionKind, name types.NamespacedName) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	delete(t.last, objectKey{kind.GroupKind(), name})
	readiness.DeleteLabelValues(kind.Group, kind.Kind, name.Namespace, name.Name)
}

// summarise says what conditions come to: trouble first, as Ready repeats it.
func summarise(conditions []*ackv1alpha1.Condition) summary {
	var ready *ackv1alpha1.Condition
	for _, one := range conditions {
		switch {
		case one.Type == ackv1alpha1.ConditionTypeReady:
			ready = one
		case one.Status != corev1.ConditionTrue:
		case one.Type == ackv1alpha1.ConditionTypeTerminal:
			return summary{corev1.EventTypeWarning, "Terminal", aws.ToString(one.Message)}
		case one.Type == ackv1alpha1.ConditionTypeRecoverable:
			return summary{corev1.EventTypeWarning, cmp.Or(aws.ToString(one.Reason), "Recoverable"), aws.ToString(one.Message)}
		}
	}
	switch {
	case ready == nil:
		return summary{}
	case ready.Status == corev1.ConditionTrue:
		return summary{corev1.EventTypeNormal, string(ackv1alpha1.ConditionTypeReady), "AWS has what the spec says"}
	default:
		return summary{corev1.EventTypeNormal, "Waiting", aws.ToString(ready.Message)}
	}
}

// changesConditions says whether a merge patch of a status sets its conditions.
func changesConditions(patch []byte) bool {
	var document struct {
		Status struct {
			Conditions json.RawMessage `json:"conditions"`
		} `json:"status"`
	}
	return json.Unmarshal(patch, &document) == nil && len(document.Status.Conditions) > 0
}
