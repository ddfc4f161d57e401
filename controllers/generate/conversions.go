package main

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

const modulePath = "github.com/Aysticky/sanders-customer-platform-gitops/controllers"

// direction is which way a conversion goes.
type direction bool

const (
	toSDK   direction = true
	fromSDK direction = false
)

// conversion is a function to write: between a struct of ours and one of the SDK's.
type conversion struct {
	direction direction
	ours      string
	sdk       string
}

// name is the function's name: toComputeResource, fromComputeResource; but where ours is not the counterpart of the
// SDK's, as for specs and statuses, jobQueueSpecFrom.
func (c conversion) name() string {
	if c.direction == toSDK && strings.HasPrefix(c.ours, goName(c.sdk)+levelSuffix) {
		return "to" + c.ours
	}
	if c.direction == toSDK {
		return "to" + c.sdk
	}
	if c.ours == goName(c.sdk) {
		return "from" + c.sdk
	}
	return strings.ToLower(c.ours[:1]) + c.ours[1:] + "From"
}

// writer writes conversions, and those that they need in turn.
type writer struct {
	sdk   *SDK
	model *Model
	queue []conversion
	known map[conversion]bool
	out   bytes.Buffer
}

// writeConversions writes the functions that a configuration asks for.
func writeConversions(config *Config, sdk *SDK, model *Model) error {
	if config.Conversions == nil {
		return nil
	}
	w := &writer{sdk: sdk, model: model, known: map[conversion]bool{}}
	for _, ours := range slices.Sorted(maps.Keys(config.Conversions.To)) {
		for _, name := range config.Conversions.To[ours] {
			w.need(conversion{toSDK, ours, name})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(config.Conversions.From)) {
		for _, ours := range config.Conversions.From[name] {
			w.need(conversion{fromSDK, ours, name})
		}
	}
	for len(w.queue) > 0 {
		next := w.queue[0]
		w.queue = w.queue[1:]
		if err := w.write(next); err != nil {
			return err
		}
	}
	header := fmt.Sprintf("%spackage %s\n\nimport (\n", fileHeader, filepath.Base(config.Conversions.Package))
	for _, one := range []struct{ used, line string }{
		{"maps.", `"maps"`},
		{"slices.", `"slices"`},
		{"aws.", `"github.com/aws/aws-sdk-go-v2/aws"`},
		{"sdk.", fmt.Sprintf("sdk %q", sdk.Path)},
		{"types.", fmt.Sprintf("%q", sdk.Path+"/types")},
		{"v1alpha1.", fmt.Sprintf("%q", modulePath+"/apis/"+config.Service+"/v1alpha1")},
		{"convert.", fmt.Sprintf("%q", modulePath+"/internal/convert")},
	} {
		if strings.Contains(w.out.String(), one.used) {
			header += one.line + "\n"
		}
	}
	return writeGo(filepath.Join(config.Conversions.Package, "zz_generated.conversions.go"), header+")\n\n"+w.out.String())
}

// need queues a conversion, once.
func (w *writer) need(c conversion) string {
	if !w.known[c] {
		w.known[c] = true
		w.queue = append(w.queue, c)
	}
	return c.name()
}

func (w *writer) write(c conversion) error {
	ours, theirs := w.model.structNamed(c.ours), w.sdk.Structs[c.sdk]
	if ours == nil || theirs == nil {
		return fmt.Errorf("conversions: %s or %s does not exist", c.ours, c.sdk)
	}
	oursType, theirsType := "v1alpha1."+ours.Name, "sdk."+theirs.Name
	if theirs.Nested {
		theirsType = "types." + theirs.Name
	}
	in, out := oursType, theirsType
	if c.direction == fromSDK {
		in, out = theirsType, oursType
	}
	fmt.Fprintf(&w.out, "func %s(in *%s) *%s {\n\tif in == nil {\n\t\treturn nil\n\t}\n\treturn &%s{\n", c.name(), in, out, out)
	for _, field := range ours.Fields {
		if field.Reference != nil {
			continue
		}
		index := slices.IndexFunc(theirs.Fields, func(f SDKField) bool { return f.Name == field.SDKName })
		if index < 0 || !convertible(field.Shape, theirs.Fields[index].Shape) {
			continue
		}
		shape := theirs.Fields[index].Shape
		if c.direction == toSDK {
			fmt.Fprintf(&w.out, "\t\t%s: %s,\n", field.SDKName, w.toSDK("in."+field.Name, field.Shape, shape))
		} else {
			fmt.Fprintf(&w.out, "\t\t%s: %s,\n", field.Name, w.fromSDK("in."+field.SDKName, field.Shape, shape))
		}
	}
	w.out.WriteString("\t}\n}\n\n")
	return nil
}

// convertible says whether both are the same kind of value; a struct that we made a list of, or a list of tags that we
// made a map of, is the caller's business.
func convertible(ours, theirs Shape) bool {
	text := func(s Shape) bool { return s.Kind == stringShape || s.Kind == enumShape }
	switch {
	case text(ours) && text(theirs):
		return true
	case ours.Kind != theirs.Kind:
		return false
	case ours.Elem != nil:
		return convertible(*ours.Elem, *theirs.Elem)
	default:
		return true
	}
}

// toSDK is the Go expression that converts one of our values; ours are pointers, but in lists and maps.
func (w *writer) toSDK(value string, ours, theirs Shape) string {
	plain := func(pointer, get string) string {
		if theirs.Pointer {
			return pointer
		}
		return get + "(" + pointer + ")"
	}
	switch theirs.Kind {
	case stringShape:
		return plain(value, "aws.ToString")
	case enumShape:
		return fmt.Sprintf("types.%s(aws.ToString(%s))", theirs.Name, value)
	case integerShape:
		if theirs.Bits == 32 {
			return plain("convert.Int32("+value+")", "aws.ToInt32")
		}
		return plain(value, "aws.ToInt64")
	case floatShape:
		return plain(value, "aws.ToFloat64")
	case booleanShape:
		return plain(value, "aws.ToBool")
	case timeShape:
		return "convert.Time(" + value + ")"
	case structShape:
		return fmt.Sprintf("%s(%s)", w.need(conversion{toSDK, goName(ours.Name), theirs.Name}), value)
	}
	return w.collection(value, theirs, w.oursType(*ours.Elem), w.sdkType(*theirs.Elem), w.elemToSDK(*ours.Elem, *theirs.Elem))
}

// fromSDK is the Go expression that converts one of the SDK's values.
func (w *writer) fromSDK(value string, ours, theirs Shape) string {
	address := func(make string) string {
		if theirs.Pointer {
			return value
		}
		return make + "(" + value + ")"
	}
	switch theirs.Kind {
	case stringShape:
		return address("convert.String")
	case enumShape:
		return "convert.String(" + value + ")"
	case integerShape:
		if theirs.Bits == 32 {
			if !theirs.Pointer {
				value = "&" + value
			}
			return "convert.Int64(" + value + ")"
		}
		return address("aws.Int64")
	case floatShape:
		return address("aws.Float64")
	case booleanShape:
		return address("aws.Bool")
	case timeShape:
		return "convert.KubeTime(" + value + ")"
	case structShape:
		return fmt.Sprintf("%s(%s)", w.need(conversion{fromSDK, goName(ours.Name), theirs.Name}), value)
	}
	return w.collection(value, theirs, w.sdkType(*theirs.Elem), w.oursType(*ours.Elem), w.elemFromSDK(*ours.Elem, *theirs.Elem))
}

// collection converts a list or map: by cloning it when its elements need no conversion.
func (w *writer) collection(value string, shape Shape, from, to, elem string) string {
	if elem == "" {
		if shape.Kind == mapShape {
			return "maps.Clone(" + value + ")"
		}
		return "slices.Clone(" + value + ")"
	}
	function := "convert.List"
	if shape.Kind == mapShape {
		function = "convert.Map"
	}
	return fmt.Sprintf("%s(%s, func(one %s) %s { return %s })", function, value, from, to, elem)
}

// elemToSDK converts an element; "" when it is the same in both.
func (w *writer) elemToSDK(ours, theirs Shape) string {
	switch theirs.Kind {
	case enumShape:
		return "types." + theirs.Name + "(one)"
	case structShape:
		return "*" + w.need(conversion{toSDK, goName(ours.Name), theirs.Name}) + "(&one)"
	}
	return ""
}

func (w *writer) elemFromSDK(ours, theirs Shape) string {
	switch theirs.Kind {
	case enumShape:
		return "string(one)"
	case structShape:
		return "*" + w.need(conversion{fromSDK, goName(ours.Name), theirs.Name}) + "(&one)"
	}
	return ""
}

func (w *writer) sdkType(shape Shape) string {
	if shape.Kind == enumShape || shape.Kind == structShape {
		return "types." + shape.Name
	}
	return "string"
}

func (w *writer) oursType(shape Shape) string {
	if shape.Kind == structShape {
		return "v1alpha1." + goName(shape.Name)
	}
	return "string"
}
