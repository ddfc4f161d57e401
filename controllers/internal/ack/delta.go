package ack

import (
	"reflect"
	"slices"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	ackcompare "github.com/aws-controllers-k8s/runtime/pkg/compare"
	"k8s.io/apimachinery/pkg/api/equality"
)

var referenceType = reflect.TypeFor[*ackv1alpha1.AWSResourceReferenceWrapper]()

// CompareSpecs lists the fields in which two objects' specs differ, "Spec.ComputeResources.MaxvCPUs". It looks into
// structs, and takes a list or a map as one value. An empty list is as good as none. References are left out: what
// they resolve to is compared.
func CompareSpecs(a, b Object) *ackcompare.Delta {
	delta := ackcompare.NewDelta()
	compareStructs(delta, "Spec", reflect.ValueOf(a.ACKSpec()).Elem(), reflect.ValueOf(b.ACKSpec()).Elem())
	return delta
}

func compareStructs(delta *ackcompare.Delta, path string, a, b reflect.Value) {
	for i := range a.NumField() {
		field := a.Type().Field(i)
		if isReference(field.Type) {
			continue
		}
		left, right := a.Field(i), b.Field(i)
		inner := path + "." + field.Name
		if isStructPointer(field.Type) && !left.IsNil() && !right.IsNil() {
			compareStructs(delta, inner, left.Elem(), right.Elem())
			continue
		}
		if !equality.Semantic.DeepEqual(left.Interface(), right.Interface()) {
			delta.Add(inner, left.Interface(), right.Interface())
		}
	}
}

func isReference(t reflect.Type) bool {
	return t == referenceType || t.Kind() == reflect.Slice && t.Elem() == referenceType
}

// isStructPointer tells structs to look into from single values such as a time.
func isStructPointer(t reflect.Type) bool {
	return t.Kind() == reflect.Pointer && t.Elem().Kind() == reflect.Struct && t.Elem().PkgPath() != "k8s.io/apimachinery/pkg/apis/meta/v1"
}

// Changed is a copy of a spec with nothing but the fields that differ: what an update call has to send. AWS takes most of
// them as a whole; partial names the structs (Go names) of which it takes the fields that differ.
func Changed[S any](spec *S, delta *ackcompare.Delta, partial ...string) *S {
	changed := new(S)
	copyChanged(reflect.ValueOf(changed).Elem(), reflect.ValueOf(spec).Elem(), "Spec", delta, partial)
	return changed
}

// copyChanged copies the fields that differ at a path.
func copyChanged(to, from reflect.Value, path string, delta *ackcompare.Delta, partial []string) {
	for i := range from.NumField() {
		name := from.Type().Field(i).Name
		inner := path + "." + name
		if !delta.DifferentAt(inner) {
			continue
		}
		target, source := to.Field(i), from.Field(i)
		target.Set(source)
		if slices.Contains(partial, name) && !source.IsNil() {
			part := reflect.New(source.Type().Elem())
			copyChanged(part.Elem(), source.Elem(), inner, delta, nil)
			// None of its fields differs where AWS lacks the struct.
			if !part.Elem().IsZero() {
				target.Set(part)
			}
		}
	}
}

// FillUnset sets what declared leaves out to what observed has, at every depth: for kinds in which leaving a field out
// means "as AWS has it". References stay as they are.
func FillUnset(declared, observed any) {
	fillUnset(reflect.ValueOf(declared).Elem(), reflect.ValueOf(observed).Elem())
}

func fillUnset(declared, observed reflect.Value) {
	for i := range declared.NumField() {
		field, value := declared.Field(i), observed.Field(i)
		switch {
		case isReference(field.Type()):
		case field.IsZero() || field.Kind() == reflect.Slice && field.Len() == 0:
			field.Set(value)
		case isStructPointer(field.Type()) && !value.IsNil():
			fillUnset(field.Elem(), value.Elem())
		}
	}
}
