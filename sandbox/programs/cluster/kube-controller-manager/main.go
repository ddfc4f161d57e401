// Command kube-controller-manager runs the two controllers of Kubernetes' controller manager that delete: the namespace
// controller, without which no namespace would ever go, and the garbage collector, without which nothing would that is
// deleted in the foreground. They are Kubernetes' own packages. Its own command links some forty controllers more, for
// nodes and pods that are not here, and takes a minute longer to compile.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"github.com/spf13/pflag"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/controller-manager/pkg/clientbuilder"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "kube-controller-manager:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := pflag.NewFlagSet("kube-controller-manager", pflag.ContinueOnError)
	kubeconfig := flags.String("kubeconfig", "", "how to reach the API server")
	var health healthServer
	flags.StringVar(&health.address, "address", "", "HOST:PORT to serve /healthz on")
	flags.StringVar(&health.certificate, "tls-cert-file", "", "its certificate")
	flags.StringVar(&health.key, "tls-private-key-file", "", "the certificate's key")
	flags.StringVar(&health.clientAuthority, "client-ca-file", "", "only holders of its certificates may ask")
	if err := flags.Parse(args); err != nil {
		return err
	}

	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return err
	}
	// What upstream's --kube-api-qps and --kube-api-burst default to.
	config.QPS, config.Burst = 20, 30
	clients, err := accounts(config)
	if err != nil {
		return err
	}

	ctx, cancel := context.WithCancelCause(ctx)
	var running sync.WaitGroup
	start := func(work func(context.Context) error) {
		running.Go(func() {
			if err := work(ctx); err != nil {
				cancel(err)
			}
		})
	}
	start(health.serve)
	start(func(ctx context.Context) error { return deleteNamespaces(ctx, clients) })
	start(func(ctx context.Context) error { return collectGarbage(ctx, clients) })
	running.Wait()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// accounts makes clients that each act as a service account of kube-system with the role that Kubernetes gives it, as
// upstream's --use-service-account-credentials does.
func accounts(config *rest.Config) (clientbuilder.ControllerClientBuilder, error) {
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	anonymous := rest.AnonymousClientConfig(config)
	return clientbuilder.NewDynamicClientBuilder(anonymous, client.CoreV1(), metav1.NamespaceSystem), nil
}
