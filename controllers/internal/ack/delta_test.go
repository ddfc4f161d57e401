package ack

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	ackcompare "github.com/aws-controllers-k8s/runtime/pkg/compare"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// paths are the paths of a delta's differences.
func paths(t *testing.T, delta *ackcompare.Delta) []string {
	t.Helper()
	var found []string
	for _, difference := range delta.Differences {
		encoded, err := json.Marshal(difference.Path)
		if err != nil {
			t.Fatal(err)
		}
		var path struct{ Parts []string }
		if err := json.Unmarshal(encoded, &path); err != nil {
			t.Fatal(err)
		}
		found = append(found, strings.Join(path.Parts, "."))
	}
	return found
}

func TestCompareSpecs(t *testing.T) {
	for name, c := range map[string]struct {
		a, b   thingSpec
		want   []string
		reason string
	}{
		"equal":             {thingSpec{Name: new("a")}, thingSpec{Name: new("a")}, nil, "pointers are compared by what they point to"},
		"a scalar":          {thingSpec{Name: new("a")}, thingSpec{Name: new("b")}, []string{"Spec.Name"}, ""},
		"inside a struct":   {thingSpec{Parts: &thingParts{Size: new(int64(1)), Subnets: []string{"a"}}}, thingSpec{Parts: &thingParts{Size: new(int64(2)), Subnets: []string{"a"}}}, []string{"Spec.Parts.Size"}, "an update sends only what differs"},
		"no struct":         {thingSpec{}, thingSpec{Parts: &thingParts{Size: new(int64(2))}}, []string{"Spec.Parts"}, ""},
		"empty lists":       {thingSpec{Items: []thingItem{}}, thingSpec{}, nil, "AWS does not tell none from empty"},
		"a map":             {thingSpec{Tags: map[string]string{"a": "b"}}, thingSpec{Tags: map[string]string{"a": "c"}}, []string{"Spec.Tags"}, "one value"},
		"a reference":       {thingSpec{RoleRef: refTo("x")}, thingSpec{RoleRef: refTo("y")}, nil, "what it resolves to is compared"},
		"a reference list":  {thingSpec{Parts: &thingParts{SubnetRefs: nil}}, thingSpec{Parts: &thingParts{}}, nil, ""},
		"times of one zone": {thingSpec{Since: &metav1.Time{Time: time.Unix(1, 0)}}, thingSpec{Since: &metav1.Time{Time: time.Unix(1, 0).UTC()}}, nil, "the same moment"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := paths(t, CompareSpecs(&thing{Spec: c.a}, &thing{Spec: c.b})); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v: %s", got, c.want, c.reason)
			}
		})
	}
}

func TestChanged(t *testing.T) {
	declared := thingSpec{Name: new("a"), State: new("on"), Parts: &thingParts{Size: new(int64(1)), Subnets: []string{"a"}}}
	observed := thingSpec{Name: new("a"), State: new("off"), Parts: &thingParts{Size: new(int64(2)), Subnets: []string{"a"}}}
	want := &thingSpec{State: new("on"), Parts: &thingParts{Size: new(int64(1))}}
	delta := CompareSpecs(&thing{Spec: declared}, &thing{Spec: observed})
	delta.Add("Spec.SomethingElse", nil, "a difference that a kind added")
	if got := Changed(&declared, delta, "Parts"); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	whole := CompareSpecs(&thing{Spec: declared}, &thing{Spec: thingSpec{Name: new("a"), State: new("on")}})
	if got := Changed(&declared, whole, "Parts"); !reflect.DeepEqual(got.Parts, declared.Parts) {
		t.Errorf("a struct that AWS lacks is sent whole: got %+v", got.Parts)
	}
	if got := Changed(&declared, delta); !reflect.DeepEqual(got.Parts, declared.Parts) {
		t.Errorf("a struct that AWS takes as a whole is sent whole: got %+v", got.Parts)
	}
}

func TestFillUnset(t *testing.T) {
	declared := &thingSpec{Name: new("a"), RoleRef: refTo("mine"), Parts: &thingParts{Subnets: []string{"a"}}, Items: []thingItem{}}
	observed := &thingSpec{Name: new("b"), State: new("on"), RoleRef: refTo("theirs"), Parts: &thingParts{Size: new(int64(3)), Subnets: []string{"b"}}, Items: []thingItem{{Key: new("k")}}}
	FillUnset(declared, observed)
	want := &thingSpec{Name: new("a"), State: new("on"), RoleRef: refTo("mine"), Parts: &thingParts{Size: new(int64(3)), Subnets: []string{"a"}}, Items: []thingItem{{Key: new("k")}}}
	if !reflect.DeepEqual(declared, want) {
		t.Errorf("got %+v, want %+v", declared, want)
	}
}
