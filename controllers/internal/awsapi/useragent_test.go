package awsapi

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	acktypes "github.com/aws-controllers-k8s/runtime/pkg/types"
	"github.com/aws/aws-sdk-go-v2/aws"
	awsbatch "github.com/aws/aws-sdk-go-v2/service/batch"
)

// TestUserAgent has AWS see whose calls they are, in the form that ACK's controllers have, and the SDK's after it.
func TestUserAgent(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	var got string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		got = request.Header.Get("User-Agent")
		_, _ = w.Write([]byte("{}"))
	}))
	defer server.Close()
	version := acktypes.VersionInfo{GitVersion: "v1", GitCommit: "abc", BuildDate: "today"}
	group := UserAgent("batch.services.k8s.aws", version)
	config, err := NewConfigs("batch", Calls{}, ackcfg.Config{}, group).Get(t.Context(), "eu-central-1", server.URL, "")
	if err != nil {
		t.Fatal(err)
	}
	queue := WithUserAgent(config, UserAgent("batch.services.k8s.aws", version, "CRDKind/JobQueue", "CRDVersion/v1alpha1"))
	for _, c := range []struct {
		reason string
		config aws.Config
		want   string
	}{
		{"a kind's calls", queue, "aws-controllers-k8s/batch.services.k8s.aws-v1 (GitCommit/abc; BuildDate/today; CRDKind/JobQueue; CRDVersion/v1alpha1) aws-sdk-go-v2/"},
		{"others are as they were", config, "aws-controllers-k8s/batch.services.k8s.aws-v1 (GitCommit/abc; BuildDate/today) aws-sdk-go-v2/"},
	} {
		if _, err := awsbatch.NewFromConfig(c.config).DescribeJobQueues(t.Context(), &awsbatch.DescribeJobQueuesInput{}); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: came from %q, want %q...", c.reason, got, c.want)
		}
	}
}
