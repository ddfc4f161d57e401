package ack

import (
	"errors"
	"slices"
	"strings"
	"testing"

	ackerr "github.com/aws-controllers-k8s/runtime/pkg/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
)

// referred is an object of another controller, with a status.
func referred(kind schema.GroupKind, name string, status map[string]any, conditions ...string) *unstructured.Unstructured {
	object := &unstructured.Unstructured{Object: map[string]any{"status": status}}
	object.SetGroupVersionKind(kind.WithVersion("v1alpha1"))
	object.SetNamespace("dev")
	object.SetName(name)
	var list []any
	for _, condition := range conditions {
		list = append(list, map[string]any{"type": condition, "status": "True"})
	}
	status["conditions"] = list
	return object
}

var (
	roleKind   = schema.GroupKind{Group: "iam.services.k8s.aws", Kind: "Role"}
	subnetKind = schema.GroupKind{Group: "ec2.services.k8s.aws", Kind: "Subnet"}
	keyKind    = schema.GroupKind{Group: "kms.services.k8s.aws", Kind: "Key"}
	thingKind  = schema.GroupKind{Group: "test", Kind: "Thing"}
)

func resolverFor(object *thing, woken func(objectKey), others ...client.Object) resolver {
	scheme := runtime.NewScheme()
	for _, kind := range []schema.GroupKind{roleKind, subnetKind, keyKind} {
		scheme.AddKnownTypeWithName(kind.WithVersion("v1alpha1"), &unstructured.Unstructured{})
	}
	object.Namespace, object.Name = "dev", "x"
	return resolver{
		reader: fake.NewClientBuilder().WithScheme(scheme).WithObjects(others...).Build(),
		owner:  object, kind: thingKind, crossNamespace: true, waiting: newWaiting(woken),
	}
}

func TestResolve(t *testing.T) {
	arn := map[string]any{"ackResourceMetadata": map[string]any{"arn": "arn:role"}}
	object := &thing{Spec: thingSpec{
		RoleRef: refTo("r"),
		Parts:   &thingParts{SubnetRefs: []*refWrapper{refTo("a"), refTo("b")}},
		Items:   []thingItem{{Key2: new("plain")}, {KeyRef: refTo("k")}},
	}}
	r := resolverFor(object, nil,
		referred(roleKind, "r", arn, "ACK.ResourceSynced"),
		referred(subnetKind, "a", map[string]any{"subnetID": "subnet-a"}, "ACK.ResourceSynced"),
		referred(subnetKind, "b", map[string]any{"subnetID": "subnet-b"}, "ACK.ResourceSynced"),
		referred(keyKind, "k", map[string]any{"keyID": "key"}, "ACK.ResourceSynced"),
	)
	found, err := r.resolve(t.Context())
	if !found || err != nil {
		t.Fatalf("got %v, %v", found, err)
	}
	if *object.Spec.Role != "arn:role" || !slices.Equal(object.Spec.Parts.Subnets, []string{"subnet-a", "subnet-b"}) || *object.Spec.Items[1].Key != "key" {
		t.Errorf("got %+v", object.Spec)
	}
	if len(r.waiting.waiters) != 0 {
		t.Errorf("still waits for %v", r.waiting.waiters)
	}
	clearReferences(object)
	if object.Spec.Role != nil || object.Spec.Parts.Subnets != nil || object.Spec.Items[1].Key != nil || object.Spec.Items[0].Key2 == nil {
		t.Errorf("after clearing: %+v", object.Spec)
	}
}

