package testenv

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

const (
	// AccountID is the controllers' own account, and that of tests without another.
	AccountID = "120569615884"
	// Region is the one that controllers and tests work in.
	Region = "eu-central-1"

	// awsStartTimeout is generous: the first start of all installs the emulator.
	awsStartTimeout = 5 * time.Minute
	awsStopTimeout  = 10 * time.Second
)

// AWS is a running AWS emulator.
type AWS struct {
	// URL of the endpoint.
	URL     string
	command *exec.Cmd
	folder  string
	// exited is closed when the process has ended, and failure is then why.
	exited   chan struct{}
	failure  error
	accounts accounts
	// ownConfig is an SDK configuration for AccountID, made once: it takes long where AWS_CA_BUNDLE is set.
	ownConfig func() (aws.Config, error)
}

// StartAWS starts the emulator that the environment variable SANDERS_AWS names.
func StartAWS() (*AWS, error) {
	program := os.Getenv("SANDERS_AWS")
	if _, err := os.Stat(program); err != nil {
		return nil, fmt.Errorf("SANDERS_AWS=%q must be the path of the AWS emulator's command, sandbox/aws/sanders-aws: "+
			"run `make test` in the project's top folder, which sets it", program)
	}
	folder, err := os.MkdirTemp("", "sanders-aws-")
	if err != nil {
		return nil, err
	}
	portFile := filepath.Join(folder, "port")
	log, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		return nil, err
	}
	a := &AWS{folder: folder, exited: make(chan struct{})}
	a.ownConfig = sync.OnceValues(func() (aws.Config, error) {
		return awsconfig.LoadDefaultConfig(context.Background(), awsconfig.WithRegion(Region), awsconfig.WithBaseEndpoint(a.URL),
			awsconfig.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(ownKey, "test", "")))
	})
	a.command = exec.Command(program, "--port", "0", "--port-file", portFile, "--account", AccountID, "--delays", "none")
	a.command.Stdout, a.command.Stderr = log, log
	// Its own process group, so that whatever it starts is stopped with it.
	a.command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := a.command.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(a.exited)
		a.failure = a.command.Wait()
	}()
	deadline := time.After(awsStartTimeout)
	for {
		if port, err := os.ReadFile(portFile); err == nil && len(bytes.TrimSpace(port)) > 0 {
			a.URL = "http://127.0.0.1:" + string(bytes.TrimSpace(port))
			return a, nil
		}
		select {
		case <-a.exited:
			output, _ := os.ReadFile(log.Name())
			return nil, fmt.Errorf("the AWS emulator ended before it was ready: %w\n%s", a.failure, output)
		case <-deadline:
			_ = a.Stop()
			return nil, fmt.Errorf("the AWS emulator was not ready within %s", awsStartTimeout)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Stop stops the emulator and removes its files.
func (a *AWS) Stop() error {
	group := -a.command.Process.Pid
	_ = syscall.Kill(group, syscall.SIGTERM)
	select {
	case <-a.exited:
	case <-time.After(awsStopTimeout):
		_ = syscall.Kill(group, syscall.SIGKILL)
	}
	return os.RemoveAll(a.folder)
}

// PID of the emulator's process.
func (a *AWS) PID() int { return a.command.Process.Pid }

// Config is an SDK configuration for tests to look at their account with, by another user agent than the controllers'.
func (a *AWS) Config(t *testing.T) aws.Config {
	t.Helper()
	return a.ConfigOf(t, a.Account(t))
}

// ConfigOf is Config for any account.
func (a *AWS) ConfigOf(t *testing.T, account string) aws.Config {
	t.Helper()
	config, err := a.ownConfig()
	if err != nil {
		t.Fatal(err)
	}
	config.Credentials = a.accounts.assume(config, account)
	return config
}

// Network returns two subnets and a security group that exist in the test's account.
func (a *AWS) Network(t *testing.T) (subnets []string, group string) {
	t.Helper()
	key, err := a.Config(t).Credentials.Retrieve(t.Context())
	if err == nil {
		subnets, group, err = a.networkIDs(t.Context(), key.AccessKeyID)
	}
	if err != nil {
		t.Fatal(err)
	}
	return subnets, group
}

// NetworkIDs is Network for what is no test.
func (a *AWS) NetworkIDs(ctx context.Context) (subnets []string, group string, err error) {
	return a.networkIDs(ctx, ownKey)
}

func (a *AWS) networkIDs(ctx context.Context, key string) (subnets []string, group string, err error) {
	subnets, err = a.ec2IDs(ctx, key, "DescribeSubnets", "subnetId")
	groups, groupsErr := a.ec2IDs(ctx, key, "DescribeSecurityGroups", "groupId")
	if err := errors.Join(err, groupsErr); err != nil {
		return nil, "", err
	}
	if len(subnets) < 2 || len(groups) == 0 {
		return nil, "", fmt.Errorf("the emulator has no default network: subnets %v, security groups %v", subnets, groups)
	}
	return subnets[:2], groups[0], nil
}

// CreateRole makes an IAM role that a service may assume.
func (a *AWS) CreateRole(t *testing.T, name, service string) {
	t.Helper()
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"` + service + `"},"Action":"sts:AssumeRole"}]}`
	a.iam(t, url.Values{"Action": {"CreateRole"}, "RoleName": {name}, "AssumeRolePolicyDocument": {trust}})
}

// DeleteRole removes an IAM role.
func (a *AWS) DeleteRole(t *testing.T, name string) {
	t.Helper()
	a.iam(t, url.Values{"Action": {"DeleteRole"}, "RoleName": {name}})
}

func (a *AWS) iam(t *testing.T, call url.Values) {
	t.Helper()
	key, err := a.Config(t).Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	call.Set("Version", "2010-05-08")
	if _, err := a.query(t.Context(), key.AccessKeyID, "iam", call); err != nil {
		t.Fatal(err)
	}
}

func (a *AWS) ec2IDs(ctx context.Context, key, action, element string) ([]string, error) {
	text, err := a.query(ctx, key, "ec2", url.Values{"Version": {"2016-11-15"}, "Action": {action}})
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, match := range regexp.MustCompile("<"+element+">([^<]+)</"+element+">").FindAllStringSubmatch(text, -1) {
		if !slices.Contains(ids, match[1]) {
			ids = append(ids, match[1])
		}
	}
	return ids, nil
}

// query makes a call of AWS's query protocol; an SDK module more would be much for so few.
func (a *AWS) query(ctx context.Context, key, service string, parameters url.Values) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.URL+"/", strings.NewReader(parameters.Encode()))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+key+"/20260101/"+Region+"/"+service+"/aws4_request, SignedHeaders=host, Signature=test")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s %s", parameters.Get("Action"), response.Status, text)
	}
	return string(text), nil
}

// Call is one entry of the emulator's log of calls.
type Call struct {
	Number    int    `json:"number"`
	Service   string `json:"service"`
	Action    string `json:"action"`
	Account   string `json:"account"`
	Status    int    `json:"status"`
	Error     string `json:"error"`
	UserAgent string `json:"user_agent"`
}

// Calls returns the controllers' calls to the test's account since one, by number; 0 is all. The tests' own are left out.
func (a *AWS) Calls(t *testing.T, since int) []Call {
	t.Helper()
	var answer struct{ Calls []Call }
	a.request(t, http.MethodGet, "/sanders/calls?user_agent=aws-controllers-k8s/*&account="+a.Account(t)+"&since="+fmt.Sprint(since), nil, &answer)
	return answer.Calls
}

// Count says how often a call was answered with a status.
type Count struct {
	Service string `json:"service"`
	Action  string `json:"action"`
	Status  int    `json:"status"`
	Count   int    `json:"count"`
}

// CountCalls sums up all calls by user agents of a pattern: "aws-controllers-k8s/batch*".
func (a *AWS) CountCalls(userAgent string) ([]Count, error) {
	var answer struct{ Counts []Count }
	err := a.do(http.MethodGet, "/sanders/calls?count=true&user_agent="+url.QueryEscape(userAgent), nil, &answer)
	return answer.Counts, err
}

// LastCall is the number of the newest call, to any account.
func (a *AWS) LastCall(t *testing.T) int {
	t.Helper()
	last, err := a.CallCount()
	if err != nil {
		t.Fatal(err)
	}
	return last
}

// CallCount is how many calls there were, of anybody.
func (a *AWS) CallCount() (int, error) {
	var answer struct{ Total int }
	err := a.do(http.MethodGet, "/sanders/calls?count=true", nil, &answer)
	return answer.Total, err
}

// Fault describes failures that the emulator makes.
type Fault struct {
	Kind    string  `json:"kind"`
	Service string  `json:"service,omitempty"`
	Action  string  `json:"action,omitempty"`
	Account string  `json:"account,omitempty"`
	Rate    float64 `json:"rate,omitempty"`
	Count   int     `json:"count,omitempty"`
	At      []int   `json:"at,omitempty"`
	After   bool    `json:"after,omitempty"`
	Seconds float64 `json:"seconds,omitempty"`
	Code    string  `json:"code,omitempty"`
	Status  int     `json:"status,omitempty"`
	Message string  `json:"message,omitempty"`
}

// Inject makes the emulator fail calls, those to the test's account unless the fault names another, until the test ends.
func (a *AWS) Inject(t *testing.T, fault Fault) {
	t.Helper()
	if fault.Account == "" {
		fault.Account = a.Account(t)
	}
	var answer struct{ ID string }
	a.request(t, http.MethodPost, "/sanders/faults", fault, &answer)
	a.accounts.addFault(t, answer.ID)
	t.Cleanup(func() { a.ClearFaults(t) })
}

// ClearFaults ends all failures that the test has made.
func (a *AWS) ClearFaults(t *testing.T) {
	t.Helper()
	for _, id := range a.accounts.takeFaults(t) {
		a.request(t, http.MethodDelete, "/sanders/faults/"+id, nil, nil)
	}
}

// Delays sets, in all accounts, how long AWS takes for its transitions, such as "none" or "batch.create=2,batch.update=1" in seconds.
func (a *AWS) Delays(t *testing.T, delays string) {
	t.Helper()
	a.request(t, http.MethodPost, "/sanders/delays", delays, nil)
}

func (a *AWS) request(t *testing.T, method, path string, body, answer any) {
	t.Helper()
	if err := a.do(method, path, body, answer); err != nil {
		t.Fatal(err)
	}
}

func (a *AWS) do(method, path string, body, answer any) error {
	var content io.Reader
	if text, ok := body.(string); ok {
		content = strings.NewReader(text)
	} else if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(context.Background(), method, a.URL+path, content)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s %s %w", method, path, response.Status, text, err)
	}
	if answer == nil {
		return nil
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("%s %s: %w: %s", method, path, err, text)
	}
	return nil
}
