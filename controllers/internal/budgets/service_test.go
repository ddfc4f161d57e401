package budgets

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/budgets/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
)

// answers is an HTTP client that remembers a request and finds nothing.
type answers struct{ request *http.Request }

func (a *answers) Do(request *http.Request) (*http.Response, error) {
	a.request = request
	response := &http.Response{StatusCode: http.StatusBadRequest, Header: http.Header{"X-Amzn-Errortype": {"NotFoundException"}}, Body: http.NoBody}
	return response, nil
}

// TestHome checks where calls go and for which region they are signed: AWS Budgets has one home a partition.
func TestHome(t *testing.T) {
	for name, c := range map[string]struct{ reason, region, host, signedFor string }{
		"aws":       {"the platform's own region has no Budgets API", "eu-central-1", "budgets.amazonaws.com", "us-east-1"},
		"aws-cn":    {"China's home is another", "cn-north-1", "budgets.amazonaws.com.cn", "cn-northwest-1"},
		"us-east-1": {"the home itself", "us-east-1", "budgets.amazonaws.com", "us-east-1"},
	} {
		t.Run(name, func(t *testing.T) {
			client := &answers{}
			operations := newBudgets(ack.Account{ID: "120569615884", Config: aws.Config{
				Region: c.region, HTTPClient: client, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
			}})
			wanted := &v1alpha1.Budget{Spec: v1alpha1.BudgetSpec{Name: aws.String("budget")}}
			if _, err := operations.Read(t.Context(), wanted); !errors.Is(err, ack.ErrNotFound) {
				t.Fatalf("got %v", err)
			}
			if got := client.request.URL.Host; got != c.host {
				t.Errorf("%s: called %s, want %s", c.reason, got, c.host)
			}
			if scope := "/" + c.signedFor + "/budgets/aws4_request"; !strings.Contains(client.request.Header.Get("Authorization"), scope) {
				t.Errorf("%s: signed %s, want %s", c.reason, client.request.Header.Get("Authorization"), scope)
			}
		})
	}
}
