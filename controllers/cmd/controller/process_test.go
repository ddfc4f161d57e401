package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

const budget = `{apiVersion: budgets.services.k8s.aws/v1alpha1, kind: Budget, metadata: {name: %s}, spec: {name: %[1]s, budgetType: COST, timeUnit: MONTHLY,
	budgetLimit: {amount: "10", unit: USD}}}`

// TestProcesses runs two processes of the controller. Each tells that it is healthy and what it does; one of them works,
// and the other takes over when it is gone.
func TestProcesses(t *testing.T) {
	t.Parallel()
	program, emulator := programAndAWS(t)

	first := serve(t, program, emulator)
	ready(t, "first")
	second := serve(t, program, emulator)
	for _, p := range []*process{first, second} {
		for _, path := range []string{"/healthz", "/readyz"} {
			p.await(t, p.health+path, "ok")
		}
	}
	first.await(t, first.metrics+"/metrics", `ack_outbound_api_requests_total{op_id="CreateBudget",op_type="CREATE",service="budgets"} 1`)
	if text, _ := get(second.metrics + "/metrics"); strings.Contains(text, `op_id="CreateBudget"`) {
		t.Error("the second process works beside the first")
	}
	first.Stop()
	ready(t, "second")
	second.await(t, second.metrics+"/metrics", `op_id="CreateBudget"`)
}

// process is a process of the controller, and where it tells about itself.
type process struct {
	*testenv.Controller
	health, metrics string
}

// serve starts a process that serves budgets when it is elected.
func serve(t *testing.T, program string, emulator *testenv.AWS) *process {
	t.Helper()
	health, metrics := freeAddress(t), freeAddress(t)
	started, err := testenv.StartController(program, server, emulator, io.Discard, "--services=budgets", "--enable-leader-election",
		"--leader-election-namespace="+namespace, "--healthz-addr="+health, "--metrics-addr="+metrics)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(started.Kill)
	return &process{started, "http://" + health, "http://" + metrics}
}

// freeAddress is an address on loopback that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

func get(url string) (string, error) {
	response, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	return string(text), err
}

// await waits until an answer of the process contains a text.
func (p *process) await(t *testing.T, url, text string) {
	t.Helper()
	testworld.Eventually(t, func() error {
		if err := p.Exited(); err != nil {
			t.Fatal(err)
		}
		answer, err := get(url)
		if err != nil || !strings.Contains(answer, text) {
			return fmt.Errorf("%s: want %s, got %w %.300s", url, text, err, answer)
		}
		return nil
	})
}

// ready creates a budget and waits until somebody has made it.
func ready(t *testing.T, name string) {
	t.Helper()
	object := testworld.Parse(t, namespace, fmt.Sprintf(budget, name))
	if err := kube.Create(t.Context(), object); err != nil {
		t.Fatal(err)
	}
	testworld.Eventually(t, func() error {
		if err := kube.Get(t.Context(), client.ObjectKeyFromObject(object), object); err != nil {
			return err
		}
		if condition := testworld.Condition(object, "Ready"); condition["status"] != "True" {
			return fmt.Errorf("budget %s: %v", name, condition)
		}
		return nil
	})
}
