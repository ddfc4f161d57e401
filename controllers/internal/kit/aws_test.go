package kit

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	awsbatch "github.com/aws/aws-sdk-go-v2/service/batch"
)

// answers is an AWS that gives one status after another, and counts.
type answers struct {
	mutex    sync.Mutex
	statuses []int
	calls    int
}

func (a *answers) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	status := http.StatusOK
	if a.calls < len(a.statuses) {
		status = a.statuses[a.calls]
	}
	a.calls++
	w.Header().Set("Content-Type", "application/json")
	if status == http.StatusTooManyRequests {
		w.Header().Set("X-Amzn-ErrorType", "TooManyRequestsException")
	}
	w.WriteHeader(status)
	_, _ = w.Write([]byte("{}"))
}

func clientOf(t *testing.T, server *answers, calls Calls) *awsbatch.Client {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	listener := httptest.NewServer(server)
	t.Cleanup(listener.Close)
	c := NewConfigs("batch", calls, ackcfg.Config{HTTPClientTimeout: time.Second}, "aws-controllers-k8s/test")
	config, err := c.Get(t.Context(), "eu-central-1", listener.URL, "")
	if err != nil {
		t.Fatal(err)
	}
	again, err := c.Get(t.Context(), "eu-central-1", listener.URL, "")
	if err != nil || again.HTTPClient != config.HTTPClient {
		t.Error("the configuration is not kept")
	}
	return awsbatch.NewFromConfig(config)
}

// TestRetries repeats a call only where that cannot do harm.
func TestRetries(t *testing.T) {
	read := func(ctx context.Context, client *awsbatch.Client) error {
		_, err := client.DescribeJobQueues(ctx, &awsbatch.DescribeJobQueuesInput{})
		return err
	}
	write := func(ctx context.Context, client *awsbatch.Client) error {
		_, err := client.RegisterJobDefinition(ctx, &awsbatch.RegisterJobDefinitionInput{JobDefinitionName: ptr("a"), Type: "container"})
		return err
	}
	for name, c := range map[string]struct {
		how      Calls
		statuses []int
		call     func(context.Context, *awsbatch.Client) error
		calls    int
		fails    bool
	}{
		"a read that failed":                             {Calls{}, []int{500}, read, 2, false},
		"a read that was throttled":                      {Calls{}, []int{429}, read, 2, false},
		"a write that failed":                            {Calls{}, []int{500}, write, 1, true},
		"a write that was throttled, and so did nothing": {Calls{}, []int{429}, write, 2, false},
		"a write that failed and is repeatable":          {Calls{Repeatable: true}, []int{500}, write, 2, false},
		"the last attempt":                               {Calls{Attempts: 2}, []int{500, 500}, read, 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			server := &answers{statuses: c.statuses}
			err := c.call(t.Context(), clientOf(t, server, c.how))
			if (err != nil) != c.fails || server.calls != c.calls {
				t.Errorf("%d calls and %v, want %d and failure %v", server.calls, err, c.calls, c.fails)
			}
		})
	}
}

// TestRateLimit keeps within the calls a second of a service; the first second's are a burst.
func TestRateLimit(t *testing.T) {
	server := &answers{}
	client := clientOf(t, server, Calls{PerSecond: 10})
	started := time.Now()
	var group sync.WaitGroup
	for range 15 {
		group.Go(func() {
			if _, err := client.DescribeJobQueues(t.Context(), &awsbatch.DescribeJobQueuesInput{}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if took := time.Since(started); took < 450*time.Millisecond {
		t.Errorf("15 calls at 10 a second took %s", took)
	}
}
