package main

import (
	"context"
	"errors"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/controller-manager/pkg/clientbuilder"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller/namespace/deletion"
)

// How upstream's command runs the namespace controller.
const (
	namespaceAccount = "namespace-controller"
	namespaceWorkers = 10
	// How often a namespace that is being deleted is looked at again in any case.
	namespaceSync = 5 * time.Minute
)

// deleteNamespaces empties namespaces that are being deleted and lets them go, until the context ends.
//
// Upstream's loop around the same deletion waits five seconds before each, for what other API servers and etcd members
// may not know yet. There is only one of each here.
func deleteNamespaces(ctx context.Context, accounts clientbuilder.ControllerClientBuilder) error {
	config, err := accounts.Config(namespaceAccount)
	if err != nil {
		return err
	}
	// A namespace takes two calls per kind, and dozens of kinds have nothing in it.
	config.QPS *= 20
	config.Burst *= 100
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	objects, err := metadata.NewForConfig(config)
	if err != nil {
		return err
	}
	deleter := deletion.NewNamespacedResourcesDeleter(ctx, client.CoreV1().Namespaces(), objects, client.CoreV1(),
		client.Discovery().ServerPreferredNamespacedResources, corev1.FinalizerKubernetes)

	queue := workqueue.NewTypedRateLimitingQueue(workqueue.NewTypedItemExponentialFailureRateLimiter[string](
		5*time.Millisecond, time.Minute))
	stopQueue := context.AfterFunc(ctx, queue.ShutDown)
	defer stopQueue()
	watches := metadatainformer.NewSharedInformerFactory(objects, namespaceSync)
	enqueue := func(object any) {
		if namespace, err := meta.Accessor(object); err == nil && namespace.GetDeletionTimestamp() != nil {
			queue.Add(namespace.GetName())
		}
	}
	_, err = watches.ForResource(corev1.SchemeGroupVersion.WithResource("namespaces")).Informer().AddEventHandler(
		cache.ResourceEventHandlerFuncs{AddFunc: enqueue, UpdateFunc: func(_, object any) { enqueue(object) }})
	if err != nil {
		return err
	}
	watches.Start(ctx.Done())
	defer watches.Shutdown()

	var workers sync.WaitGroup
	for range namespaceWorkers {
		workers.Go(func() {
			for deleteNext(ctx, queue, deleter) {
			}
		})
	}
	workers.Wait()
	return nil
}

// deleteNext handles the next namespace of the queue and returns whether there may be another.
func deleteNext(
	ctx context.Context,
	queue workqueue.TypedRateLimitingInterface[string],
	deleter deletion.NamespacedResourcesDeleterInterface,
) bool {
	name, stopped := queue.Get()
	if stopped {
		return false
	}
	defer queue.Done(name)
	err := deleter.Delete(ctx, name)
	var remaining *deletion.ResourcesRemainingError
	switch {
	case err == nil:
		queue.Forget(name)
	case errors.As(err, &remaining):
		// It has objects whose finalizers somebody else has to take off; upstream's own estimate, in seconds.
		queue.AddAfter(name, time.Duration(remaining.Estimate/2+1)*time.Second)
	default:
		klog.FromContext(ctx).Error(err, "Cannot empty the namespace yet", "namespace", name)
		queue.AddRateLimited(name)
	}
	return true
}
