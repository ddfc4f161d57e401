package command

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

var testComponents = []Component{{Name: "batch"}, {Name: "budgets"}}

func TestParse(t *testing.T) {
	for name, c := range map[string]struct {
		arguments []string
		want      []string
	}{
		"all by default":  {nil, []string{"batch", "budgets"}},
		"one":             {[]string{"--services=budgets"}, []string{"budgets"}},
		"in their order":  {[]string{"--services", "budgets,batch"}, []string{"budgets", "batch"}},
		"ACK's own flags": {[]string{"--aws-region=eu-central-1", "--services=batch"}, []string{"batch"}},
	} {
		t.Run(name, func(t *testing.T) {
			options, err := Parse(c.arguments, testComponents, &bytes.Buffer{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, component := range options.Components {
				got = append(got, component.Name)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("serves %v, want %v", got, c.want)
			}
			if options.ACK.ReconcileDefaultMaxConcurrency != 20 {
				t.Errorf("reconciles %d at once by default", options.ACK.ReconcileDefaultMaxConcurrency)
			}
		})
	}
}

func TestParseMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		arguments []string
		want      string
	}{
		"an unknown service": {[]string{"--services=batch,s3"}, `--services: unknown service "s3", want any of batch, budgets`},
		"no service":         {[]string{"--services="}, "--services: name at least one of batch, budgets"},
		"an argument":        {[]string{"batch"}, `unexpected argument "batch"`},
		"an unknown flag":    {[]string{"--nope"}, "unknown flag: --nope"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(c.arguments, testComponents, &bytes.Buffer{})
			if !errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestRunStatus(t *testing.T) {
	var output bytes.Buffer
	if got := Run("x", []string{"--help"}, testComponents, &output); got != 0 || !strings.Contains(output.String(), "--services strings") {
		t.Errorf("--help: status %d, %s", got, output.String())
	}
	output.Reset()
	if got := Run("x", []string{"--nope"}, testComponents, &output); got != 2 || output.String() != "x: wrong usage: unknown flag: --nope\n" {
		t.Errorf("a mistake: status %d, %q", got, output.String())
	}
	if pflag.CommandLine.Lookup("services") == nil {
		t.Error("ACK's flags and ours are in different sets")
	}
}
