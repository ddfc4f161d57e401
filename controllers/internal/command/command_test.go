package command

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	"github.com/spf13/pflag"
)

var testComponents = []Component{{Name: "batch"}, {Name: "budgets"}, {Name: "emptier", OnRequest: true}}

func TestParse(t *testing.T) {
	for name, c := range map[string]struct {
		arguments []string
		want      []string
	}{
		"what deletes no data by default": {nil, []string{"batch", "budgets"}},
		"what deletes data on request":    {[]string{"--services=emptier,batch"}, []string{"emptier", "batch"}},
		"one":                             {[]string{"--services=budgets"}, []string{"budgets"}},
		"in their order":                  {[]string{"--services", "budgets,batch"}, []string{"budgets", "batch"}},
		"ACK's own flags":                 {[]string{"--aws-region=eu-central-1", "--services=batch"}, []string{"batch"}},
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
		"an unknown service": {[]string{"--services=batch,s3"}, `--services: unknown service "s3", want any of batch, budgets, emptier`},
		"no service":         {[]string{"--services="}, "--services: name at least one of batch, budgets, emptier"},
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

// TestDefaults keeps the defaults of ACK's flags, but for those that docs/controllers.md gives a reason for.
func TestDefaults(t *testing.T) {
	theirs := pflag.NewFlagSet("", pflag.ContinueOnError)
	pflag.CommandLine = theirs
	(&ackcfg.Config{}).BindFlags()
	if _, err := Parse(nil, testComponents, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	theirs.VisitAll(func(flag *pflag.Flag) {
		ours := pflag.CommandLine.Lookup(flag.Name)
		if ours == nil {
			t.Errorf("there is no flag --%s", flag.Name)
		} else if differs := ours.DefValue != flag.DefValue; differs != (flag.Name == "reconcile-default-max-concurrent-syncs") {
			t.Errorf("--%s is %q by default, ACK's is %q", flag.Name, ours.DefValue, flag.DefValue)
		}
	})
}
