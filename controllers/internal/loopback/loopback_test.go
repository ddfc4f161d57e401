package loopback

import (
	"net/http"
	"strings"
	"testing"

	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// endpoints are addresses, and whether they are on loopback.
var endpoints = map[string]bool{
	"http://127.0.0.1:4566":       true,
	"http://127.8.9.10:4566":      true,
	"http://[::1]:4566":           true,
	"http://localhost:4566":       true,
	"http://[::ffff:127.0.0.1]:1": true,
	"":                            false,
	"http://":                     false,
	"https://dynamodb.eu-central-1.amazonaws.com":       false,
	"http://0.0.0.0:4566":                               false,
	"http://10.0.0.1":                                   false,
	"http://169.254.169.254":                            false,
	"http://localhost.example.com":                      false,
	"http://127.0.0.1.example.com":                      false,
	"http://127.0.0.1@dynamodb.us-east-1.amazonaws.com": false,
	"http://[::2]:80":                                   false,
	"127.0.0.1:4566":                                    false,
	"http://bad host":                                   false,
}

func TestCheckFlags(t *testing.T) {
	const fine = "http://127.0.0.1:1"
	for endpoint, want := range endpoints {
		for flag, config := range map[string]ackcfg.Config{
			"--aws-endpoint-url":          {EndpointURL: endpoint, IdentityEndpointURL: fine},
			"--aws-identity-endpoint-url": {EndpointURL: fine, IdentityEndpointURL: endpoint},
		} {
			err := CheckFlags(config)
			if (err == nil) != want {
				t.Errorf("%s=%s: %v", flag, endpoint, err)
			}
			if err != nil && !strings.Contains(err.Error(), flag) {
				t.Errorf("%s is not named: %v", flag, err)
			}
		}
	}
}

// counter is an HTTP client that reaches nobody.
type counter struct{ requests []string }

func (c *counter) Do(request *http.Request) (*http.Response, error) {
	c.requests = append(c.requests, request.URL.Host)
	return nil, http.ErrServerClosed
}

// TestOnly makes calls with an endpoint from the configuration, and with one from the client's own options, which is
// where the SDK puts what an environment variable like AWS_ENDPOINT_URL_STS gives.
func TestOnly(t *testing.T) {
	for endpoint, want := range endpoints {
		for source, ofClient := range map[string]bool{"configuration": false, "client": true} {
			if ofClient && endpoint == "" {
				continue
			}
			t.Run(source+" "+endpoint, func(t *testing.T) {
				sent := &counter{}
				config := aws.Config{
					Region: "eu-central-1", HTTPClient: sent, Credentials: credentials.NewStaticCredentialsProvider("x", "x", ""),
					BaseEndpoint: &endpoint, RetryMaxAttempts: 1,
				}
				options := func(*sts.Options) {}
				if ofClient {
					config.BaseEndpoint = aws.String("http://127.0.0.1:1")
					options = func(o *sts.Options) { o.BaseEndpoint = &endpoint }
				}
				_, err := sts.NewFromConfig(Only(config), options).GetCallerIdentity(t.Context(), nil)
				if err == nil {
					t.Error("no error")
				}
				if (len(sent.requests) > 0) != want {
					t.Errorf("sent to %v: %v", sent.requests, err)
				}
			})
		}
	}
}
