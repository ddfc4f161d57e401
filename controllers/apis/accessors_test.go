package apis_test

import (
	"maps"
	"testing"

	batch "github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/batch/v1alpha1"
	dynamodb "github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/dynamodb/v1alpha1"
)

// TestTagsOfBothShapes reads and sets tags that are a map, and tags that are a list.
func TestTagsOfBothShapes(t *testing.T) {
	want := map[string]string{"b": "2", "a": "1"}
	asMap, asList := &batch.JobQueue{}, &dynamodb.Table{}
	asMap.SetAWSTags(want)
	asList.SetAWSTags(want)
	if got := asMap.AWSTags(); !maps.Equal(got, want) {
		t.Errorf("a map: got %v", got)
	}
	if got := asList.AWSTags(); !maps.Equal(got, want) {
		t.Errorf("a list: got %v", got)
	}
	if *asList.Spec.Tags[0].Key != "a" || *asList.Spec.Tags[1].Key != "b" {
		t.Error("a list is sorted, so that it compares")
	}
	asMap.SetAWSTags(map[string]string{})
	asList.SetAWSTags(nil)
	if asMap.Spec.Tags != nil || asList.Spec.Tags != nil {
		t.Error("no tags are unset")
	}
	asList.Spec.Tags = []dynamodb.Tag{{}}
	if got := asList.AWSTags(); !maps.Equal(got, map[string]string{"": ""}) {
		t.Errorf("a tag without key and value must not panic: got %v", got)
	}
}
