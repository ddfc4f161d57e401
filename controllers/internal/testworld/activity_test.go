package testworld

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"
)

// TestActivity runs a controller of controller-runtime's, which must log what activity reads.
func TestActivity(t *testing.T) {
	for name, c := range map[string]struct {
		reason string
		result reconcile.Result
		err    error
	}{
		"successful": {"nothing more to do", reconcile.Result{}, nil},
		"later":      {"it waits for something", reconcile.Result{RequeueAfter: time.Hour}, nil},
		"failed":     {"it is tried again", reconcile.Result{}, errors.New("boom")},
	} {
		t.Run(name, func(t *testing.T) {
			seen := &activity{}
			log := logr.New(activitySink{LogSink: funcr.New(func(string, string) {}, funcr.Options{}).GetSink(), activity: seen})
			begun, end := make(chan struct{}, 100), make(chan struct{})
			made, err := controller.NewUnmanaged("test-"+name, controller.Options{
				LogConstructor: func(request *reconcile.Request) logr.Logger {
					if request == nil {
						return log
					}
					return log.WithValues("namespace", request.Namespace, "name", request.Name)
				},
				Reconciler: reconcile.Func(func(context.Context, reconcile.Request) (reconcile.Result, error) {
					begun <- struct{}{}
					<-end
					return c.result, c.err
				}),
			})
			if err != nil {
				t.Fatal(err)
			}
			events := make(chan event.GenericEvent, 1)
			if err := made.Watch(source.Channel(events, &handler.EnqueueRequestForObject{})); err != nil {
				t.Fatal(err)
			}
			go func() { _ = made.Start(t.Context()) }()
			object := &metav1.PartialObjectMetadata{}
			object.SetNamespace("here")
			object.SetName("one")
			events <- event.GenericEvent{Object: object}
			<-begun
			if !seen.busy([]string{"elsewhere", "here"}) || seen.busy([]string{"elsewhere"}) {
				t.Errorf("%s: while one is reconciled here, it counts %v", c.reason, seen.running)
			}
			before, one := time.Now(), reconciled{namespace: "here", name: "one"}
			if seen.lookedSince(one, time.Time{}) {
				t.Errorf("%s: it counts as looked at before that has ended", c.reason)
			}
			close(end)
			Eventually(t, func() error {
				if seen.busy([]string{"here"}) {
					return errors.New("still busy")
				}
				return nil
			})
			if !seen.lookedSince(one, time.Time{}) || c.err == nil && seen.lookedSince(one, before) {
				t.Errorf("%s: the last look began at %s, and now is %s", c.reason, seen.looked[one], before)
			}
		})
	}
}
