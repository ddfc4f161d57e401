package bucketemptier

import (
	"context"
	"net/http"
	"sync"

	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"
)

// maxAttempts is how often a call is sent that AWS throttles or fails, waiting longer each time, with jitter. Each call
// made here can be repeated: what it removes is named by version.
const maxAttempts = 5

// clients makes the clients of S3 and keeps them, with their connections and credentials.
type clients struct {
	config ackcfg.Config
	mutex  sync.Mutex
	made   map[location]*s3.Client
}

// get returns the client for a location.
func (c *clients) get(ctx context.Context, at location) (*s3.Client, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if known, ok := c.made[at]; ok {
		return known, nil
	}
	transport := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.MaxIdleConnsPerHost = parallelBuckets * parallelCalls
	})
	if c.config.HTTPClientTimeout > 0 {
		transport = transport.WithTimeout(c.config.HTTPClientTimeout)
	}
	loaded, err := awsconfig.LoadDefaultConfig(ctx,
		awsconfig.WithRegion(at.region),
		awsconfig.WithHTTPClient(transport),
		awsconfig.WithRetryer(func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts = maxAttempts })
		}),
		awsconfig.WithAPIOptions([]func(*middleware.Stack) error{awsmiddleware.AddUserAgentKey("ack-" + Name)}),
	)
	if err != nil {
		return nil, err
	}
	if at.role != "" {
		assume := sts.NewFromConfig(loaded, func(o *sts.Options) {
			if c.config.IdentityEndpointURL != "" {
				o.BaseEndpoint = &c.config.IdentityEndpointURL
			}
		})
		loaded.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(assume, at.role))
	}
	client := s3.NewFromConfig(loaded, func(o *s3.Options) {
		o.UsePathStyle = c.config.UsePathStyle
		if at.endpoint != "" {
			o.BaseEndpoint = &at.endpoint
		}
	})
	c.made[at] = client
	return client, nil
}
