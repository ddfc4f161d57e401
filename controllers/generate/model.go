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
	// Status is true for a kind's status, which has what all of them show.
	Status bool
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
		spec, err := b.build(place{name: kind + "Spec"}, config.Kinds[kind].Spec)
		if err != nil {
			return nil, err
		}
		spec.Doc = fmt.Sprintf("%s is the desired state of a %s.", spec.Name, kind)
		spec.Markers = append(spec.Markers, config.markers(nil, config.Kinds[kind].Rules)...)
		status, err := b.build(place{name: kind + "Status"}, config.Kinds[kind].Status)
		if err != nil {
			return nil, err
		}
		status.Doc, status.Status = fmt.Sprintf("%s is the observed state of a %s.", status.Name, kind), true
		model.Structs = append(model.Structs, spec, status)
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

// place is a struct that gets fields: a spec or status, or a struct of the SDK at a level of its own nesting.
type place struct {
	name string
	// level is 0 or 1 for the outermost.
	level int
}

// levelSuffix and a number follow the name of a struct below the outermost level of its own nesting: ExpressionLevel2.
const levelSuffix = "Level"

// modelName is what the struct is called in the model.
func (p place) modelName() string {
	if p.level < 2 {
		return p.name
	}
	return fmt.Sprintf("%s%s%d", p.name, levelSuffix, p.level)
}

// build makes one struct from its sources; a field of an earlier source wins over one of the same name later on.
func (b *builder) build(at place, sources []Source) (*ModelStruct, error) {
	name, built := at.name, &ModelStruct{Name: at.modelName()}
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
			if err := b.addField(built, at, field); err != nil {
				return nil, err
			}
		}
	}
	slices.SortFunc(built.Fields, func(x, y *ModelField) int { return strings.Compare(x.JSONName, y.JSONName) })
	return built, nil
}

// addField adds a field, the reference that may stand for it, and the structs that it nests.
func (b *builder) addField(to *ModelStruct, at place, field SDKField) error {
	key := at.name + "." + field.Name
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
	followed, fits, err := b.follow(key, at, added.Shape)
	if err != nil || !fits {
		return err
	}
	added.Shape = followed
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

// follow builds the struct that a shape names, once, and returns the shape with the struct's name in the model. It says no
// where a struct would nest itself more often than it may.
func (b *builder) follow(key string, from place, shape Shape) (followed Shape, fits bool, err error) {
	switch shape.Kind {
	case "":
		return shape, false, fmt.Errorf("%s: its type is not supported: ignore the field", key)
	case listShape, mapShape:
		elem, fits, err := b.follow(key, from, *shape.Elem)
		shape.Elem = &elem
		return shape, fits, err
	case structShape:
		declared, ok := b.sdk.Structs[shape.Name]
		if !ok {
			return shape, false, fmt.Errorf("%s: the SDK has no struct %s", key, shape.Name)
		}
		to, settings := place{name: shape.Name, level: 1}, b.config.Structs[shape.Name]
		if from.name == to.name {
			to.level = from.level + 1
			if settings.Depth == 0 {
				return shape, false, fmt.Errorf("%s: %s nests itself: give it a depth", key, to.name)
			}
			if to.level > settings.Depth {
				return shape, false, nil
			}
		}
		shape.Name = to.modelName()
		return shape, true, b.addNested(to, declared, settings)
	}
	return shape, true, nil
}

// addNested builds a nested struct, unless that was done already.
func (b *builder) addNested(at place, declared *SDKStruct, settings Struct) error {
	if b.nested[at.modelName()] != nil {
		return nil
	}
	// Registered before its fields, which may lead back to it.
	nested := &ModelStruct{}
	b.nested[at.modelName()] = nested
	built, err := b.build(at, append([]Source{{Struct: at.name, Ignore: settings.Ignore}}, settings.Also...))
	if err != nil {
		return err
	}
	*nested = *built
	nested.Name = goName(at.modelName())
	nested.Doc = condense(declared.Doc)
	if len(settings.OneOf) > 0 {
		rule, err := nested.exactlyOne(settings.OneOf)
		if err != nil {
			return err
		}
		nested.Markers = append(nested.Markers, b.config.marker(rule))
	}
	nested.Markers = append(nested.Markers, b.config.markers(nil, settings.Rules)...)
	return nil
}

// exactlyOne is the rule that one of the fields, by the SDK's names, must be set and no other.
func (s *ModelStruct) exactlyOne(fields []string) (Rule, error) {
	var set, names []string
	for _, field := range s.Fields {
		if slices.Contains(fields, field.SDKName) {
			set, names = append(set, "has(self."+field.JSONName+")"), append(names, field.JSONName)
		}
	}
	if len(set) < 2 {
		return Rule{}, fmt.Errorf("structs: %s has not two of the fields %v", s.Name, fields)
	}
	return Rule{
		Rule:    "[" + strings.Join(set, ", ") + "].filter(x, x).size() == 1",
		Message: "exactly one of " + strings.Join(names, ", ") + " is needed",
	}, nil
}
