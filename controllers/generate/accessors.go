package main

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"text/template"
)

// accessors are the methods of a kind through which internal/ack reads and writes what all kinds have.
var accessors = template.Must(template.New("accessors").Parse(`
// ACKMetadata is where the status has the ARN, the account and the region.
func (o *{{.Kind}}) ACKMetadata() **ackv1alpha1.ResourceMetadata { return &o.Status.ACKResourceMetadata }

// ACKConditions is where the status has the conditions.
func (o *{{.Kind}}) ACKConditions() *[]*ackv1alpha1.Condition { return &o.Status.Conditions }

// ACKSpec is the spec, to be compared and searched for references.
func (o *{{.Kind}}) ACKSpec() any { return &o.Spec }

// AWSName is the field of the spec that names the AWS resource, and what that is called in JSON.
func (o *{{.Kind}}) AWSName() (field **string, json string) { return &o.Spec.{{.Name.Name}}, "{{.Name.JSONName}}" }

// AWSTags is a copy of the tags in the spec.
func (o *{{.Kind}}) AWSTags() map[string]string {
{{- if .TagType}}
	tags := make(map[string]string, len(o.Spec.Tags))
	for _, tag := range o.Spec.Tags {
		tags[*cmp.Or(tag.Key, new(""))] = *cmp.Or(tag.Value, new(""))
	}
	return tags
{{- else}}
	return maps.Clone(o.Spec.Tags)
{{- end}}
}

// SetAWSTags sets the tags in the spec{{if .TagType}}, sorted by key{{end}}.
func (o *{{.Kind}}) SetAWSTags(tags map[string]string) {
	o.Spec.Tags = nil
{{- if .TagType}}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		o.Spec.Tags = append(o.Spec.Tags, {{.TagType}}{Key: new(key), Value: new(tags[key])})
	}
{{- else}}
	if len(tags) > 0 {
		o.Spec.Tags = maps.Clone(tags)
	}
{{- end}}
}

// SetObjectMeta sets the metadata.
func (o *{{.Kind}}) SetObjectMeta(meta metav1.ObjectMeta) { o.ObjectMeta = meta }

// TakeSpec takes over a copy of another object's spec.
func (o *{{.Kind}}) TakeSpec(from *{{.Kind}}) { o.Spec = *from.Spec.DeepCopy() }

// TakeStatus takes over a copy of another object's status.
func (o *{{.Kind}}) TakeStatus(from *{{.Kind}}) { o.Status = *from.Status.DeepCopy() }
`))

// accessed is what the accessors of a kind need to know.
type accessed struct {
	Kind string
	// Name is the field of the spec that names the AWS resource: name, or as AWS calls it, <kind>Name.
	Name *ModelField
	// TagType is the type of a tag where tags are a list; empty where they are a map.
	TagType string
}

// writeAccessors writes the accessors of a service's kinds.
func writeAccessors(config *Config, model *Model) error {
	var out bytes.Buffer
	tagLists := false
	for _, kind := range slices.Sorted(maps.Keys(config.Kinds)) {
		spec := model.structNamed(kind + "Spec")
		access := accessed{Kind: kind, Name: spec.field("Name", kind+"Name")}
		tags := spec.field("Tags")
		if access.Name == nil || tags == nil {
			return fmt.Errorf("kind %s needs the fields Name, or %sName, and Tags in its spec", kind, kind)
		}
		if tags.Shape.Kind == listShape {
			access.TagType, tagLists = valueType(*tags.Shape.Elem), true
		}
		if err := accessors.Execute(&out, access); err != nil {
			return err
		}
	}
	packages := []string{`"maps"`}
	if tagLists {
		packages = []string{`"cmp"`, `"maps"`, `"slices"`}
	}
	packages = append(packages, "", `ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"`, `metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"`)
	header := fileHeader + "package v1alpha1\n\nimport (\n" + strings.Join(packages, "\n") + "\n)\n"
	return writeGo(filepath.Join("apis", config.Service, "v1alpha1", "zz_generated.accessors.go"), header+out.String())
}

// field is the first field of the struct that has one of the Go names; nil if there is none.
func (s *ModelStruct) field(names ...string) *ModelField {
	for _, name := range names {
		for _, field := range s.Fields {
			if field.Name == name {
				return field
			}
		}
	}
	return nil
}
