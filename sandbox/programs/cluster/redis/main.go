// Command redis serves Argo CD's cache from memory: `redis ADDRESS`, with the password in REDIS_PASSWORD.
// Argo CD rebuilds the cache from Git and Kubernetes, so nothing needs to outlive the process.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alicebob/miniredis/v2"
)

func main() {
	if len(os.Args) != 2 || os.Getenv("REDIS_PASSWORD") == "" {
		fmt.Fprintln(os.Stderr, "usage: REDIS_PASSWORD=... redis HOST:PORT")
		os.Exit(2)
	}
	server := miniredis.NewMiniRedis()
	server.RequireAuth(os.Getenv("REDIS_PASSWORD"))
	if err := server.StartAddr(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "redis:", err)
		os.Exit(1)
	}
	defer server.Close()

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	// miniredis lets keys expire only when it is told that time went by.
	tick := time.NewTicker(time.Second)
	for {
		select {
		case <-tick.C:
			server.FastForward(time.Second)
		case <-stop:
			return
		}
	}
}
