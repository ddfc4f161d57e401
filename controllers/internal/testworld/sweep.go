package testworld

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
)

// basicFaults are the ways in which any call can fail, the last two after AWS has done what was asked.
var basicFaults = []testenv.Fault{
	{Kind: "throttle"},
	{Kind: "drop"},
	{Kind: "error", Status: 403, Code: "AccessDeniedException"},
	{Kind: "error", Status: 500, Code: "InternalServerError"},
	{Kind: "error", Status: 500, Code: "InternalServerError", After: true},
	{Kind: "drop", After: true},
}

// commonErrors are those of any service, with their HTTP status, see
// https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html and the pages of the same name elsewhere; and the
// statuses that stand for themselves.
var commonErrors = map[string]int{
	"AccessDenied": 403, "ExpiredTokenException": 403, "IncompleteSignature": 403, "InternalFailure": 500,
	"InvalidClientTokenId": 403, "MalformedHttpRequestException": 400, "NotAuthorized": 401, "OptInRequired": 403,
	"RequestAbortedException": 400, "RequestEntityTooLargeException": 413, "RequestExpired": 400, "RequestTimeoutException": 408,
	"ServiceUnavailable": 503, "ServiceQuotaExceededException": 402, "ThrottlingException": 400, "TooManyRequestsException": 429,
	"UnknownOperationException": 404, "UnrecognizedClientException": 403, "ValidationError": 400, "Conflict": 409,
}

// Sweep fails the first call of every action of a service, then the second of every action, and so on up to a number of
// positions (with -short, the first only): in the basic ways, with every error that AWS has for its services and for this
// one, and with more that a test knows of; errors before and after AWS has done what was asked. Each time, life must go
// as it does without; it makes the calls of its own with Retryer.
//
// Of the errors only a sample is tried unless TEST_LONG is set; SEED=1 makes it another one.
func (w *World) Sweep(t *testing.T, service string, actions []string, positions int, life func(*testing.T), more ...testenv.Fault) {
	t.Helper()
	if testing.Short() {
		positions = 1
	}
	type trial struct {
		fault    testenv.Fault
		position int
	}
	var trials, refusals []trial
	for position := 1; position <= positions; position++ {
		for _, fault := range basicFaults {
			trials = append(trials, trial{fault, position})
		}
		for _, fault := range append(serviceErrors(t, service), more...) {
			for _, after := range []bool{false, true} {
				fault.After = after
				refusals = append(refusals, trial{fault, position})
			}
		}
	}
	for _, chosen := range append(trials, sample(t, refusals)...) {
		t.Run(fmt.Sprintf("call %d %s", chosen.position, describe(chosen.fault)), func(t *testing.T) {
			w.Parallel(t)
			for _, action := range actions {
				fault := chosen.fault
				fault.Service, fault.Action, fault.At = service, action, []int{chosen.position}
				if isRead(action) && isNotFound(fault.Code) {
					// That is the answer, not an error.
					continue
				}
				w.AWS.Inject(t, fault)
			}
			life(t)
		})
	}
}

// sampleSize is how many errors are tried when not all are.
const sampleSize = 12

func sample[V any](t *testing.T, all []V) []V {
	t.Helper()
	if os.Getenv("TEST_LONG") != "" {
		return all
	}
	size := sampleSize
	if testing.Short() {
		size /= 4
	}
	seed, _ := strconv.ParseUint(os.Getenv("SEED"), 10, 64)
	t.Logf("%d of %d errors, chosen with SEED=%d", min(size, len(all)), len(all), seed)
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // G404: which errors are tried is no secret
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all[:min(size, len(all))]
}

func describe(fault testenv.Fault) string {
	words := []string{fault.Kind}
	if fault.Code != "" {
		words = append(words, fault.Code)
	}
	if fault.After {
		words = append(words, "after the effect")
	}
	words = append(words, fault.Message)
	return strings.Join(words, " ")
}

func isRead(action string) bool {
	return strings.HasPrefix(action, "Describe") || strings.HasPrefix(action, "Get") || strings.HasPrefix(action, "List")
}

func isNotFound(code string) bool {
	return strings.Contains(code, "NotFound") || strings.Contains(code, "DoesNotExist")
}

// modelled finds the errors in the SDK's source, which is generated from AWS's model: one function for each.
var modelled = regexp.MustCompile(`func \(e \*(\w+)\) ErrorFault\(\) smithy\.ErrorFault { return smithy\.Fault(\w+) }`)

// serviceErrors are the errors of any service, and those that the service's model has.
func serviceErrors(t *testing.T, service string) []testenv.Fault {
	t.Helper()
	var faults []testenv.Fault
	for code, status := range commonErrors {
		faults = append(faults, testenv.Fault{Kind: "error", Status: status, Code: code})
	}
	sdk := "github.com/aws/aws-sdk-go-v2/service/" + strings.Replace(service, "stepfunctions", "sfn", 1) + "/types"
	folder, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.Dir}}", sdk).Output()
	if err != nil {
		t.Fatalf("find %s: %v", sdk, err)
	}
	source, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(folder)), "errors.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, found := range modelled.FindAllStringSubmatch(string(source), -1) {
		if commonErrors[found[1]] != 0 {
			continue
		}
		status := 400
		if found[2] == "Server" {
			status = 500
		}
		faults = append(faults, testenv.Fault{Kind: "error", Status: status, Code: found[1]})
	}
	slices.SortFunc(faults, func(a, b testenv.Fault) int { return strings.Compare(a.Code, b.Code) })
	return faults
}

// Retryer is for a test's own SDK clients: it gets over the faults of Sweep, which fail any call only once.
func Retryer() aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.Retryables = append(o.Retryables, retry.IsErrorRetryableFunc(func(err error) aws.Ternary {
			var api smithy.APIError
			return aws.BoolTernary(errors.As(err, &api) && !isNotFound(api.ErrorCode()))
		}))
	})
}
