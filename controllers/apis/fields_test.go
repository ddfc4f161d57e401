package apis_test

import (
	"bufio"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

// field is a field of a kind, as the table in testdata names it.
type field struct{ kind, path string }

// TestFieldsAreThoseOfTheTable compares our CRDs, both ways, with every field that the kinds have upstream.
func TestFieldsAreThoseOfTheTable(t *testing.T) {
	want := readTable(t)
	got := map[field]string{}
	for _, crd := range readCRDs(t) {
		if crd.Spec.Names.Kind == "Budget" {
			continue // There is no upstream to follow.
		}
		schema := crd.Spec.Versions[0].Schema.OpenAPIV3Schema
		for _, part := range []string{"spec", "status"} {
			collect(got, crd.Spec.Names.Kind, part, schema.Properties[part])
		}
	}
	if len(want) != 875 {
		t.Errorf("the table has %d fields, want 875: was it cut?", len(want))
	}
	for key, description := range want {
		switch found, ok := got[key]; {
		case !ok:
			t.Errorf("%s: %s is missing", key.kind, key.path)
		case found != description:
			t.Errorf("%s: %s is %s, want %s", key.kind, key.path, found, description)
		}
	}
	for key := range got {
		if _, ok := want[key]; !ok {
			t.Errorf("%s: %s is not in the table", key.kind, key.path)
		}
	}
}

func readTable(t *testing.T) map[field]string {
	t.Helper()
	file, err := os.Open("testdata/crd-fields.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	// The table has two ways of writing types, from its two sources.
	spelling := strings.NewReplacer("<", "[", ">", "]", "(", "/", ")", "")
	table := map[field]string{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		columns := strings.Split(lines.Text(), "\t")
		if len(columns) != 4 {
			t.Fatalf("not four columns: %q", lines.Text())
		}
		table[field{columns[0], columns[1]}] = spelling.Replace(columns[2]) + " " + columns[3]
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return table
}

// readCRDs reads all our CRDs, sorted by file.
func readCRDs(t *testing.T) []apiextensions.CustomResourceDefinition {
	t.Helper()
	paths, err := filepath.Glob("../config/crd/*/*.yaml")
	if err != nil || len(paths) != 7 {
		t.Fatalf("want 7 CRDs, found %d (%v): run make generate", len(paths), err)
	}
	var crds []apiextensions.CustomResourceDefinition
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var crd apiextensions.CustomResourceDefinition
		if err := yaml.UnmarshalStrict(content, &crd); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		crds = append(crds, crd)
	}
	return crds
}

// collect adds the fields below a path.
func collect(into map[field]string, kind, path string, schema apiextensions.JSONSchemaProps) {
	inner := path + "."
	if schema.Type == "array" {
		inner, schema = path+"[].", *schema.Items.Schema
	}
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		property := schema.Properties[name]
		presence := " optional"
		if slices.Contains(schema.Required, name) {
			presence = " required"
		}
		into[field{kind, inner + name}] = typeOf(property) + presence
		collect(into, kind, inner+name, property)
	}
}

func typeOf(schema apiextensions.JSONSchemaProps) string {
	switch {
	case schema.Type == "array":
		return "array[" + schema.Items.Schema.Type + "]"
	case schema.AdditionalProperties != nil:
		return "map[string," + schema.AdditionalProperties.Schema.Type + "]"
	case schema.Format != "":
		return schema.Type + "/" + schema.Format
	default:
		return schema.Type
	}
}
