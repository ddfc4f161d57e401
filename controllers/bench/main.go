// Command bench measures our controller beside the official S3 controller, on the same emulator and API server, in one
// run: the time and the AWS calls that objects take from nothing to Ready and at a resync, and the memory.
//
//	make -C controllers bench S3_CONTROLLER=/path/to/the/official/s3/controller
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/yaml"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
)

const (
	// creators is how many objects are created at once.
	creators = 20
	// patience bounds each measurement.
	patience = 30 * time.Minute
	// rest is how long no call must have come for a resync to count as done.
	rest = 3 * time.Second
)

// subject is a controller with the objects that it is measured with.
type subject struct {
	name    string
	command []string
	kinds   []schema.GroupVersionKind
	objects []string
}

func main() {
	definitions := flag.Int("job-definitions", 1000, "JobDefinitions to create")
	queues := flag.Int("job-queues", 100, "JobQueues to create")
	buckets := flag.Int("buckets", 1000, "Buckets to create")
	ours := flag.String("controller", "", "our controller's binary")
	official := flag.String("s3-controller", "", "the official S3 controller's binary; without it, only ours is measured")
	crds := flag.String("s3-crds", "", "folder with the official S3 controller's CRDs")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *ours, *official, *crds, *definitions, *queues, *buckets)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, ours, official, crds string, definitions, queues, buckets int) error {
	if ours == "" {
		return errors.New("--controller is required: the binary of cmd/controller")
	}
	var folders []string
	if official != "" {
		folders = append(folders, crds)
	}
	server, err := testenv.StartAPIServer(folders...)
	if err != nil {
		return err
	}
	defer func() { _ = server.Stop() }()
	aws, err := testenv.StartAWS()
	if err != nil {
		return err
	}
	defer func() { _ = aws.Stop() }()
	kubeconfig, err := writeKubeconfig(server)
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(filepath.Dir(kubeconfig)) }()
	kube, err := client.New(server.Config, client.Options{})
	if err != nil {
		return err
	}

	flags := []string{
		"--aws-region=" + testenv.Region, "--aws-endpoint-url=" + aws.URL, "--aws-identity-endpoint-url=" + aws.URL, "--allow-unsafe-aws-endpoint-urls",
		"--metrics-addr=127.0.0.1:0", "--healthz-addr=127.0.0.1:0", "--log-level=error", "--reconcile-default-max-concurrent-syncs=20",
	}
	subnets, group, err := aws.NetworkIDs(ctx)
	if err != nil {
		return err
	}
	network := fmt.Sprintf("subnets: [%s], securityGroupIDs: [%s]", subnets[0], group)
	subjects := []subject{batchSubject(append([]string{ours}, flags...), network, definitions, queues)}
	if official != "" {
		subjects = append(subjects, bucketSubject(append([]string{official}, flags...), buckets))
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "controller\tobjects\tto Ready\tper object\tAWS calls an object\tcalls of a resync, an object\tRSS")
	for _, subject := range subjects {
		row, err := measure(ctx, kube, aws, kubeconfig, subject)
		if err != nil {
			return fmt.Errorf("%s: %w", subject.name, err)
		}
		_, _ = fmt.Fprintln(table, row)
	}
	return table.Flush()
}

// measure creates a subject's objects with its controller running, then restarts that, which looks at all of them again
// as a resync does.
func measure(ctx context.Context, kube client.Client, aws *testenv.AWS, kubeconfig string, s subject) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	process, err := start(ctx, s.command, kubeconfig)
	if err != nil {
		return "", err
	}
	began := time.Now()
	before, err := calls(aws)
	if err != nil {
		return "", err
	}
	if err := create(ctx, kube, s.objects); err != nil {
		return "", err
	}
	if err := awaitReady(ctx, kube, s.kinds, len(s.objects)); err != nil {
		return "", err
	}
	took := time.Since(began)
	created, err := atRest(ctx, aws)
	if err != nil {
		return "", err
	}
	memory, err := resident(process.Process.Pid)
	if err != nil {
		return "", err
	}
	end(process)
	if process, err = start(ctx, s.command, kubeconfig); err != nil {
		return "", err
	}
	defer end(process)
	for count := created; count == created; {
		if count, err = calls(aws); err != nil {
			return "", err
		}
		time.Sleep(100 * time.Millisecond)
	}
	looked, err := atRest(ctx, aws)
	if err != nil {
		return "", err
	}
	objects := float64(len(s.objects))
	return fmt.Sprintf("%s\t%d\t%.1f s\t%.0f ms\t%.1f\t%.2f\t%d MB", s.name, len(s.objects), took.Seconds(), took.Seconds()*1000/objects,
		float64(created-before)/objects, float64(looked-created)/objects, memory/1024), nil
}