func TestResolveFailures(t *testing.T) {
	synced := func(status map[string]any) client.Object {
		return referred(roleKind, "r", status, "ACK.ResourceSynced")
	}
	for name, c := range map[string]struct {
		spec   thingSpec
		others []client.Object
		is     error
		text   string
	}{
		"both given":      {thingSpec{Role: new("x"), RoleRef: refTo("r")}, nil, ackerr.ResourceReferenceAndIDNotSupported, "spec.roleRef"},
		"no name":         {thingSpec{RoleRef: &refWrapper{}}, nil, nil, "spec.roleRef: the reference needs from.name"},
		"does not exist":  {thingSpec{RoleRef: refTo("r")}, nil, nil, "spec.roleRef: Role dev/r does not exist"},
		"not synced":      {thingSpec{RoleRef: refTo("r")}, []client.Object{referred(roleKind, "r", map[string]any{})}, ackerr.ResourceReferenceNotSynced, "spec.roleRef"},
		"terminal":        {thingSpec{RoleRef: refTo("r")}, []client.Object{referred(roleKind, "r", map[string]any{}, "ACK.Terminal", "ACK.ResourceSynced")}, ackerr.ResourceReferenceTerminal, "spec.roleRef"},
		"without a value": {thingSpec{RoleRef: refTo("r")}, []client.Object{synced(map[string]any{})}, ackerr.ResourceReferenceMissingTargetField, "spec.roleRef"},
		"in a list":       {thingSpec{Items: []thingItem{{}, {KeyRef: refTo("k")}}}, nil, nil, "spec.items[1].keyRef: Key dev/k does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := resolverFor(&thing{Spec: c.spec}, nil, c.others...).resolve(t.Context())
			if !found || err == nil || c.is != nil && !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("got %v, %v", found, err)
			}
		})
	}
}

func TestCrossNamespaceReference(t *testing.T) {
	object := &thing{Spec: thingSpec{RoleRef: refTo("r")}}
	object.Spec.RoleRef.From.Namespace = new("other")
	r := resolverFor(object, nil)
	r.crossNamespace = false
	if _, err := r.resolve(t.Context()); !errors.Is(err, ackerr.ResourceReferenceCrossNamespaceNotAllowed) {
		t.Errorf("got %v", err)
	}
}

// TestWaiting wakes those that wait for an object, and nobody else.
func TestWaiting(t *testing.T) {
	var woken []objectKey
	object := &thing{Spec: thingSpec{RoleRef: refTo("r")}}
	r := resolverFor(object, func(w objectKey) { woken = append(woken, w) })
	if _, err := r.resolve(t.Context()); err == nil {
		t.Fatal("resolved what does not exist")
	}
	r.waiting.changed(objectKey{roleKind, types.NamespacedName{Namespace: "dev", Name: "another"}})
	r.waiting.changed(objectKey{subnetKind, types.NamespacedName{Namespace: "dev", Name: "r"}})
	if len(woken) != 0 {
		t.Errorf("woke %v", woken)
	}
	r.waiting.changed(objectKey{roleKind, types.NamespacedName{Namespace: "dev", Name: "r"}})
	if want := []objectKey{{thingKind, types.NamespacedName{Namespace: "dev", Name: "x"}}}; !slices.Equal(woken, want) {
		t.Errorf("woke %v, want %v", woken, want)
	}
	object.Spec.RoleRef = refTo("s")
	if _, err := r.resolve(t.Context()); err == nil {
		t.Fatal("resolved what does not exist")
	}
	if _, waits := r.waiting.waiters[objectKey{roleKind, types.NamespacedName{Namespace: "dev", Name: "r"}}]; waits {
		t.Error("still waits for what it no longer refers to")
	}
	r.waiting.forget(objectKey{thingKind, types.NamespacedName{Namespace: "dev", Name: "x"}})
	if len(r.waiting.waiters) > 0 || len(r.waiting.targets) > 0 {
		t.Errorf("remembers %v of an object that is gone", r.waiting.waiters)
	}
}

func TestReferenceTargets(t *testing.T) {
	want := []schema.GroupKind{subnetKind, keyKind, roleKind}
	if got := ReferenceTargets(&thing{ObjectMeta: metav1.ObjectMeta{}}); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
