package testworld

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// DeletedWhileMade makes objects and deletes each within the same moment, when a controller may have read it already but
// has not written its finalizer yet. All of them must go, and left must find nothing in AWS under their names.
func (w *World) DeletedWhileMade(t *testing.T, object func(name string) string, left func(*testing.T, *unstructured.Unstructured) bool) {
	t.Helper()
	namespace := w.Namespace(t)
	const count = 40
	objects := make([]*unstructured.Unstructured, count)
	var all sync.WaitGroup
	for i := range objects {
		all.Go(func() {
			objects[i] = w.Create(t, namespace, object(fmt.Sprintf("brief%d", i)))
			// Sooner or later, to hit the moment between a controller's read and its write.
			time.Sleep(time.Duration(i) * time.Millisecond / 2)
			w.Delete(t, objects[i].DeepCopy())
		})
	}
	all.Wait()
	w.AwaitGone(t, objects...)
	w.Settle(t, w.AWS.LastCall(t))
	var stranded []string
	for _, one := range objects {
		if left(t, one) {
			stranded = append(stranded, one.GetName())
		}
	}
	if len(stranded) > 0 {
		t.Errorf("%d of %d are still in AWS, without an object: %s", len(stranded), count, strings.Join(stranded, " "))
	}
}
