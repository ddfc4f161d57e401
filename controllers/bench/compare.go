package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
)

// rest is how long no call must have come for a resync to count as done.
const rest = 3 * time.Second

// subject is a controller with the objects that it is measured with.
type subject struct {
	name    string
	program string
	flags   []string
	objects []string
	// kinds of the objects that become Ready.
	kinds []schema.GroupVersionKind
}

// compare measures ours and the official S3 controller one after the other.
func (o options) compare(ctx context.Context, w *world) error {
	network, err := w.network(ctx)
	if err != nil {
		return err
	}
	subjects := []subject{{
		name: "ours, batch", program: o.ours, flags: []string{"--services=batch,budgets,bucket-emptier"},
		objects: append(append(environment(network), definitions(o.definitions)...), queues(o.queues)...), kinds: batchKinds,
	}}
	if o.official != "" {
		subjects = append(subjects, subject{name: "official, s3", program: o.official, objects: buckets(o.buckets), kinds: []schema.GroupVersionKind{bucketKind}})
	}
	rows := [][]string{{"controller", "objects", "to Ready", "of it the emulator computes", "an object", "AWS calls an object", "AWS calls an object at a resync", "RSS"}}
	for _, s := range subjects {
		_, _ = fmt.Fprintf(os.Stderr, "bench: %s with %d objects\n", s.name, len(s.objects))
		row, err := w.measure(ctx, s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		rows = append(rows, row)
	}
	return table(rows)
}

// measure creates a subject's objects with its controller running, then restarts that, which looks at all of them again
// as a resync does.
func (w *world) measure(ctx context.Context, s subject) ([]string, error) {
	process, err := w.start(s.program, s.flags...)
	if err != nil {
		return nil, err
	}
	defer func() { process.Stop() }()
	began := time.Now()
	computed, err := processorTime(w.aws.PID())
	if err != nil {
		return nil, err
	}
	before, err := w.aws.CallCount()
	if err != nil {
		return nil, err
	}
	if err := w.create(ctx, s.objects); err != nil {
		return nil, err
	}
	if err := w.awaitReady(ctx, process, s.kinds, len(s.objects)); err != nil {
		return nil, err
	}
	took := time.Since(began)
	emulator, err := processorTime(w.aws.PID())
	if err != nil {
		return nil, err
	}
	created, err := w.atRest(ctx)
	if err != nil {
		return nil, err
	}
	memory, err := resident(process)
	if err != nil {
		return nil, err
	}
	process.Stop()
	if process, err = w.start(s.program, s.flags...); err != nil {
		return nil, err
	}
	for count := created; count == created; {
		if count, err = w.aws.CallCount(); err != nil {
			return nil, err
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return nil, err
		}
	}
	looked, err := w.atRest(ctx)
	if err != nil {
		return nil, err
	}
	objects := float64(len(s.objects))
	return []string{
		s.name, fmt.Sprint(len(s.objects)), fmt.Sprintf("%.0f s", took.Seconds()), fmt.Sprintf("%.0f s", (emulator - computed).Seconds()), fmt.Sprintf("%.0f ms", took.Seconds()*1000/objects),
		fmt.Sprintf("%.1f", float64(created-before)/objects), fmt.Sprintf("%.2f", float64(looked-created)/objects), fmt.Sprintf("%.0f MB", memory),
	}, nil
}

// awaitReady waits until as many objects are in sync with AWS. It asks for ACK.ResourceSynced, which older controllers
// have too.
func (w *world) awaitReady(ctx context.Context, process *testenv.Controller, kinds []schema.GroupVersionKind, want int) error {
	for {
		ready := 0
		for _, kind := range kinds {
			list := &unstructured.UnstructuredList{}
			list.SetGroupVersionKind(kind)
			if err := w.kube.List(ctx, list); err != nil {
				return err
			}
			for _, object := range list.Items {
				if isSynced(object) {
					ready++
				}
			}
		}
		if ready >= want {
			return nil
		}
		if err := process.Exited(); err != nil {
			return err
		}
		if err := pause(ctx, 500*time.Millisecond); err != nil {
			return fmt.Errorf("%d of %d objects are ready: %w", ready, want, err)
		}
	}
}

func isSynced(object unstructured.Unstructured) bool {
	conditions, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	for _, one := range conditions {
		if condition, ok := one.(map[string]any); ok && condition["type"] == "ACK.ResourceSynced" {
			return condition["status"] == "True"
		}
	}
	return false
}

// atRest waits until no more calls come, and returns how many there have been.
func (w *world) atRest(ctx context.Context) (int, error) {
	count, err := w.aws.CallCount()
	for err == nil {
		if err = pause(ctx, rest); err != nil {
			break
		}
		var more int
		if more, err = w.aws.CallCount(); more == count {
			break
		}
		count = more
	}
	return count, err
}
