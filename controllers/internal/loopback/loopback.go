// Package loopback keeps the stand-ins on this machine: they are for the AWS emulator and must never reach AWS.
package loopback

import (
	"context"
	"fmt"
	"net"
	"net/url"

	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/awsapi"
)

// allowed is what an endpoint may be, for messages.
const allowed = "http://127.0.0.1:PORT (any address of 127.0.0.0/8), http://[::1]:PORT or http://localhost:PORT"

// CheckFlags refuses flags with which a controller would call anything but this machine.
func CheckFlags(config ackcfg.Config) error {
	for _, flag := range []struct{ name, value string }{
		{"--aws-endpoint-url", config.EndpointURL},
		{"--aws-identity-endpoint-url", config.IdentityEndpointURL},
	} {
		if err := checkText(flag.value); err != nil {
			return fmt.Errorf("%s=%q: the stand-ins serve the AWS emulator of the sandbox only: %w", flag.name, flag.value, err)
		}
	}
	return nil
}

// Only makes an SDK configuration refuse every call that would leave this machine, whatever gave the endpoint: a flag,
// the annotation services.k8s.aws/endpoint-url of a namespace, an environment variable. The error is one that ends in the
// object's condition ACK.Terminal.
func Only(config aws.Config) aws.Config {
	config = config.Copy()
	config.APIOptions = append(config.APIOptions,
		func(stack *middleware.Stack) error {
			// First of all, before credentials are fetched from the same endpoint.
			return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("LoopbackConfiguration", func(
				ctx context.Context, input middleware.InitializeInput, next middleware.InitializeHandler,
			) (middleware.InitializeOutput, middleware.Metadata, error) {
				if err := checkText(aws.ToString(config.BaseEndpoint)); err != nil {
					return middleware.InitializeOutput{}, middleware.Metadata{}, refused(aws.ToString(config.BaseEndpoint), err)
				}
				return next.HandleInitialize(ctx, input)
			}), middleware.Before)
		},
		func(stack *middleware.Stack) error {
			// Last of all, when the SDK has made up its mind about the endpoint.
			return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("LoopbackRequest", func(
				ctx context.Context, input middleware.DeserializeInput, next middleware.DeserializeHandler,
			) (middleware.DeserializeOutput, middleware.Metadata, error) {
				request, ok := input.Request.(*smithyhttp.Request)
				if !ok {
					return middleware.DeserializeOutput{}, middleware.Metadata{}, fmt.Errorf("loopback: unexpected request type %T", input.Request)
				}
				if err := check(request.URL); err != nil {
					return middleware.DeserializeOutput{}, middleware.Metadata{}, refused(request.URL.Scheme+"://"+request.URL.Host, err)
				}
				return next.HandleDeserialize(ctx, input)
			}), middleware.After)
		})
	return config
}

func refused(endpoint string, why error) error {
	return ack.Fault(awsapi.BadInput, "endpoint %q is refused, as the stand-ins serve the AWS emulator of the sandbox only: %v", endpoint, why)
}

func checkText(endpoint string) error {
	parsed, err := url.Parse(endpoint)
	if err != nil {
		return fmt.Errorf("not a URL, want %s", allowed)
	}
	return check(parsed)
}

// check looks at the name only: a name that resolves to loopback today may resolve to something else tomorrow.
func check(endpoint *url.URL) error {
	host := endpoint.Hostname()
	if host == "localhost" || net.ParseIP(host).IsLoopback() {
		return nil
	}
	return fmt.Errorf("host %q is not on loopback, want %s", host, allowed)
}
