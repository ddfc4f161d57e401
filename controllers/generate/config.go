package main

import (
	"fmt"
	"os"
	"regexp"

	"sigs.k8s.io/yaml"
)

// Config says what to derive from one SDK service package.
type Config struct {
	// Service is the SDK's package name, and the first label of the API group: batch.
	Service string `json:"service"`
	// Terms are parts of CEL expressions that several rules share.
	Terms map[string]string `json:"terms,omitempty"`
	// Kinds, by name. Each gives the structs <Kind>Spec and <Kind>Status.
	Kinds map[string]Kind `json:"kinds"`
	// Structs adds to nested structs, by the SDK's name.
	Structs map[string]Struct `json:"structs,omitempty"`
	// Fields adds to single fields, by "<struct>.<field>", both named as in the SDK (or <Kind>Spec, <Kind>Status).
	Fields map[string]Field `json:"fields,omitempty"`
	// Conversions to write; none when absent.
	Conversions *Conversions `json:"conversions,omitempty"`
}

// Kind names the SDK structs whose fields make a kind's spec and status.
type Kind struct {
	Spec   []Source `json:"spec"`
	Status []Source `json:"status,omitempty"`
	// Rules over several fields of the spec.
	Rules []Rule `json:"rules,omitempty"`
}

// Source takes fields from an SDK struct: all, only some, or all but some.
type Source struct {
	Struct string   `json:"struct"`
	Only   []string `json:"only,omitempty"`
	Ignore []string `json:"ignore,omitempty"`
}

// Struct adds to a nested struct.
type Struct struct {
	// Also merges in fields that only these other SDK structs have (the update variant of a create struct).
	Also []Source `json:"also,omitempty"`
	// Ignore leaves fields out.
	Ignore []string `json:"ignore,omitempty"`
	// Depth is how many levels of itself a struct that nests itself may have, as a CRD's schema cannot refer to itself: each
	// level becomes a struct of its own, the last without the fields that nest.
	Depth int `json:"depth,omitempty"`
	// OneOf names fields of which exactly one must be set. Those that a level lacks do not count there.
	OneOf []string `json:"oneOf,omitempty"`
	// Rules over several fields of the struct.
	Rules []Rule `json:"rules,omitempty"`
}

// Rule is a CEL rule that the API server enforces.
type Rule struct {
	// Rule is the expression; $name stands for a term of the configuration.
	Rule string `json:"rule"`
	// Message says what is wrong and what is allowed.
	Message string `json:"message"`
	// Field is the path, below the rule's place, that the error names.
	Field string `json:"field,omitempty"`
}

// Field adds to one field.
type Field struct {
	// Name in JSON, when it is not the one that the naming rules give.
	Name string `json:"name,omitempty"`
	// Required makes the API server insist on it.
	Required bool `json:"required,omitempty"`
	// List makes a list of a struct that the API takes one at a time.
	List bool `json:"list,omitempty"`
	// TagMap makes a map of a list of tags (key and value), as ACK's newer kinds have it.
	TagMap bool `json:"tagMap,omitempty"`
	// OpenEnum leaves the enum's values unchecked: AWS adds to them without notice.
	OpenEnum bool `json:"openEnum,omitempty"`
	// Validation markers of controller-gen, without "+kubebuilder:validation:": "MaxItems=16".
	Validation []string `json:"validation,omitempty"`
	// Rules over the field's value.
	Rules []Rule `json:"rules,omitempty"`
	// Reference lets the value be taken from another object.
	Reference *Reference `json:"reference,omitempty"`
}

// Reference says where a field's value can be read from.
type Reference struct {
	// Name in JSON of the field that holds the reference.
	Name string `json:"name"`
	// Kind referred to, with its group: ec2.services.k8s.aws/Subnet.
	Kind string `json:"kind"`
	// Path of the value in the referred object: status.subnetID. Default: the ARN.
	Path string `json:"path,omitempty"`
}

// arnPath is where every ACK object shows its ARN.
const arnPath = "status.ackResourceMetadata.arn"

// Conversions says which functions to write.
type Conversions struct {
	// Package is the folder that gets them: internal/batch.
	Package string `json:"package"`
	// To lists conversions from our struct into an SDK struct, "ComputeEnvironmentSpec: [CreateComputeEnvironmentInput]".
	To map[string][]string `json:"to,omitempty"`
	// From lists conversions from an SDK struct into ours.
	From map[string][]string `json:"from,omitempty"`
}

var termName = regexp.MustCompile(`\$[a-zA-Z]+`)

// readConfig reads a configuration and refuses keys that it does not know.
func readConfig(path string) (*Config, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	config := &Config{}
	if err := yaml.UnmarshalStrict(content, config); err != nil {
		return nil, err
	}
	if config.Service == "" || len(config.Kinds) == 0 {
		return nil, fmt.Errorf("service and kinds are required")
	}
	return config, nil
}

// checkTerms refuses rules that name a term which is not there.
func (c *Config) checkTerms() error {
	var rules []Rule
	for _, kind := range c.Kinds {
		rules = append(rules, kind.Rules...)
	}
	for _, one := range c.Structs {
		rules = append(rules, one.Rules...)
	}
	for _, field := range c.Fields {
		rules = append(rules, field.Rules...)
	}
	for _, rule := range rules {
		for _, name := range termName.FindAllString(rule.Rule, -1) {
			if _, ok := c.Terms[name[1:]]; !ok {
				return fmt.Errorf("rule %q: there is no term %s", rule.Rule, name[1:])
			}
		}
	}
	return nil
}

// marker writes a rule as controller-gen's marker.
func (c *Config) marker(rule Rule) string {
	expression := termName.ReplaceAllStringFunc(rule.Rule, func(name string) string { return "(" + c.Terms[name[1:]] + ")" })
	marker := fmt.Sprintf("kubebuilder:validation:XValidation:rule=%q,message=%q", expression, rule.Message)
	if rule.Field != "" {
		marker += fmt.Sprintf(",fieldPath=%q", "."+rule.Field)
	}
	return marker
}

// markers writes validations and rules as controller-gen's markers.
func (c *Config) markers(validation []string, rules []Rule) []string {
	var markers []string
	for _, one := range validation {
		markers = append(markers, "kubebuilder:validation:"+one)
	}
	for _, rule := range rules {
		markers = append(markers, c.marker(rule))
	}
	return markers
}
