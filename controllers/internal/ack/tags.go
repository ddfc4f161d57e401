package ack

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	ackrt "github.com/aws-controllers-k8s/runtime/pkg/runtime"
	acktypes "github.com/aws-controllers-k8s/runtime/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const (
	// awsTagPrefix is that of tags which AWS sets itself, and which nobody else can set or remove.
	awsTagPrefix = "aws:"
	// ackTagPrefix is that of the tags which controllers set; they never show in a spec.
	ackTagPrefix = "services.k8s.aws/"
	// OwnerTag names, as namespace/name, the Kubernetes object that an AWS object belongs to.
	OwnerTag = ackTagPrefix + "owner"
)

// Owner is the value of the OwnerTag for an object.
func Owner(object client.Object) string {
	return object.GetNamespace() + "/" + object.GetName()
}

// Tags are the tags in an object's spec; nil when the kind has none.
func Tags(object client.Object) map[string]string {
	field := part(object, "Spec").FieldByName("Tags")
	if !field.IsValid() {
		return nil
	}
	if tags, ok := field.Interface().(map[string]string); ok {
		return maps.Clone(tags)
	}
	tags := map[string]string{}
	for i := range field.Len() {
		tag := field.Index(i)
		tags[text(tag.FieldByName("Key"))] = text(tag.FieldByName("Value"))
	}
	return tags
}

func text(pointer reflect.Value) string {
	if pointer.IsNil() {
		return ""
	}
	return pointer.Elem().String()
}

// SetTags sets the tags in an object's spec, lists sorted by key. A kind without tags is left as it is.
func SetTags(object client.Object, tags map[string]string) {
	field := part(object, "Spec").FieldByName("Tags")
	switch {
	case !field.IsValid():
	case len(tags) == 0:
		field.SetZero()
	case field.Kind() == reflect.Map:
		field.Set(reflect.ValueOf(maps.Clone(tags)))
	default:
		list := reflect.MakeSlice(field.Type(), 0, len(tags))
		for _, key := range slices.Sorted(maps.Keys(tags)) {
			value := tags[key]
			tag := reflect.New(field.Type().Elem()).Elem()
			tag.FieldByName("Key").Set(reflect.ValueOf(&key))
			tag.FieldByName("Value").Set(reflect.ValueOf(&value))
			list = reflect.Append(list, tag)
		}
		field.Set(list)
	}
}

// SyncTags makes the tags of an AWS object those that are declared, by calls that set some and remove others. AWS's own
// tags are left alone.
func SyncTags(declared, observed client.Object, tag func(arn *string, set map[string]string) error, untag func(arn *string, keys []string) error) error {
	arn := ARN(observed)
	set, remove := diffTags(declared, observed)
	if len(set) > 0 {
		if err := tag(&arn, set); err != nil {
			return err
		}
	}
	if len(remove) > 0 {
		return untag(&arn, remove)
	}
	return nil
}

// TagList is a map of tags as a list of an SDK's tags, sorted by key.
func TagList[T any](tags map[string]string, tag func(key, value *string) T) []T {
	var list []T
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		value := tags[key]
		list = append(list, tag(&key, &value))
	}
	return list
}

// diffTags says which tags to set and which to remove to come from what is observed to what is declared.
func diffTags(declared, observed client.Object) (set map[string]string, remove []string) {
	want, have := Tags(declared), Tags(observed)
	set = map[string]string{}
	for key, value := range want {
		if current, ok := have[key]; !ok || current != value {
			set[key] = value
		}
	}
	for _, key := range slices.Sorted(maps.Keys(have)) {
		if _, ok := want[key]; !ok && !strings.HasPrefix(key, awsTagPrefix) {
			remove = append(remove, key)
		}
	}
	return set, remove
}

// ensureTags adds the controller's tags to the spec, where the user has not set them.
func ensureTags(object client.Object, config *ackcfg.Config, metadata acktypes.ServiceControllerMetadata) {
	tags := map[string]string{OwnerTag: Owner(object)}
	maps.Copy(tags, ackrt.GetDefaultTags(config, object, metadata))
	maps.Copy(tags, Tags(object))
	SetTags(object, tags)
}

// filterTags removes the tags that are not the user's: AWS's own, and the controller's.
func filterTags(object client.Object, controllers []string) {
	tags := Tags(object)
	maps.DeleteFunc(tags, func(key, _ string) bool {
		return strings.HasPrefix(key, awsTagPrefix) || strings.HasPrefix(key, ackTagPrefix) || slices.Contains(controllers, key)
	})
	SetTags(object, tags)
}

// dropForeignTags removes AWS's own tags, which no comparison should see.
func dropForeignTags(object client.Object) {
	tags := Tags(object)
	maps.DeleteFunc(tags, func(key, _ string) bool { return strings.HasPrefix(key, awsTagPrefix) })
	SetTags(object, tags)
}
