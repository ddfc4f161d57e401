package testworld

import (
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-logr/logr"
)

// reconcileLevel is the level at which controller-runtime logs the beginning and the end of a reconcile.
const reconcileLevel = 5

// activity is which reconciles are under way, and which have been.
type activity struct {
	mutex sync.Mutex
	// running is their number by namespace.
	running map[string]int
	// looked is when the last one began that has ended, by object.
	looked map[reconciled]time.Time
}

// reconciled is an object as controller-runtime's log names it.
type reconciled struct{ kind, namespace, name string }

func (a *activity) begin(object reconciled) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.running == nil {
		a.running, a.looked = map[string]int{}, map[reconciled]time.Time{}
	}
	a.running[object.namespace]++
}

func (a *activity) end(object reconciled, begun time.Time) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.running[object.namespace]--
	if begun.After(a.looked[object]) {
		a.looked[object] = begun
	}
}

// lookedSince says whether a whole reconcile of an object has taken place since a time.
func (a *activity) lookedSince(object reconciled, since time.Time) bool {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return a.looked[object].After(since)
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
	// object that is being reconciled; empty outside of a reconcile.
	object reconciled
	// begun is when; nil outside of a reconcile's own log.
	begun *time.Time
	// exports says that fields of the object are exported only.
	exports bool
}

func (s activitySink) Enabled(level int) bool {
	return level == reconcileLevel || s.LogSink.Enabled(level)
}

func (s activitySink) Info(level int, message string, values ...any) {
	switch {
	case s.begun == nil || level != reconcileLevel:
	case message == "Reconciling":
		if !s.exports {
			*s.begun = time.Now()
		}
		s.activity.begin(s.object)
	case strings.HasPrefix(message, "Reconcile "): // done, successful
		s.activity.end(s.object, *s.begun)
	}
	if s.LogSink.Enabled(level) {
		s.LogSink.Info(level, message, values...)
	}
}

func (s activitySink) Error(err error, message string, values ...any) {
	if s.begun != nil && message == "Reconciler error" {
		s.activity.end(s.object, *s.begun)
	}
	s.LogSink.Error(err, message, values...)
}

func (s activitySink) WithValues(values ...any) logr.LogSink {
	for i := 0; i+1 < len(values); i += 2 {
		switch values[i] {
		case "controller":
			controller, _ := values[i+1].(string)
			s.exports = strings.HasPrefix(controller, "fieldexport.")
		case "controllerKind":
			s.object.kind, _ = values[i+1].(string)
		case "namespace":
			s.object.namespace, _ = values[i+1].(string)
		case "name":
			s.object.name, _ = values[i+1].(string)
		case "reconcileID":
			s.begun = new(time.Time)
		}
	}
	s.LogSink = s.LogSink.WithValues(values...)
	return s
}

func (s activitySink) WithName(name string) logr.LogSink {
	s.LogSink = s.LogSink.WithName(name)
	return s
}
