package main

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// testSDK parses the service in testdata.
func testSDK(t *testing.T) *SDK {
	t.Helper()
	sdk := &SDK{Path: "example.com/thing", Structs: map[string]*SDKStruct{}, Enums: map[string][]string{}}
	file, err := parser.ParseFile(token.NewFileSet(), "testdata/sdk.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	sdk.collectEnums(file)
	if err := sdk.collectStructs(file, true); err != nil {
		t.Fatal(err)
	}
	return sdk
}

func testConfig() *Config {
	return &Config{
		Service: "thing",
		Terms:   map[string]string{"on": "self.state == 'ON'"},
		Kinds: map[string]Kind{"Thing": {
			Spec:   []Source{{Struct: "MakeThingInput", Ignore: []string{"Secret"}}},
			Status: []Source{{Struct: "ThingDetail", Only: []string{"State"}}},
			Rules:  []Rule{{Rule: "!$on || has(self.count)", Message: `say "how many"`, Field: "count"}},
		}},
		Structs: map[string]Struct{"Part": {Depth: 2, OneOf: []string{"Size", "Firm", "Of"}}},
		Fields: map[string]Field{
			"ThingSpec.ThingName": {Name: "name", Required: true, Validation: []string{"MaxLength=10"}},
			"ThingSpec.Count":     {Validation: []string{"Minimum=0"}},
			"ThingSpec.RoleArn":   {Reference: &Reference{Name: "roleRef", Kind: "iam.services.k8s.aws/Role"}},
			"ThingSpec.Tags":      {TagMap: true},
			"ThingStatus.State":   {OpenEnum: true},
		},
		Conversions: &Conversions{Package: "internal/thing", To: map[string][]string{"ThingSpec": {"MakeThingInput"}}, From: map[string][]string{"ThingDetail": {"ThingSpec", "ThingStatus"}}},
	}
}

func TestGenerate(t *testing.T) {
	sdk, config := testSDK(t), testConfig()
	model, err := buildModel(config, sdk)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for _, folder := range []string{"apis/thing/v1alpha1", "internal/thing"} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := writeTypes(config, model); err != nil {
		t.Fatal(err)
	}
	if err := writeAccessors(config, model); err != nil {
		t.Fatal(err)
	}
	if err := writeConversions(config, sdk, model); err != nil {
		t.Fatal(err)
	}
	for path, wants := range map[string][]string{
		filepath.Join("apis", "thing", "v1alpha1", "zz_generated.types.go"): {
			"Name *string `json:\"name\"`",
			"+kubebuilder:validation:MaxLength=10",
			"Count *int64 `json:\"count,omitempty\"`",
			"+kubebuilder:validation:Minimum=0", "+kubebuilder:validation:Maximum=2147483647",
			"+kubebuilder:validation:Enum=ON;OFF",
			"+kubebuilder:validation:items:Enum=ON;OFF",
			"States []string `json:\"states,omitempty\"`",
			"RoleRef *ackv1alpha1.AWSResourceReferenceWrapper `json:\"roleRef,omitempty\" reference:\"RoleARN=iam.services.k8s.aws/Role:status.ackResourceMetadata.arn\"`",
			`XValidation:rule="!(has(self.roleARN) && has(self.roleRef))"`,
			`XValidation:rule="!(self.state == 'ON') || has(self.count)",message="say \"how many\"",fieldPath=".count"`,
			"Tags map[string]string `json:\"tags,omitempty\"`",
			"Size *float64 `json:\"size,omitempty\"`",
			"Of *PartLevel2 `json:\"of,omitempty\"`",
			`XValidation:rule="[has(self.firm), has(self.of), has(self.size)].filter(x, x).size() == 1",message="exactly one of firm, of, size is needed"`,
			`XValidation:rule="[has(self.firm), has(self.size)].filter(x, x).size() == 1",message="exactly one of firm, size is needed"`,
			"type ThingStatus struct { // The ARN of the AWS resource",
		},
		filepath.Join("apis", "thing", "v1alpha1", "zz_generated.accessors.go"): {
			`func (o *Thing) AWSName() (field **string, json string) { return &o.Spec.Name, "name" }`,
			"func (o *Thing) AWSTags() map[string]string { return maps.Clone(o.Spec.Tags) }",
		},
		filepath.Join("internal", "thing", "zz_generated.conversions.go"): {
			"func toMakeThingInput(in *v1alpha1.ThingSpec) *types.MakeThingInput",
			"convert.Int32(in.Count)",
			"types.State(aws.ToString(in.State))",
			"aws.ToFloat64(in.Size)", "aws.Float64(in.Size)",
			"func thingSpecFrom(in *types.ThingDetail) *v1alpha1.ThingSpec",
			"func thingStatusFrom(in *types.ThingDetail) *v1alpha1.ThingStatus",
			"convert.String(in.State)",
			"Of: toPartLevel2(in.Of)", "func toPartLevel2(in *v1alpha1.PartLevel2) *types.Part",
			"Of: partLevel2From(in.Of)", "func partLevel2From(in *types.Part) *v1alpha1.PartLevel2",
		},
	} {
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(strings.Fields(string(content)), " ")
		for _, want := range wants {
			if !strings.Contains(text, strings.Join(strings.Fields(want), " ")) {
				t.Errorf("%s lacks %s", path, want)
			}
		}
		for _, unwanted := range []string{"Secret", "Minimum=-2147483648", "PartLevel3"} {
			if strings.Contains(text, unwanted) {
				t.Errorf("%s has %s", path, unwanted)
			}
		}
	}
}

// TestConfigMistakes names what is wrong.
func TestConfigMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"no such struct": {func(c *Config) { c.Kinds["Thing"] = Kind{Spec: []Source{{Struct: "Nope"}}} }, "ThingSpec: the SDK has no struct Nope"},
		"no such field": {func(c *Config) {
			c.Kinds["Thing"] = Kind{Spec: []Source{{Struct: "MakeThingInput", Only: []string{"Nope"}}}}
		}, "ThingSpec: MakeThingInput has no field Nope"},
		"a setting that matches nothing": {func(c *Config) { c.Fields["ThingSpec.Nope"] = Field{} }, "fields: ThingSpec.Nope matches no field"},
		"a struct that is not used":      {func(c *Config) { c.Structs["Nope"] = Struct{} }, "structs: Nope is not used by any kind"},
		"a struct that nests itself":     {func(c *Config) { delete(c.Structs, "Part") }, "Part.Of: Part nests itself: give it a depth"},
		"one of too few":                 {func(c *Config) { c.Structs["Part"] = Struct{Depth: 2, OneOf: []string{"Of", "Nope"}} }, "structs: PartLevel2 has not two of the fields [Of Nope]"},
		"a term that is not there":       {func(c *Config) { c.Kinds["Thing"].Rules[0].Rule = "$nope" }, "rule \"$nope\": there is no term nope"},
	} {
		t.Run(name, func(t *testing.T) {
			config := testConfig()
			c.change(config)
			_, err := buildModel(config, testSDK(t))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// TestKindsWithoutNameOrTags are refused: every object has both.
func TestKindsWithoutNameOrTags(t *testing.T) {
	for _, missing := range []string{"ThingName", "Tags"} {
		config := testConfig()
		config.Kinds["Thing"].Spec[0].Ignore = append(config.Kinds["Thing"].Spec[0].Ignore, missing)
		delete(config.Fields, "ThingSpec."+missing)
		model, err := buildModel(config, testSDK(t))
		if err != nil {
			t.Fatal(err)
		}
		if err := writeAccessors(config, model); err == nil {
			t.Errorf("without %s: no error", missing)
		}
	}
}

// TestReadConfig refuses keys that it does not know: a misspelled rule would be no rule.
func TestReadConfig(t *testing.T) {
	path := filepath.Join(t.TempDir(), "c.yaml")
	for content, want := range map[string]string{
		"service: x\nkinds: {A: {spec: [], ruels: []}}\n": "ruels",
		"service: x\n": "service and kinds are required",
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readConfig(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v", content, err)
		}
	}
}
