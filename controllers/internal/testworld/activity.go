package testworld

import (
	"slices"
	"strings"
	"sync"

	"github.com/go-logr/logr"
)

// reconcileLevel is the level at which controller-runtime logs the beginning and the end of a reconcile.
const reconcileLevel = 5

// activity counts the reconciles that are under way, by namespace.
type activity struct {
	mutex   sync.Mutex
	running map[string]int
}

func (a *activity) add(namespace string, count int) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.running == nil {
		a.running = map[string]int{}
	}
	a.running[namespace] += count
}

// busy says whether anything is being reconciled in one of the namespaces.
func (a *activity) busy(namespaces []string) bool {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return slices.ContainsFunc(namespaces, func(namespace string) bool { return a.running[namespace] > 0 })
}

// activitySink is a log that reads controller-runtime's messages about reconciles, and passes everything on.
type activitySink struct {
	logr.LogSink
	activity *activity
	// namespace of the object that is being reconciled; "" outside of a reconcile.
	namespace string
	// within a reconcile's own log.
	within bool
}

func (s activitySink) Enabled(level int) bool {
	return level == reconcileLevel || s.LogSink.Enabled(level)
}

func (s activitySink) Info(level int, message string, values ...any) {
	switch {
	case !s.within || level != reconcileLevel:
	case message == "Reconciling":
		s.activity.add(s.namespace, 1)
	case strings.HasPrefix(message, "Reconcile "): // done, successful
		s.activity.add(s.namespace, -1)
	}
	if s.LogSink.Enabled(level) {
		s.LogSink.Info(level, message, values...)
	}
}

func (s activitySink) Error(err error, message string, values ...any) {
	if s.within && message == "Reconciler error" {
		s.activity.add(s.namespace, -1)
	}
	s.LogSink.Error(err, message, values...)
}

func (s activitySink) WithValues(values ...any) logr.LogSink {
	for i := 0; i+1 < len(values); i += 2 {
		switch values[i] {
		case "namespace":
			s.namespace, _ = values[i+1].(string)
		case "reconcileID":
			s.within = true
		}
	}
	s.LogSink = s.LogSink.WithValues(values...)
	return s
}

func (s activitySink) WithName(name string) logr.LogSink {
	s.LogSink = s.LogSink.WithName(name)
	return s
}
