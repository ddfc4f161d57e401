package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Model is what becomes Go types: specs and statuses first, then the structs that they nest.
type Model struct {
	Structs []*ModelStruct
}

// ModelStruct is one Go struct.
type ModelStruct struct {
	Name    string
	Doc     string
	Markers []string
	Fields  []*ModelField
}

// ModelField is one field of a Go struct.
type ModelField struct {
	Name     string
	JSONName string
	// SDKName is the field's name in the SDK; empty for a reference.
	SDKName  string
	Doc      string
	Shape    Shape
	Required bool
	Markers  []string
	// Reference is set on the field that holds a reference, and names its target.
	Reference *Reference
	// Refers is, on a reference, the Go name of the field whose value it gives.
	Refers string
}

// structNamed returns a struct of the model by its Go name.
func (m *Model) structNamed(name string) *ModelStruct {
	for _, s := range m.Structs {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// builder turns SDK structs into the model, following nested structs.
type builder struct {
	config *Config
	sdk    *SDK
	nested map[string]*ModelStruct
	// used collects the configuration's field keys that matched, to report the ones that did not.
	used map[string]bool
}

// buildModel applies the configuration to the SDK.
func buildModel(config *Config, sdk *SDK) (*Model, error) {
	if err := config.checkTerms(); err != nil {
		return nil, err
	}
	b := &builder{config: config, sdk: sdk, nested: map[string]*ModelStruct{}, used: map[string]bool{}}
	model := &Model{}
	for _, kind := range slices.Sorted(maps.Keys(config.Kinds)) {
		for _, part := range []struct {
			suffix, doc string
			sources     []Source
			rules       []Rule
		}{
			{"Spec", fmt.Sprintf("%sSpec is the desired state of a %s.", kind, kind), config.Kinds[kind].Spec, config.Kinds[kind].Rules},
			{"Status", fmt.Sprintf("%sStatus is the observed state of a %s.", kind, kind), config.Kinds[kind].Status, nil},
		} {
			built, err := b.build(kind+part.suffix, part.sources)
			if err != nil {
				return nil, err
			}
			built.Doc = part.doc
			built.Markers = append(built.Markers, config.markers(nil, part.rules)...)
			model.Structs = append(model.Structs, built)
		}
	}
	for key := range config.Fields {
		if !b.used[key] {
			return nil, fmt.Errorf("fields: %s matches no field", key)
		}
	}
	for name := range config.Structs {
		if b.nested[name] == nil {
			return nil, fmt.Errorf("structs: %s is not used by any kind", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b.nested)) {
		model.Structs = append(model.Structs, b.nested[name])
	}
	return model, nil
}

// build makes one struct from its sources; a field of an earlier source wins over one of the same name later on.
func (b *builder) build(name string, sources []Source) (*ModelStruct, error) {
	built := &ModelStruct{Name: name}
	seen := map[string]bool{}
	for _, source := range sources {
		declared, ok := b.sdk.Structs[source.Struct]
		if !ok {
			return nil, fmt.Errorf("%s: the SDK has no struct %s", name, source.Struct)
		}
		for _, unknown := range slices.Concat(source.Only, source.Ignore) {
			if !slices.ContainsFunc(declared.Fields, func(f SDKField) bool { return f.Name == unknown }) {
				return nil, fmt.Errorf("%s: %s has no field %s", name, source.Struct, unknown)
			}
		}
		for _, field := range declared.Fields {
			if seen[field.Name] || slices.Contains(source.Ignore, field.Name) || len(source.Only) > 0 && !slices.Contains(source.Only, field.Name) {
				continue
			}
			seen[field.Name] = true
			if err := b.addField(built, field); err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(built.Fields, func(x, y *ModelField) int { return strings.Compare(x.JSONName, y.JSONName) })
	return built, nil
}

// addField adds a field, the reference that may stand for it, and the structs that it nests.
func (b *builder) addField(to *ModelStruct, field SDKField) error {
	key := to.Name + "." + field.Name
	settings := b.config.Fields[key]
	b.used[key] = true
	added := &ModelField{
		Name: goName(field.Name), JSONName: jsonName(field.Name), SDKName: field.Name, Doc: condense(field.Doc),
		Shape: field.Shape, Required: settings.Required,
	}
	if settings.Name != "" {
		added.JSONName = settings.Name
		added.Name = strings.ToUpper(settings.Name[:1]) + strings.TrimSuffix(settings.Name[1:], "_")
	}
	if settings.List {
		added.Shape = Shape{Kind: listShape, Elem: &field.Shape}
	}
	if settings.TagMap {
		added.Shape = Shape{Kind: mapShape, Elem: &Shape{Kind: stringShape}}
	}
	if err := b.follow(key, added.Shape); err != nil {
		return err
	}
	added.Markers = append(b.shapeMarkers(added.Shape, settings), b.config.markers(settings.Validation, settings.Rules)...)
	to.Fields = append(to.Fields, added)
	if settings.Reference != nil {
		to.addReference(b.config, added, *settings.Reference)
	}
	return nil
}

// addReference adds the field through which another object can give the value of a field.
func (s *ModelStruct) addReference(config *Config, value *ModelField, reference Reference) {
	if reference.Path == "" {
		reference.Path = arnPath
	}
	_, kind, _ := strings.Cut(reference.Kind, "/")
	what := "Reference to the " + kind
	if value.Shape.Kind == listShape {
		what = "References to the " + kind + " objects"
	}
	s.Fields = append(s.Fields, &ModelField{
		Name: strings.ToUpper(reference.Name[:1]) + reference.Name[1:], JSONName: reference.Name,
		Doc:   fmt.Sprintf("%s (%s) whose %s is used as %s.", what, reference.Kind, reference.Path, value.JSONName),
		Shape: value.Shape, Reference: &reference, Refers: value.Name,
	})
	s.Markers = append(s.Markers, config.marker(Rule{
		Rule:    fmt.Sprintf("!(has(self.%s) && has(self.%s))", value.JSONName, reference.Name),
		Message: fmt.Sprintf("%s and %s exclude each other: keep one of them", value.JSONName, reference.Name),
		Field:   reference.Name,
	}))
}

// shapeMarkers are the validations that follow from a field's type.
func (b *builder) shapeMarkers(shape Shape, settings Field) []string {
	bounded := func(limit string) bool {
		return slices.ContainsFunc(settings.Validation, func(v string) bool { return strings.HasPrefix(v, limit) })
	}
	prefix := "kubebuilder:validation:"
	if shape.Kind == listShape {
		prefix, shape = prefix+"items:", *shape.Elem
	}
	switch {
	case shape.Kind == enumShape && !settings.OpenEnum:
		return []string{prefix + "Enum=" + strings.Join(b.sdk.Enums[shape.Name], ";")}
	case shape.Kind == integerShape && shape.Bits == 32:
		// The CRD says int64, as ACK's do; the API takes no more than 32 bits.
		var limits []string
		if !bounded("Minimum=") {
			limits = append(limits, prefix+"Minimum=-2147483648")
		}
		if !bounded("Maximum=") {
			limits = append(limits, prefix+"Maximum=2147483647")
		}
		return limits
	}
	return nil
}

// follow builds the struct that a shape names, once.
func (b *builder) follow(key string, shape Shape) error {
	switch shape.Kind {
	case "":
		return fmt.Errorf("%s: its type is not supported: ignore the field", key)
	case listShape, mapShape:
		return b.follow(key, *shape.Elem)
	case structShape:
		if b.nested[shape.Name] != nil {
			return nil
		}
		declared, ok := b.sdk.Structs[shape.Name]
		if !ok {
			return fmt.Errorf("%s: the SDK has no struct %s", key, shape.Name)
		}
		settings := b.config.Structs[shape.Name]
		// Registered before its fields: a struct may nest itself.
		placeholder := &ModelStruct{}
		b.nested[shape.Name] = placeholder
		built, err := b.build(shape.Name, append([]Source{{Struct: shape.Name, Ignore: settings.Ignore}}, settings.Also...))
		if err != nil {
			return err
		}
		*placeholder = *built
		placeholder.Name = goName(shape.Name)
		placeholder.Doc = condense(declared.Doc)
		placeholder.Markers = append(placeholder.Markers, b.config.markers(nil, settings.Rules)...)
	}
	return nil
}
