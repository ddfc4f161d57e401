package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/command"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testenv"
)

// project is the folder of the repository.
func project() string { return filepath.Join(testenv.Folder(), "..") }

func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(project(), "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestExamples has the API server check every example of the pages about the controller, and that no kind lacks one.
func TestExamples(t *testing.T) {
	var kinds []string
	for _, name := range []string{"controllers.md", "bucket-emptying.md"} {
		for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(page(t, name), -1) {
			object := &unstructured.Unstructured{}
			if err := yaml.UnmarshalStrict([]byte(block[1]), &object.Object); err != nil {
				t.Errorf("%s: %v: %s", name, err, block[1])
				continue
			}
			object.SetNamespace(namespace)
			if err := kube.Create(t.Context(), object, client.DryRunAll, client.FieldValidation("Strict")); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			kinds = append(kinds, object.GetKind())
		}
	}
	for _, component := range components() {
		if component.Service == nil {
			continue
		}
		for _, kind := range component.Service.Kinds {
			if name := kind.GroupVersionKind().Kind; !slices.Contains(kinds, name) {
				t.Errorf("controllers.md has no example of a %s", name)
			}
		}
	}
}

// TestFlags compares the flags that the page explains with those that there are.
func TestFlags(t *testing.T) {
	if _, err := command.Parse([]string{"--aws-region=eu-central-1"}, components(), os.Stderr); err != nil {
		t.Fatal(err)
	}
	var explained, exist []string
	_, section, _ := strings.Cut(page(t, "controllers.md"), "\n## Flags\n")
	section, _, _ = strings.Cut(section, "\n## ")
	for _, row := range regexp.MustCompile("(?m)^\\| (`--.*?) \\|").FindAllStringSubmatch(section, -1) {
		for _, name := range regexp.MustCompile("`--([a-z0-9-]+)`").FindAllStringSubmatch(row[1], -1) {
			explained = append(explained, name[1])
		}
	}
	pflag.VisitAll(func(flag *pflag.Flag) {
		if !strings.HasPrefix(flag.Name, "test.") && flag.Name != "kubeconfig" {
			exist = append(exist, flag.Name)
		}
	})
	slices.Sort(explained)
	if !slices.Equal(explained, exist) {
		t.Errorf("controllers.md explains %v\nbut there are       %v", explained, exist)
	}
}

// TestLease keeps the lease's name and the chart's right to it the same.
func TestLease(t *testing.T) {
	role, err := os.ReadFile(filepath.Join(testenv.Folder(), "helm", "templates", "leader-election-role.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(role), "resourceNames: ["+program+"]") {
		t.Errorf("the chart gives no right to the lease %s", program)
	}
}
