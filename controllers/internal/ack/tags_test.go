package ack

import (
	"maps"
	"reflect"
	"slices"
	"testing"

	ackcfg "github.com/aws-controllers-k8s/runtime/pkg/config"
	acktypes "github.com/aws-controllers-k8s/runtime/pkg/types"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestDiffTags(t *testing.T) {
	for name, c := range map[string]struct {
		declared, observed, set map[string]string
		remove                  []string
	}{
		"equal":      {map[string]string{"a": "1"}, map[string]string{"a": "1"}, map[string]string{}, nil},
		"added":      {map[string]string{"a": "1"}, nil, map[string]string{"a": "1"}, nil},
		"changed":    {map[string]string{"a": "1"}, map[string]string{"a": "2"}, map[string]string{"a": "1"}, nil},
		"removed":    {nil, map[string]string{"b": "1", "a": "1"}, map[string]string{}, []string{"a", "b"}},
		"AWS's own":  {nil, map[string]string{"aws:cloudformation:stack-name": "x"}, map[string]string{}, nil},
		"empty text": {map[string]string{"a": ""}, nil, map[string]string{"a": ""}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			set, remove := diffTags(&thing{Spec: thingSpec{Tags: c.declared}}, &thing{Spec: thingSpec{Tags: c.observed}})
			if !maps.Equal(set, c.set) || !slices.Equal(remove, c.remove) {
				t.Errorf("got %v and %v, want %v and %v", set, remove, c.set, c.remove)
			}
		})
	}
}

func TestEnsureAndFilterTags(t *testing.T) {
	object := &thing{ObjectMeta: metav1.ObjectMeta{Namespace: "dev", Name: "x"}, Spec: thingSpec{Tags: map[string]string{"team": "data", "stage": "mine"}}}
	config := &ackcfg.Config{ResourceTags: []string{"services.k8s.aws/namespace=%K8S_NAMESPACE%", "stage=theirs"}}
	ensureTags(object, "this-cluster", config, acktypes.ServiceControllerMetadata{ServiceAlias: "batch"})
	want := map[string]string{"team": "data", "stage": "mine", "services.k8s.aws/namespace": "dev", OwnerTag: "dev/x", ClusterTag: "this-cluster"}
	if !maps.Equal(object.Spec.Tags, want) {
		t.Errorf("got %v, want %v", object.Spec.Tags, want)
	}
	object.Spec.Tags["aws:x"] = "y"
	filterTags(object, []string{"stage"})
	if want := map[string]string{"team": "data"}; !reflect.DeepEqual(object.Spec.Tags, want) {
		t.Errorf("got %v, want %v", object.Spec.Tags, want)
	}
}

// TestOwns tells ours from an object of the same name in another cluster.
func TestOwns(t *testing.T) {
	account, object := Account{Cluster: "this"}, &thing{ObjectMeta: metav1.ObjectMeta{Namespace: "dev", Name: "x"}}
	for name, c := range map[string]struct {
		tags map[string]string
		want bool
	}{
		"ours":                      {map[string]string{OwnerTag: "dev/x", ClusterTag: "this"}, true},
		"from before there was one": {map[string]string{OwnerTag: "dev/x"}, true},
		"of another cluster":        {map[string]string{OwnerTag: "dev/x", ClusterTag: "that"}, false},
		"of another object":         {map[string]string{OwnerTag: "dev/y", ClusterTag: "this"}, false},
		"nobody's":                  {nil, false},
	} {
		if got := account.Owns(object, c.tags); got != c.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
