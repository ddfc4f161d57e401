package ack

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	ackerr "github.com/aws-controllers-k8s/runtime/pkg/errors"
	ackrt "github.com/aws-controllers-k8s/runtime/pkg/runtime"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// reference is a field of a spec that may refer to other objects, as its struct tag describes it.
type reference struct {
	// name of the field in JSON, for messages.
	name string
	// from are the references set.
	from []*ackv1alpha1.AWSResourceReferenceWrapper
	// value is the field to fill: a *string, or a []string for many.
	value reflect.Value
	// target is what kind is referred to, path where its value is.
	target schema.GroupKind
	path   []string
}

// ReferenceTargets are the kinds that objects of a type can refer to.
func ReferenceTargets(object Object) []schema.GroupKind {
	var targets []schema.GroupKind
	seen := map[schema.GroupKind]bool{}
	var walk func(t reflect.Type)
	walk = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || t == referenceType.Elem() {
			return
		}
		for i := range t.NumField() {
			field := t.Field(i)
			if isReference(field.Type) {
				_, target, _ := parseTag(field)
				if !seen[target] {
					seen[target] = true
					targets = append(targets, target)
				}
				continue
			}
			walk(field.Type)
		}
	}
	walk(reflect.TypeOf(object.ACKSpec()))
	return targets
}

// parseTag reads a struct tag such as reference:"Subnets=ec2.services.k8s.aws/Subnet:status.subnetID".
func parseTag(field reflect.StructField) (value string, target schema.GroupKind, path []string) {
	value, rest, hasValue := strings.Cut(field.Tag.Get("reference"), "=")
	kind, at, hasPath := strings.Cut(rest, ":")
	group, name, hasKind := strings.Cut(kind, "/")
	if !hasValue || !hasPath || !hasKind {
		panic("ack: field " + field.Name + ` needs a struct tag reference:"<field>=<group>/<kind>:<path>"`)
	}
	return value, schema.GroupKind{Group: group, Kind: name}, strings.Split(at, ".")
}

func jsonName(field reflect.StructField) string {
	name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
	return name
}

// references finds the references that are set in a struct, at every depth.
func references(value reflect.Value, at string) []reference {
	var found []reference
	switch value.Kind() {
	case reflect.Pointer:
		if !value.IsNil() {
			found = references(value.Elem(), at)
		}
	case reflect.Slice:
		if value.Type().Elem().Kind() == reflect.Struct {
			for i := range value.Len() {
				found = append(found, references(value.Index(i), fmt.Sprintf("%s[%d]", at, i))...)
			}
		}
	case reflect.Struct:
		for i := range value.NumField() {
			field := value.Type().Field(i)
			inner := at + "." + jsonName(field)
			if !isReference(field.Type) {
				found = append(found, references(value.Field(i), inner)...)
				continue
			}
			var from []*ackv1alpha1.AWSResourceReferenceWrapper
			if list, ok := value.Field(i).Interface().([]*ackv1alpha1.AWSResourceReferenceWrapper); ok {
				from = list
			} else if !value.Field(i).IsNil() {
				from = append(from, value.Field(i).Interface().(*ackv1alpha1.AWSResourceReferenceWrapper))
			}
			if len(from) > 0 {
				name, target, path := parseTag(field)
				found = append(found, reference{name: inner, from: from, value: value.FieldByName(name), target: target, path: path})
			}
		}
	}
	return found
}

// clearReferences empties the fields of a spec that references fill.
func clearReferences(object Object) {
	for _, reference := range references(reflect.ValueOf(object.ACKSpec()), "spec") {
		reference.value.SetZero()
	}
}

// resolver resolves the references of one object.
type resolver struct {
	reader         client.Reader
	owner          Object
	kind           schema.GroupKind
	crossNamespace bool
	waiting        *waiting
}

// resolve fills the fields that references stand for. It says whether there are references at all.
func (r resolver) resolve(ctx context.Context) (bool, error) {
	object := r.owner
	all := references(reflect.ValueOf(object.ACKSpec()), "spec")
	r.waiting.forget(objectKey{r.kind, client.ObjectKeyFromObject(object)})
	for _, reference := range all {
		if !reference.value.IsZero() {
			return true, ackerr.ResourceReferenceAndIDNotSupportedFor(reference.name)
		}
		var values []string
		for _, from := range reference.from {
			value, err := r.read(ctx, object, reference, from)
			if err != nil {
				return true, &unresolved{fmt.Errorf("%s: %w", reference.name, err)}
			}
			values = append(values, value)
		}
		if reference.value.Kind() == reflect.Slice {
			reference.value.Set(reflect.ValueOf(values))
		} else {
			reference.value.Set(reflect.ValueOf(&values[0]))
		}
	}
	return len(all) > 0, nil
}

// unresolved is an error that says which reference an object waits for.
type unresolved struct{ err error }

func (u *unresolved) Error() string { return u.err.Error() }
func (u *unresolved) Unwrap() error { return u.err }

// read reads one value from the object referred to, which must be in sync with AWS.
func (r resolver) read(ctx context.Context, owner Object, reference reference, from *ackv1alpha1.AWSResourceReferenceWrapper) (string, error) {
	if from == nil || from.From == nil || from.From.Name == nil || *from.From.Name == "" {
		return "", errors.New("the reference needs from.name")
	}
	conditions := owner.ACKConditions()
	namespace, err := ackrt.ResolveCrossNamespaceReference(ctx, r.crossNamespace, conditions,
		ackrt.CrossNamespaceRefKindResource, owner.GetNamespace(), from.From.Namespace, *from.From.Name)
	if err != nil {
		return "", err
	}
	name := types.NamespacedName{Namespace: namespace, Name: *from.From.Name}
	// Before looking, so that a change after looking is not missed.
	r.waiting.add(objectKey{reference.target, name}, objectKey{r.kind, client.ObjectKeyFromObject(owner)})

	referred := newTarget(reference.target)
	switch err := r.reader.Get(ctx, name, referred); {
	case meta.IsNoMatchError(err):
		return "", fmt.Errorf("kind %s is not installed in this cluster: install its controller's CRDs", reference.target)
	case apierrors.IsNotFound(err):
		return "", fmt.Errorf("%s %s does not exist", reference.target.Kind, name)
	case err != nil:
		return "", err
	}
	if isTrue(referred, ackv1alpha1.ConditionTypeTerminal) {
		return "", ackerr.ResourceReferenceTerminalFor(reference.target.Kind, name.Namespace, name.Name)
	}
	if !isTrue(referred, ackv1alpha1.ConditionTypeResourceSynced) {
		return "", ackerr.ResourceReferenceNotSyncedFor(reference.target.Kind, name.Namespace, name.Name)
	}
	value, _, err := unstructured.NestedString(referred.Object, reference.path...)
	if err != nil || value == "" {
		return "", ackerr.ResourceReferenceMissingTargetFieldFor(reference.target.Kind, name.Namespace, name.Name, strings.Join(reference.path, "."))
	}
	r.waiting.remove(objectKey{reference.target, name}, objectKey{r.kind, client.ObjectKeyFromObject(owner)})
	return value, nil
}

func isTrue(object *unstructured.Unstructured, kind ackv1alpha1.ConditionType) bool {
	conditions, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
	for _, one := range conditions {
		condition, _ := one.(map[string]any)
		if condition["type"] == string(kind) {
			return condition["status"] == "True"
		}
	}
	return false
}
