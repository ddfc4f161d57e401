package awsapi

import (
	"context"
	"fmt"
	"strings"

	acktypes "github.com/aws-controllers-k8s/runtime/pkg/types"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// UserAgent is how ACK's controllers name themselves to AWS, as in pkg/runtime/config.go of their runtime:
//
//	aws-controllers-k8s/batch.services.k8s.aws-v0.1.0 (GitCommit/…; BuildDate/…; CRDKind/JobQueue; CRDVersion/v1alpha1)
func UserAgent(group string, version acktypes.VersionInfo, more ...string) string {
	details := append([]string{"GitCommit/" + version.GitCommit, "BuildDate/" + version.BuildDate}, more...)
	return fmt.Sprintf("aws-controllers-k8s/%s-%s (%s)", group, version.GitVersion, strings.Join(details, "; "))
}

// WithUserAgent is a configuration whose calls are made under another user agent. It shares everything else.
func WithUserAgent(config aws.Config, agent string) aws.Config {
	config = config.Copy()
	config.APIOptions = append(config.APIOptions[:len(config.APIOptions):len(config.APIOptions)], addUserAgent(agent))
	return config
}

// addUserAgent puts a user agent before the SDK's, in the place of one that was put there before.
func addUserAgent(agent string) func(*middleware.Stack) error {
	added := middleware.BuildMiddlewareFunc("ACKUserAgent", func(
		ctx context.Context, input middleware.BuildInput, next middleware.BuildHandler,
	) (middleware.BuildOutput, middleware.Metadata, error) {
		if request, ok := input.Request.(*smithyhttp.Request); ok {
			request.Header.Set("User-Agent", strings.TrimSpace(agent+" "+request.Header.Get("User-Agent")))
		}
		return next.HandleBuild(ctx, input)
	})
	return func(stack *middleware.Stack) error {
		if _, isThere := stack.Build.Get(added.ID()); isThere {
			_, err := stack.Build.Swap(added.ID(), added)
			return err
		}
		return stack.Build.Add(added, middleware.After)
	}
}
