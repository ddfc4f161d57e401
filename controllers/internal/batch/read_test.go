package batch

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	ackcompare "github.com/aws-controllers-k8s/runtime/pkg/compare"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/batch/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
)

// answerer is an HTTP client to which AWS always answers the same.
type answerer string

func (a answerer) Do(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(string(a)))}, nil
}

func account(answer string) ack.Account {
	return ack.Account{Config: aws.Config{
		Region: "eu-central-1", HTTPClient: answerer(answer), Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	}}
}

// TestReadUnknown takes what AWS answers one day in its stride: fields and values that nobody knows yet, and fields that
// are missing.
func TestReadUnknown(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		read   func(ack.Account) (settled, err error)
	}{
		"a compute environment": {`{"futureField": [{}], "computeEnvironments": [{"computeEnvironmentName": "x", "status": "FUTURE", "type": "FUTURE", "futureField": {"a": 1}, "computeResources": {"futureField": 1, "type": "FUTURE"}}]}`,
			func(a ack.Account) (error, error) {
				read, err := newComputeEnvironments(a).Read(t.Context(), &v1alpha1.ComputeEnvironment{Spec: v1alpha1.ComputeEnvironmentSpec{Name: aws.String("x")}})
				if err != nil {
					return nil, err
				}
				normaliseComputeEnvironment(&v1alpha1.ComputeEnvironment{}, read)
				return computeEnvironmentKind.Settled(read), nil
			}},
		"a job queue": {`{"jobQueues": [{"jobQueueName": "x", "status": "FUTURE", "futureField": true, "computeEnvironmentOrder": [{"futureField": null}], "jobStateTimeLimitActions": [{"action": "FUTURE"}]}]}`,
			func(a ack.Account) (error, error) {
				read, err := newJobQueues(a).Read(t.Context(), &v1alpha1.JobQueue{Spec: v1alpha1.JobQueueSpec{Name: aws.String("x")}})
				if err != nil {
					return nil, err
				}
				normaliseJobQueue(&v1alpha1.JobQueue{}, read)
				return jobQueueKind.Settled(read), nil
			}},
		"a job definition": {`{"jobDefinitions": [{"jobDefinitionName": "x", "revision": 1, "status": "ACTIVE", "type": "FUTURE", "containerOrchestrationType": "FUTURE", "futureProperties": {}, "containerProperties": {"futureField": 1, "linuxParameters": {"devices": [{}], "tmpfs": [{}]}, "volumes": [{}], "logConfiguration": {}, "resourceRequirements": [{"type": "FUTURE"}]}}]}`,
			func(a ack.Account) (error, error) {
				read, err := newJobDefinitions(a).Read(t.Context(), &v1alpha1.JobDefinition{
					Spec: v1alpha1.JobDefinitionSpec{Name: aws.String("x")}, Status: v1alpha1.JobDefinitionStatus{Revision: aws.Int64(1)},
				})
				if err != nil {
					return nil, err
				}
				normaliseJobDefinition(&v1alpha1.JobDefinition{}, read)
				return errors.New("job definitions have no status to wait for"), nil
			}},
	} {
		t.Run(name, func(t *testing.T) {
			settled, err := c.read(account(c.answer))
			if err != nil {
				t.Fatal(err)
			}
			if settled == nil {
				t.Error("a status that nobody knows counts as ready")
			}
		})
	}
}

// TestRefuseReplacement names the field whose change AWS can make by replacing the environment only.
func TestRefuseReplacement(t *testing.T) {
	for path, want := range map[string]string{
		"Spec.Type":                              "spec.type cannot be changed",
		"Spec.EKSConfiguration.EKSClusterARN":    "spec.eksConfiguration cannot be changed",
		"Spec.ComputeResources.SpotIAMFleetRole": "spec.computeResources.spotIAMFleetRole cannot be changed",
		"Spec.ComputeResources.MaxvCPUs":         "",
	} {
		t.Run(path, func(t *testing.T) {
			delta := ackcompare.NewDelta()
			delta.Add(path, "a", "b")
			err := refuseReplacement(&v1alpha1.ComputeEnvironment{}, &v1alpha1.ComputeEnvironment{}, delta)
			if want == "" {
				if err != nil {
					t.Errorf("got %v", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}