func batchSubject(command []string, network string, definitions, queues int) subject {
	group := schema.GroupVersion{Group: "batch.services.k8s.aws", Version: "v1alpha1"}
	s := subject{name: "batch (ours)", command: append(command, "--services=batch,budgets,bucket-emptier"),
		kinds: []schema.GroupVersionKind{group.WithKind("JobDefinition"), group.WithKind("JobQueue"), group.WithKind("ComputeEnvironment")}}
	s.objects = append(s.objects, `{apiVersion: batch.services.k8s.aws/v1alpha1, kind: ComputeEnvironment, metadata: {name: bench}, spec: {name: bench, type: MANAGED, state: ENABLED,
  computeResources: {type: FARGATE, maxvCPUs: 16, `+network+`}}}`)
	for i := range definitions {
		s.objects = append(s.objects, fmt.Sprintf(`{apiVersion: batch.services.k8s.aws/v1alpha1, kind: JobDefinition, metadata: {name: bench-%d}, spec: {name: bench-%d, type: container, platformCapabilities: [FARGATE],
  tags: {a: b}, containerProperties: {image: example, executionRoleARN: "arn:aws:iam::%s:role/x", resourceRequirements: [{type: VCPU, value: "0.5"}, {type: MEMORY, value: "2048"}]}}}`, i, i, testenv.AccountID))
	}
	for i := range queues {
		s.objects = append(s.objects, fmt.Sprintf(`{apiVersion: batch.services.k8s.aws/v1alpha1, kind: JobQueue, metadata: {name: bench-%d}, spec: {name: bench-%d, priority: 1, state: ENABLED,
  computeEnvironmentOrder: [{order: 1, computeEnvironmentRef: {from: {name: bench}}}]}}`, i, i))
	}
	return s
}

func bucketSubject(command []string, buckets int) subject {
	s := subject{name: "s3 (official)", command: command,
		kinds: []schema.GroupVersionKind{{Group: "s3.services.k8s.aws", Version: "v1alpha1", Kind: "Bucket"}}}
	for i := range buckets {
		s.objects = append(s.objects, fmt.Sprintf(`{apiVersion: s3.services.k8s.aws/v1alpha1, kind: Bucket, metadata: {name: bench-%d}, spec: {name: bench-%d, versioning: {status: Enabled},
  tagging: {tagSet: [{key: a, value: b}]}}}`, i, i))
	}
	return s
}

func create(ctx context.Context, kube client.Client, objects []string) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(creators)
	for _, text := range objects {
		group.Go(func() error {
			object := &unstructured.Unstructured{}
			if err := yaml.Unmarshal([]byte(text), &object.Object); err != nil {
				return err
			}
			object.SetNamespace("default")
			return kube.Create(ctx, object)
		})
	}
	return group.Wait()
}

// awaitReady waits until as many objects are in sync with AWS. It asks for ACK.ResourceSynced, which older controllers
// have too.
func awaitReady(ctx context.Context, kube client.Client, kinds []schema.GroupVersionKind, want int) error {
	for {
		ready := 0
		for _, kind := range kinds {
			list := &unstructured.UnstructuredList{}
			list.SetGroupVersionKind(kind)
			if err := kube.List(ctx, list); err != nil {
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
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d of %d objects are ready: %w", ready, want, context.Cause(ctx))
		case <-time.After(500 * time.Millisecond):
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

// calls is how many calls the emulator has had.
func calls(aws *testenv.AWS) (int, error) {
	response, err := http.Get(aws.URL + "/sanders/calls?count=true")
	if err != nil {
		return 0, err
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct{ Total int }
	err = json.NewDecoder(response.Body).Decode(&answer)
	return answer.Total, err
}

// atRest waits until no more calls come, and returns how many there have been.
func atRest(ctx context.Context, aws *testenv.AWS) (int, error) {
	count, err := calls(aws)
	for err == nil && ctx.Err() == nil {
		time.Sleep(rest)
		var more int
		if more, err = calls(aws); more == count {
			break
		}
		count = more
	}
	return count, errors.Join(err, ctx.Err())
}

func start(ctx context.Context, command []string, kubeconfig string) (*exec.Cmd, error) {
	process := exec.CommandContext(ctx, command[0], command[1:]...)
	// The runtime of the official controllers fails with a custom certificate bundle, and nothing here needs one.
	environment := slices.DeleteFunc(os.Environ(), func(variable string) bool { return strings.HasPrefix(variable, "AWS_CA_BUNDLE=") })
	environment = append(environment, "KUBECONFIG="+kubeconfig, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "ACK_SYSTEM_NAMESPACE=default")
	process.Env = environment
	process.Stderr = os.Stderr
	return process, process.Start()
}

func end(process *exec.Cmd) {
	_ = process.Process.Signal(syscall.SIGTERM)
	_ = process.Wait()
}

// resident is a process's memory in kB.
func resident(pid int) (int, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("memory is measured on Linux only: %w", err)
	}
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmRSS:" {
			return strconv.Atoi(fields[1])
		}
	}
	return 0, errors.New("/proc tells no VmRSS")
}

func writeKubeconfig(server *testenv.APIServer) (string, error) {
	folder, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return "", err
	}
	content, err := server.Kubeconfig(envtest.User{Name: "bench", Groups: []string{"system:masters"}})
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "kubeconfig")
	return path, os.WriteFile(path, content, 0o600)
}
