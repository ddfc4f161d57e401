package main

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// asCommand is the environment variable that makes the test binary be the command.
const asCommand = "STANDINS_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
	}
	os.Exit(m.Run())
}

// TestRefusals are command lines that end before anything is asked of AWS or Kubernetes.
func TestRefusals(t *testing.T) {
	const emulator = "http://127.0.0.1:1"
	for reason, c := range map[string]struct {
		arguments []string
		status    int
		want      string
	}{
		"no endpoint is AWS itself": {
			[]string{"--aws-region=eu-central-1"}, 1, `--aws-endpoint-url="": the stand-ins serve the AWS emulator of the sandbox only: host "" is not on loopback`,
		},
		"AWS": {
			[]string{"--aws-region=eu-central-1", "--aws-endpoint-url=https://dynamodb.eu-central-1.amazonaws.com", "--aws-identity-endpoint-url=" + emulator}, 1,
			`host "dynamodb.eu-central-1.amazonaws.com" is not on loopback, want http://127.0.0.1:PORT`,
		},
		"another machine": {
			[]string{"--aws-region=eu-central-1", "--aws-endpoint-url=http://10.0.0.1:4566", "--aws-identity-endpoint-url=" + emulator}, 1, `--aws-endpoint-url="http://10.0.0.1:4566"`,
		},
		"AWS for identities": {
			[]string{"--aws-region=eu-central-1", "--aws-endpoint-url=" + emulator}, 1, `--aws-identity-endpoint-url=""`,
		},
		"one service is refused as all are": {
			[]string{"--services=sfn", "--aws-region=eu-central-1", "--aws-endpoint-url=http://10.0.0.1"}, 1, `--aws-endpoint-url="http://10.0.0.1"`,
		},
		"what the product serves": {
			[]string{"--services=batch"}, 2, `unknown service "batch", want any of dynamodb, ecr, sfn`,
		},
	} {
		t.Run(reason, func(t *testing.T) {
			command := exec.Command(os.Args[0], c.arguments...)
			command.Env = append(os.Environ(), asCommand+"=1", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test")
			output, err := command.CombinedOutput()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != c.status {
				t.Errorf("ended with %v, want status %d", err, c.status)
			}
			if !strings.Contains(string(output), c.want) {
				t.Errorf("said %q, want %q", output, c.want)
			}
		})
	}
}

// TestNotInTheProduct keeps the stand-ins out of the command that the image is made of.
func TestNotInTheProduct(t *testing.T) {
	output, err := exec.Command("go", "list", "-deps", "../controller").Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := string(output)
	if !strings.Contains(packages, "/controllers/internal/batch\n") {
		t.Fatalf("these are not the product's packages: %s", packages)
	}
	for _, name := range []string{"dynamodb", "ecr", "sfn", "loopback"} {
		if strings.Contains(packages, "/controllers/internal/"+name+"\n") {
			t.Errorf("cmd/controller contains internal/%s", name)
		}
	}
}
