// Command bench measures our controller's binary on a real API server and the AWS emulator: beside the official S3
// controller, the time and the AWS calls that objects take; and the memory that it needs for many objects and for
// emptying a large bucket.
//
//	make -C controllers bench S3_CONTROLLER=/path/to/the/official/s3/controller
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/go-logr/logr"
	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
)

const (
	// creators is how many objects are created at once.
	creators = 20
	// patience bounds each part.
	patience = 40 * time.Minute
)

// options are the command's flags.
type options struct {
	ours, official               string
	definitions, queues, buckets int
	contents                     int
	only                         string
}

func main() {
	var o options
	flag.StringVar(&o.ours, "controller", "", "our controller's binary")
	flag.StringVar(&o.official, "s3-controller", "", "the official S3 controller's binary; without it, only ours is measured")
	flag.IntVar(&o.definitions, "job-definitions", 1000, "JobDefinitions to compare with")
	flag.IntVar(&o.queues, "job-queues", 100, "JobQueues to compare with")
	flag.IntVar(&o.buckets, "buckets", 1000, "Buckets to compare with")
	flag.IntVar(&o.contents, "contents", 100_000, "objects in the bucket that is emptied; in tens of thousands")
	flag.StringVar(&o.only, "only", "", "one part: compare or memory")
	flag.Parse()
	ctrl.SetLogger(logr.Discard())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := o.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func (o options) run(ctx context.Context) error {
	if o.ours == "" {
		return errors.New("-controller is required: the binary of cmd/controller")
	}
	if o.contents < 10_000 || o.contents%10_000 != 0 {
		return fmt.Errorf("-contents must be in tens of thousands, got %d", o.contents)
	}
	parts := map[string]func(context.Context, *world) error{"compare": o.compare, "memory": o.memory}
	names := slices.Sorted(maps.Keys(parts))
	if o.only != "" && !slices.Contains(names, o.only) {
		return fmt.Errorf("-only must be one of %s, got %q", strings.Join(names, ", "), o.only)
	}
	for _, name := range names {
		if o.only != "" && o.only != name {
			continue
		}
		if err := inWorld(ctx, parts[name]); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		fmt.Println()
	}
	return nil
}

// world is what a part of the benchmark has to itself.
type world struct {
	server *testenv.APIServer
	aws    *testenv.AWS
	kube   client.Client
}

func inWorld(ctx context.Context, part func(context.Context, *world) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	// The Bucket of the official S3 controller.
	server, err := testenv.StartAPIServer(filepath.Join(testenv.Folder(), "internal", "bucketemptier", "testdata", "crd"))
	if err != nil {
		return err
	}
	defer func() { _ = server.Stop() }()
	aws, err := testenv.StartAWS()
	if err != nil {
		return err
	}
	defer func() { _ = aws.Stop() }()
	kube, err := client.New(server.Config, client.Options{})
	if err != nil {
		return err
	}
	return part(ctx, &world{server: server, aws: aws, kube: kube})
}

// start starts a controller; it logs errors only.
func (w *world) start(program string, flags ...string) (*testenv.Controller, error) {
	return testenv.StartController(program, w.server, w.aws, os.Stderr, append(flags, "--log-level=error", "--reconcile-default-max-concurrent-syncs=20")...)
}

// create creates objects from YAML.
func (w *world) create(ctx context.Context, objects []string) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(creators)
	for _, text := range objects {
		group.Go(func() error {
			object := &unstructured.Unstructured{}
			if err := yaml.Unmarshal([]byte(text), &object.Object); err != nil {
				return err
			}
			object.SetNamespace("default")
			return w.kube.Create(ctx, object)
		})
	}
	return group.Wait()
}

// pause waits for the next look, or for the end of patience.
func pause(ctx context.Context, span time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(span):
		return nil
	}
}

// table prints rows in columns, the first of which is the heading.
func table(rows [][]string) error {
	writer := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		_, _ = fmt.Fprintln(writer, strings.Join(row, "\t"))
	}
	return writer.Flush()
}
