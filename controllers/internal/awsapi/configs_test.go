package awsapi

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
		_, err := client.RegisterJobDefinition(ctx, &awsbatch.RegisterJobDefinitionInput{JobDefinitionName: new("a"), Type: "container"})
		return err
	}
	for name, c := range map[string]struct {
		how      Calls
		statuses []int
		call     func(context.Context, *awsbatch.Client) error
		calls    int
		fails    bool
	}{
		"a read that failed":                          {Calls{}, []int{500}, read, 2, false},
		"a read that was throttled":                   {Calls{}, []int{429}, read, 2, false},
		"a write that failed":                         {Calls{}, []int{500}, write, 1, true},
		"a write that was throttled, if that is true": {Calls{}, []int{429}, write, 1, true},
		"a write that failed and is repeatable":       {Calls{Repeatable: true}, []int{500}, write, 2, false},
		"the last attempt":                            {Calls{Attempts: 2}, []int{500, 500}, read, 2, true},
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

// TestRateLimitIsTheAccounts shares the rate among the roles of an account, as AWS counts, and with no other account.
func TestRateLimitIsTheAccounts(t *testing.T) {
	c := NewConfigs("batch", Calls{PerSecond: 10}, ackcfg.Config{AccountID: "111111111111"}, "aws-controllers-k8s/test")
	own := c.limit(configKey{region: "eu-central-1"})
	for name, other := range map[string]struct {
		key    configKey
		shared bool
	}{
		"a role of the account":  {configKey{region: "eu-central-1", role: "arn:aws:iam::111111111111:role/a"}, true},
		"a role of another":      {configKey{region: "eu-central-1", role: "arn:aws:iam::222222222222:role/a"}, false},
		"another region":         {configKey{region: "us-east-1"}, false},
		"another endpoint of it": {configKey{region: "eu-central-1", endpoint: "http://127.0.0.1:1"}, true},
	} {
		if (c.limit(other.key) == own) != other.shared {
			t.Errorf("%s: shared %v, want %v", name, !other.shared, other.shared)
		}
	}
}

// TestAssumeRoleIsRepeated, unlike the calls that are made with the role.
func TestAssumeRoleIsRepeated(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	asked := 0
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked == 1 {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		_, _ = w.Write([]byte(`<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>` +
			`<AccessKeyId>k</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration>` +
			`</Credentials></AssumeRoleResult></AssumeRoleResponse>`))
	}))
	t.Cleanup(listener.Close)
	c := NewConfigs("batch", Calls{}, ackcfg.Config{HTTPClientTimeout: time.Second, IdentityEndpointURL: listener.URL}, "aws-controllers-k8s/test")
	config, err := c.Get(t.Context(), "eu-central-1", "", "arn:aws:iam::222222222222:role/a")
	if err != nil {
		t.Fatal(err)
	}
	if key, err := config.Credentials.Retrieve(t.Context()); err != nil || key.AccessKeyID != "k" || asked != 2 {
		t.Errorf("got %s after %d calls, %v", key.AccessKeyID, asked, err)
	}
}
