package kit

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	ackmetrics "github.com/aws-controllers-k8s/runtime/pkg/metrics"
	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"
	"golang.org/x/time/rate"
)

// configs makes the AWS configurations of a service and keeps them: the runtime asks for one at every reconcile, and
// connections, credentials, and the count of calls in a second have to be shared by all of them.
type configs struct {
	service        Service
	config         ackcfg.Config
	version        string
	metrics        *ackmetrics.Metrics
	mutex          sync.Mutex
	configurations map[configKey]aws.Config
}

// configKey is what configurations differ in.
type configKey struct {
	region   ackv1alpha1.AWSRegion
	endpoint string
	role     ackv1alpha1.AWSResourceName
}

// get returns the configuration for a region, an endpoint ("" is AWS's own) and a role to assume ("" is none).
func (c *configs) get(ctx context.Context, key configKey) (aws.Config, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if known, ok := c.configurations[key]; ok {
		return known, nil
	}
	made, err := c.load(ctx, key)
	if err == nil {
		c.configurations[key] = made
	}
	return made, err
}

func (c *configs) load(ctx context.Context, key configKey) (aws.Config, error) {
	calls := &callRetryer{Standard: retry.NewStandard(), limit: rate.NewLimiter(rate.Inf, 0)}
	if perSecond := c.service.CallsPerSecond; perSecond > 0 {
		calls.limit = rate.NewLimiter(rate.Limit(perSecond), perSecond)
	}
	transport := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConnsPerHost = c.config.ReconcileDefaultMaxConcurrency + 1
	})
	if c.config.HTTPClientTimeout > 0 {
		transport = transport.WithTimeout(c.config.HTTPClientTimeout)
	}
	made, err := awsconfig.LoadDefaultConfig(ctx,
		awsconfig.WithRegion(string(key.region)),
		awsconfig.WithHTTPClient(transport),
		awsconfig.WithRetryer(func() aws.Retryer { return calls }),
		awsconfig.WithAPIOptions([]func(*middleware.Stack) error{
			awsmiddleware.AddUserAgentKeyValue("ack-"+c.service.Name, c.version),
			c.countCalls,
		}),
	)
	if err != nil {
		return made, err
	}
	if key.endpoint != "" {
		made.BaseEndpoint = &key.endpoint
	}
	if key.role != "" {
		made.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(made), string(key.role)))
	}
	return made, nil
}

// countCalls counts calls and failures in ACK's metrics.
func (c *configs) countCalls(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("CountCalls", func(
		ctx context.Context, input middleware.InitializeInput, next middleware.InitializeHandler,
	) (middleware.InitializeOutput, middleware.Metadata, error) {
		output, metadata, err := next.HandleInitialize(ctx, input)
		operation := middleware.GetOperationName(ctx)
		kind := "WRITE"
		if isRead(operation) {
			kind = "READ"
		}
		c.metrics.RecordAPICall(kind, operation, err)
		return output, metadata, err
	}), middleware.After)
}

// isRead says whether a call changes nothing, so that it can be repeated without thought.
func isRead(operation string) bool {
	return strings.HasPrefix(operation, "Describe") || strings.HasPrefix(operation, "Get") ||
		strings.HasPrefix(operation, "List") || strings.HasPrefix(operation, "Head")
}

// callRetryer keeps calls within the account's rate and repeats those that failed, with jitter, if that is safe.
type callRetryer struct {
	*retry.Standard
	limit *rate.Limiter
}

// GetAttemptToken waits until another call fits into the rate.
func (r *callRetryer) GetAttemptToken(ctx context.Context) (func(error) error, error) {
	if err := r.limit.Wait(ctx); err != nil {
		return nil, err
	}
	return r.Standard.GetAttemptToken(ctx)
}

var errNotRepeated = errors.New("not repeated: the call may have taken effect")

// GetRetryToken refuses to repeat a call that may have taken effect: RegisterJobDefinition, sent again after its answer
// was lost, makes another revision. The next reconcile looks at what is there first.
func (r *callRetryer) GetRetryToken(ctx context.Context, failure error) (func(error) error, error) {
	if !isRead(middleware.GetOperationName(ctx)) && !isThrottle(failure) {
		return nil, errNotRepeated
	}
	return r.Standard.GetRetryToken(ctx, failure)
}
