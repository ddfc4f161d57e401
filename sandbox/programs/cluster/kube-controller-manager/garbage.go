package main

import (
	"context"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/restmapper"
	"k8s.io/controller-manager/pkg/clientbuilder"
	"k8s.io/kubernetes/pkg/controller/garbagecollector"
)

// How upstream's command runs the collector.
const (
	garbageAccount = "generic-garbage-collector"
	garbageWorkers = 20
	// How often it looks for kinds that are new or gone.
	garbageSync = 30 * time.Second
)

// collectGarbage runs the garbage collector until the context ends.
func collectGarbage(ctx context.Context, accounts clientbuilder.ControllerClientBuilder) error {
	client, err := accounts.Client(garbageAccount)
	if err != nil {
		return err
	}
	config, err := accounts.Config(garbageAccount)
	if err != nil {
		return err
	}
	// Each deletion takes two calls.
	config.QPS *= 2
	objects, err := metadata.NewForConfig(config)
	if err != nil {
		return err
	}
	// The mapper has a discovery client of its own: what it forgets, the collector's must not.
	forMapper, err := accounts.DiscoveryClient(garbageAccount)
	if err != nil {
		return err
	}
	forSync, err := accounts.DiscoveryClient(garbageAccount)
	if err != nil {
		return err
	}
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(forMapper))
	go wait.UntilWithContext(ctx, func(context.Context) { mapper.Reset() }, garbageSync)

	watches := metadataInformers{metadatainformer.NewSharedInformerFactory(objects, 0)}
	started := make(chan struct{})
	close(started)
	collector, err := garbagecollector.NewGarbageCollector(
		ctx, client, objects, mapper, garbagecollector.DefaultIgnoredResources(), watches, started)
	if err != nil {
		return err
	}
	var running sync.WaitGroup
	running.Go(func() { collector.Run(ctx, garbageWorkers, garbageSync) })
	running.Go(func() { collector.Sync(ctx, forSync, garbageSync) })
	running.Wait()
	return nil
}

// metadataInformers watches the metadata of every kind, built in or not: the collector reads nothing else.
type metadataInformers struct {
	metadatainformer.SharedInformerFactory
}

func (m metadataInformers) ForResource(resource schema.GroupVersionResource) (informers.GenericInformer, error) {
	return m.SharedInformerFactory.ForResource(resource), nil
}
