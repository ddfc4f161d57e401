package awsapi

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
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"
	"golang.org/x/time/rate"
)

// Configs makes the AWS configurations of a service and keeps them: one is asked for at every reconcile, and connections,
// credentials, and the count of calls in a second have to be shared by all of them.
type Configs struct {
	service        string
	calls          Calls
	config         ackcfg.Config
	userAgent      string
	metrics        *ackmetrics.Metrics
	mutex          sync.Mutex
	configurations map[configKey]aws.Config
	limits         map[limitKey]*rate.Limiter
}

// Calls says how a service's calls are made.
type Calls struct {
	// PerSecond is the rate that they are kept within, for an account and region; 0 is no limit.
	PerSecond int
	// AtOnce is how many are made at a time: so many connections are kept.
	AtOnce int
	// Attempts is how often a call is sent that fails, waiting longer each time, with jitter; 0 is the SDK's default, 3.
	Attempts int
	// Repeatable says that any of them can be sent again when it has failed. Else only those are that read.
	Repeatable bool
}

// NewConfigs makes the configurations of a service. Its calls go by the name of the service in ACK's metrics; userAgent is
// made by UserAgent.
func NewConfigs(service string, calls Calls, config ackcfg.Config, userAgent string) *Configs {
	return &Configs{
		service: service, calls: calls, config: config, userAgent: userAgent,
		metrics: ackmetrics.NewMetrics(service), configurations: map[configKey]aws.Config{}, limits: map[limitKey]*rate.Limiter{},
	}
}

// configKey is what configurations differ in.
type configKey struct {
	region   ackv1alpha1.AWSRegion
	endpoint string
	role     ackv1alpha1.AWSResourceName
}

// limitKey is what limits differ in.
type limitKey struct {
	account string
	region  ackv1alpha1.AWSRegion
}

// Get returns the configuration for a region, an endpoint ("" is AWS's own) and a role to assume ("" is none).
func (c *Configs) Get(ctx context.Context, region ackv1alpha1.AWSRegion, endpoint string, role ackv1alpha1.AWSResourceName) (aws.Config, error) {
	key := configKey{region, endpoint, role}
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

func (c *Configs) load(ctx context.Context, key configKey) (aws.Config, error) {
	calls := &callRetryer{
		Standard: retry.NewStandard(func(o *retry.StandardOptions) {
			if c.calls.Attempts > 0 {
				o.MaxAttempts = c.calls.Attempts
			}
		}),
		limit: c.limit(key), repeatable: c.calls.Repeatable,
	}
	transport := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConnsPerHost = c.calls.AtOnce
	})
	if c.config.HTTPClientTimeout > 0 {
		transport = transport.WithTimeout(c.config.HTTPClientTimeout)
	}
	made, err := awsconfig.LoadDefaultConfig(ctx,
		awsconfig.WithRegion(string(key.region)),
		awsconfig.WithHTTPClient(transport),
		awsconfig.WithRetryer(func() aws.Retryer { return calls }),
		awsconfig.WithAPIOptions([]func(*middleware.Stack) error{
			addUserAgent(c.userAgent),
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
		identity := sts.NewFromConfig(made, func(o *sts.Options) {
			// Neither within the service's rate, nor like a call that must not be repeated.
			o.Retryer = retry.NewStandard()
			if c.config.IdentityEndpointURL != "" {
				o.BaseEndpoint = &c.config.IdentityEndpointURL
			}
		})
		made.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(identity, string(key.role)))
	}
	return made, nil
}

// limit is the limiter of a configuration's calls. AWS counts them by account and region, whatever role makes them. The
// caller holds the lock.
func (c *Configs) limit(key configKey) *rate.Limiter {
	if c.calls.PerSecond == 0 {
		return rate.NewLimiter(rate.Inf, 0)
	}
	within := limitKey{account: c.config.AccountID, region: key.region}
	if role, err := arn.Parse(string(key.role)); err == nil {
		within.account = role.AccountID
	}
	if c.limits[within] == nil {
		c.limits[within] = rate.NewLimiter(rate.Limit(c.calls.PerSecond), c.calls.PerSecond)
	}
	return c.limits[within]
}

// countCalls counts calls and failures in ACK's metrics.
func (c *Configs) countCalls(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("CountCalls", func(
		ctx context.Context, input middleware.InitializeInput, next middleware.InitializeHandler,
	) (middleware.InitializeOutput, middleware.Metadata, error) {
		output, metadata, err := next.HandleInitialize(ctx, input)
		operation := middleware.GetOperationName(ctx)
		c.metrics.RecordAPICall(opType(operation), operation, err)
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
	limit      *rate.Limiter
	repeatable bool
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
// was lost, makes another revision. The next reconcile looks at what is there first, also after throttling.
func (r *callRetryer) GetRetryToken(ctx context.Context, failure error) (func(error) error, error) {
	if !r.repeatable && !isRead(middleware.GetOperationName(ctx)) {
		return nil, errNotRepeated
	}
	return r.Standard.GetRetryToken(ctx, failure)
}
