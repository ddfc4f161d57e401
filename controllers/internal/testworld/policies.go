package testworld

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/command"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
)

// permissions are the IAM actions that calls need, where they are not named like the call: "service:Call".
var permissions = map[string][]string{
	"s3:ListObjectVersions":   {"s3:ListBucketVersions"},
	"s3:ListMultipartUploads": {"s3:ListBucketMultipartUploads"},
	// Without a version it leaves a delete marker, with one it removes it.
	"s3:DeleteObject":  {"s3:DeleteObject", "s3:DeleteObjectVersion"},
	"s3:DeleteObjects": {"s3:DeleteObject", "s3:DeleteObjectVersion"},
}

// unseen are the IAM actions that are needed without a call in the emulator's log.
var unseen = []string{
	"iam:PassRole",                // AWS checks it where a call hands it a role
	"iam:CreateServiceLinkedRole", // AWS checks it where Batch makes its own role, for an environment without one
	"s3:GetObjectRetention",       // moto does not have the call: the emptier's test answers it
}

// actions are the IAM actions that a component's call needs.
func actions(component command.Component, service, call string) []string {
	if component.Service != nil && component.Service.Name == service {
		return []string{component.Service.ActionFor(call)}
	}
	action := service + ":" + call
	if known, ok := permissions[action]; ok {
		return known
	}
	return []string{action}
}

// checkPolicies compares the calls that the controllers made in the package's tests with the policies recommended for
// them in config/iam: a policy allows what is called and, if the tests all ran, nothing else.
func (w *World) checkPolicies() error {
	var wrong []error
	for _, component := range w.options.Components {
		path := filepath.Join(testenv.Folder(), "config", "iam", component.Name+".json")
		allowed, err := allowedActions(path)
		if errors.Is(err, os.ErrNotExist) {
			// A stand-in.
			continue
		}
		if err != nil {
			return err
		}
		called, err := w.calledActions(component)
		if err != nil {
			return err
		}
		for _, action := range slices.Sorted(maps.Keys(called)) {
			if !allowed[action] {
				wrong = append(wrong, fmt.Errorf("%s does not allow %s, which the controller needs", path, action))
			}
		}
		if !ranAll() {
			continue
		}
		for _, action := range slices.Sorted(maps.Keys(allowed)) {
			if !called[action] && !slices.Contains(unseen, action) {
				wrong = append(wrong, fmt.Errorf("%s allows %s, which no test needed: take it out, or test what needs it", path, action))
			}
		}
	}
	return errors.Join(wrong...)
}

// ranAll says whether no test was left out.
func ranAll() bool {
	run, short := flag.Lookup("test.run"), flag.Lookup("test.short")
	return run.Value.String() == "" && short.Value.String() == "false" && flag.Lookup("test.skip").Value.String() == ""
}

// calledActions are the IAM actions for the calls that a component made so far.
func (w *World) calledActions(component command.Component) (map[string]bool, error) {
	counts, err := w.AWS.CountCalls("aws-controllers-k8s/" + component.Name + "*")
	if err != nil {
		return nil, err
	}
	called := map[string]bool{}
	for _, count := range counts {
		if count.Service == "sts" {
			// By the role that the pod has; these policies are of the roles that it assumes.
			continue
		}
		for _, action := range actions(component, count.Service, count.Action) {
			called[action] = true
		}
	}
	return called, nil
}

// allowedActions are the IAM actions that a policy allows.
func allowedActions(path string) (map[string]bool, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var policy struct {
		Statement []struct{ Action oneOrMany }
	}
	if err := json.Unmarshal(content, &policy); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	allowed := map[string]bool{}
	for _, statement := range policy.Statement {
		for _, action := range statement.Action {
			allowed[action] = true
		}
	}
	return allowed, nil
}

// oneOrMany is a string or a list of strings, as IAM has it.
type oneOrMany []string

// UnmarshalJSON reads either.
func (o *oneOrMany) UnmarshalJSON(text []byte) error {
	if text[0] == '[' {
		return json.Unmarshal(text, (*[]string)(o))
	}
	*o = make([]string, 1)
	return json.Unmarshal(text, &(*o)[0])
}
