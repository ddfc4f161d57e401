package batch

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/batch/v1alpha1"
)

// normaliseJobDefinition brings both specs to one form. AWS answers with a copy of what was registered in which lists
// are reordered, defaults are filled in or left out, and empty things come and go; were that a difference, each
// reconcile would register another revision.
func normaliseJobDefinition(declared, observed *v1alpha1.JobDefinition) {
	for _, spec := range []*v1alpha1.JobDefinitionSpec{&declared.Spec, &observed.Spec} {
		tags := spec.Tags
		clean(reflect.ValueOf(spec).Elem())
		spec.Tags = tags
		slices.Sort(spec.PlatformCapabilities)
		if len(spec.PlatformCapabilities) == 0 && spec.EKSProperties == nil {
			spec.PlatformCapabilities = []string{"EC2"}
		}
	}
}

// trueByDefault are the fields for which false is not the same as unset.
var trueByDefault = []string{"Essential", "HostNetwork"}

// clean normalises a value from the inside out: what says nothing (an empty list, map, string or struct, false where
// that is the default) becomes unset.
func clean(value reflect.Value) {
	switch value.Kind() {
	case reflect.Struct:
		for i := range value.NumField() {
			field := value.Field(i)
			clean(field)
			if isVoid(field) && !slices.Contains(trueByDefault, value.Type().Field(i).Name) {
				field.SetZero()
			}
		}
		cleanStruct(value)
	case reflect.Pointer:
		if !value.IsNil() {
			clean(value.Elem())
		}
	case reflect.Slice:
		for i := range value.Len() {
			clean(value.Index(i))
		}
		cleanList(value)
	}
}

// isVoid says whether a value says nothing.
func isVoid(value reflect.Value) bool {
	switch value.Kind() {
	case reflect.Slice, reflect.Map:
		return value.Len() == 0
	case reflect.Pointer:
		if value.IsNil() {
			return true
		}
		switch value.Elem().Kind() {
		case reflect.Struct, reflect.String, reflect.Bool:
			return value.Elem().IsZero()
		}
	}
	return false
}

// cleanStruct unsets a struct's fields that hold AWS's default.
func cleanStruct(value reflect.Value) {
	switch typed := value.Addr().Interface().(type) {
	case *v1alpha1.FargatePlatformConfiguration:
		unset(&typed.PlatformVersion, "LATEST")
	case *v1alpha1.ECSTaskProperties:
		unset(&typed.PlatformVersion, "LATEST")
	case *v1alpha1.NetworkConfiguration:
		unset(&typed.AssignPublicIP, "DISABLED")
	case *v1alpha1.RuntimePlatform:
		unset(&typed.OperatingSystemFamily, "LINUX")
		unset(&typed.CPUArchitecture, "X86_64")
	case *v1alpha1.EvaluateOnExit:
		// AWS takes both cases and answers in lower case.
		if typed.Action != nil {
			action := strings.ToUpper(*typed.Action)
			typed.Action = &action
		}
	case *v1alpha1.ResourceRequirement:
		// "1" and "1.0" are the same number of vCPUs.
		if number, err := strconv.ParseFloat(deref(typed.Value), 64); err == nil {
			text := strconv.FormatFloat(number, 'f', -1, 64)
			typed.Value = &text
		}
	}
}

func unset(field **string, normal string) {
	if *field != nil && **field == normal {
		*field = nil
	}
}

// cleanList sorts the lists that are sets.
func cleanList(value reflect.Value) {
	switch list := value.Addr().Interface().(type) {
	case *[]v1alpha1.KeyValuePair:
		// AWS drops variables without a value.
		*list = slices.DeleteFunc(*list, func(pair v1alpha1.KeyValuePair) bool { return deref(pair.Value) == "" })
		slices.SortStableFunc(*list, func(a, b v1alpha1.KeyValuePair) int { return cmp.Compare(deref(a.Name), deref(b.Name)) })
	case *[]v1alpha1.ResourceRequirement:
		slices.SortStableFunc(*list, func(a, b v1alpha1.ResourceRequirement) int { return cmp.Compare(deref(a.Type), deref(b.Type)) })
	case *[]v1alpha1.Secret:
		slices.SortStableFunc(*list, func(a, b v1alpha1.Secret) int { return cmp.Compare(deref(a.Name), deref(b.Name)) })
	}
}
