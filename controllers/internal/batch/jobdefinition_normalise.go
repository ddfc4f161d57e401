package batch

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"strings"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/batch/v1alpha1"
)

// normaliseJobDefinition brings both specs to one form. AWS answers with a copy of what was registered in which lists
// are reordered, defaults are filled in or left out, and empty things come and go; were that a difference, each
// reconcile would register another revision.
func normaliseJobDefinition(declared, observed *v1alpha1.JobDefinition) {
	leaveToAWS(&declared.Spec, &observed.Spec)
	for _, spec := range []*v1alpha1.JobDefinitionSpec{&declared.Spec, &observed.Spec} {
		tags := spec.Tags
		clean(reflect.ValueOf(spec).Elem())
		spec.Tags = tags
	}
}

// clean normalises a value from the inside out: what says nothing (an empty list, map, string or struct, false) or what AWS
// takes anyway becomes unset.
func clean(value reflect.Value) {
	switch value.Kind() {
	case reflect.Struct:
		for i := range value.NumField() {
			clean(value.Field(i))
		}
		cleanStruct(value)
		dependentDefaults(value.Addr().Interface())
		unsetDefaults(value)
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

// unsetDefaults unsets the fields of a struct that say nothing or hold the default.
func unsetDefaults(value reflect.Value) {
	defaults, known := defaultsOf[value.Type()]
	for i := range value.NumField() {
		field := value.Field(i)
		if known && !defaults.Field(i).IsZero() {
			if reflect.DeepEqual(field.Interface(), defaults.Field(i).Interface()) {
				field.SetZero()
			}
			if field.Type() == reflect.TypeFor[*bool]() {
				// False is not the default.
				continue
			}
		}
		if isVoid(field) {
			field.SetZero()
		}
	}
}

var referenceType = reflect.TypeFor[*ackv1alpha1.AWSResourceReferenceWrapper]()

// isVoid says whether a value says nothing. A reference is nothing beside the value that it was resolved to.
func isVoid(value reflect.Value) bool {
	switch value.Kind() {
	case reflect.Slice, reflect.Map:
		return value.Len() == 0
	case reflect.Pointer:
		if value.IsNil() || value.Type() == referenceType {
			return true
		}
		switch value.Elem().Kind() {
		case reflect.Struct, reflect.String, reflect.Bool:
			return value.Elem().IsZero()
		}
	}
	return false
}

// cleanStruct writes what can be written in several ways in one.
func cleanStruct(value reflect.Value) {
	switch typed := value.Addr().Interface().(type) {
	case *v1alpha1.EvaluateOnExit:
		// AWS takes both cases and answers in either.
		if typed.Action != nil {
			action := strings.ToUpper(*typed.Action)
			typed.Action = &action
		}
	case *v1alpha1.ResourceRequirement:
		// "1" and "1.0" are the same number of vCPUs.
		if number, err := strconv.ParseFloat(aws.ToString(typed.Value), 64); err == nil {
			text := strconv.FormatFloat(number, 'f', -1, 64)
			typed.Value = &text
		}
	case *v1alpha1.Device:
		slices.Sort(typed.Permissions)
	case *v1alpha1.Tmpfs:
		slices.Sort(typed.MountOptions)
	case *v1alpha1.JobDefinitionSpec:
		slices.Sort(typed.PlatformCapabilities)
	case *v1alpha1.EKSPodProperties:
		// Not the init containers, which run one after another.
		sortBy(typed.Containers, func(one v1alpha1.EKSContainer) *string { return one.Name })
	}
}

// cleanList sorts the lists whose order means nothing. That of commands, rules for retries, init containers and ranges of
// nodes does.
func cleanList(value reflect.Value) {
	switch list := value.Addr().Interface().(type) {
	case *[]v1alpha1.KeyValuePair:
		// AWS drops variables without a value.
		*list = slices.DeleteFunc(*list, func(one v1alpha1.KeyValuePair) bool { return aws.ToString(one.Value) == "" })
		sortBy(*list, func(one v1alpha1.KeyValuePair) *string { return one.Name })
	case *[]v1alpha1.EKSContainerEnvironmentVariable:
		*list = slices.DeleteFunc(*list, func(one v1alpha1.EKSContainerEnvironmentVariable) bool { return aws.ToString(one.Value) == "" })
		sortBy(*list, func(one v1alpha1.EKSContainerEnvironmentVariable) *string { return one.Name })
	case *[]v1alpha1.ResourceRequirement:
		sortBy(*list, func(one v1alpha1.ResourceRequirement) *string { return one.Type })
	case *[]v1alpha1.Secret:
		sortBy(*list, func(one v1alpha1.Secret) *string { return one.Name })
	case *[]v1alpha1.TaskContainerProperties:
		sortBy(*list, func(one v1alpha1.TaskContainerProperties) *string { return one.Name })
	case *[]v1alpha1.TaskContainerDependency:
		sortBy(*list, func(one v1alpha1.TaskContainerDependency) *string { return one.ContainerName })
	case *[]v1alpha1.ImagePullSecret:
		sortBy(*list, func(one v1alpha1.ImagePullSecret) *string { return one.Name })
	case *[]v1alpha1.Ulimit:
		sortBy(*list, func(one v1alpha1.Ulimit) *string { return one.Name })
	case *[]v1alpha1.Volume:
		sortBy(*list, func(one v1alpha1.Volume) *string { return one.Name })
	case *[]v1alpha1.EKSVolume:
		sortBy(*list, func(one v1alpha1.EKSVolume) *string { return one.Name })
	case *[]v1alpha1.MountPoint:
		sortBy(*list, func(one v1alpha1.MountPoint) *string { return one.ContainerPath })
	case *[]v1alpha1.EKSContainerVolumeMount:
		sortBy(*list, func(one v1alpha1.EKSContainerVolumeMount) *string { return one.MountPath })
	case *[]v1alpha1.ConsumableResourceRequirement:
		sortBy(*list, func(one v1alpha1.ConsumableResourceRequirement) *string { return one.ConsumableResource })
	}
}

func sortBy[T any](list []T, key func(T) *string) {
	slices.SortStableFunc(list, func(a, b T) int { return cmp.Compare(aws.ToString(key(a)), aws.ToString(key(b))) })
}
