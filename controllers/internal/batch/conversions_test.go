package batch

import (
	"math"
	"math/rand"
	"reflect"
	"testing"

	ackv1alpha1 "github.com/aws-controllers-k8s/runtime/apis/core/v1alpha1"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/util/diff"
	"sigs.k8s.io/randfill"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/batch/v1alpha1"
)

// FuzzConversions fills a spec of each kind with random values, converts it to what AWS is sent and, as AWS would answer
// with it, back: nothing may be lost or changed. New values: go test -fuzz FuzzConversions ./internal/batch
func FuzzConversions(f *testing.F) {
	for seed := range int64(50) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed int64) {
		filler := newFiller(seed)

		var environment v1alpha1.ComputeEnvironmentSpec
		filler.Fill(&environment)
		if environment.ComputeResources != nil {
			// AWS takes it and never tells it back.
			environment.ComputeResources.UpdateToLatestImageVersion = nil
		}
		var environmentAnswer types.ComputeEnvironmentDetail
		answer(&environmentAnswer, toUpdateComputeEnvironmentInput(&environment))
		answer(&environmentAnswer, toCreateComputeEnvironmentInput(&environment))
		same(t, environment, *computeEnvironmentSpecFrom(&environmentAnswer))

		var queue v1alpha1.JobQueueSpec
		filler.Fill(&queue)
		var queueAnswer types.JobQueueDetail
		answer(&queueAnswer, toCreateJobQueueInput(&queue))
		same(t, queue, *jobQueueSpecFrom(&queueAnswer))

		var definition v1alpha1.JobDefinitionSpec
		filler.Fill(&definition)
		var definitionAnswer types.JobDefinition
		answer(&definitionAnswer, toRegisterJobDefinitionInput(&definition))
		same(t, definition, *jobDefinitionSpecFrom(&definitionAnswer))
	})
}

// TestUpdateConversionsCoverCreation sends in an update all that it takes of what a creation takes.
func TestUpdateConversionsCoverCreation(t *testing.T) {
	var spec v1alpha1.ComputeEnvironmentSpec
	newFiller(1).NilChance(0).Fill(&spec)
	input := reflect.ValueOf(toUpdateComputeEnvironmentInput(&spec).ComputeResources).Elem()
	for i := range input.NumField() {
		if field := input.Type().Field(i); field.IsExported() && input.Field(i).IsZero() {
			t.Errorf("ComputeResourceUpdate.%s is never sent", field.Name)
		}
	}
}

// newFiller fills API types with what the API server lets through: no references (they are resolved before conversion),
// no empty strings for enums, integers of 32 bits.
func newFiller(seed int64) *randfill.Filler {
	return randfill.New().RandSource(rand.NewSource(seed)).NilChance(0.3).NumElements(0, 3).MaxDepth(20).Funcs(
		func(reference *ackv1alpha1.AWSResourceReferenceWrapper, _ randfill.Continue) {},
		func(references *[]*ackv1alpha1.AWSResourceReferenceWrapper, _ randfill.Continue) { *references = nil },
		func(text *string, c randfill.Continue) { *text = "x" + c.String(10) },
		func(number *int64, c randfill.Continue) { *number = int64(c.Int31()) - math.MaxInt32/2 },
	)
}

// answer copies what was sent into what AWS answers with, by the names of the fields.
func answer(to, from any) {
	target, source := reflect.ValueOf(to).Elem(), reflect.ValueOf(from).Elem()
	for i := range source.NumField() {
		name := source.Type().Field(i).Name
		field := target.FieldByName(name)
		switch {
		case !field.IsValid() || !source.Type().Field(i).IsExported():
		case field.Type() == source.Field(i).Type():
			field.Set(source.Field(i))
		case field.Type() == reflect.TypeFor[*string]():
			text := source.Field(i).String()
			field.Set(reflect.ValueOf(&text))
		}
	}
}

func same[S any](t *testing.T, want, got S) {
	t.Helper()
	clearReferences(reflect.ValueOf(&want).Elem())
	if !equality.Semantic.DeepEqual(want, got) {
		t.Errorf("%T changed on its way to AWS and back (-want +got):\n%s", want, diff.Diff(want, got))
	}
}

// clearReferences removes references at every depth.
func clearReferences(value reflect.Value) {
	switch value.Kind() {
	case reflect.Pointer:
		if value.Type() == reflect.TypeFor[*ackv1alpha1.AWSResourceReferenceWrapper]() {
			value.SetZero()
		} else if !value.IsNil() {
			clearReferences(value.Elem())
		}
	case reflect.Slice:
		if value.Type() == reflect.TypeFor[[]*ackv1alpha1.AWSResourceReferenceWrapper]() {
			value.SetZero()
			return
		}
		for i := range value.Len() {
			clearReferences(value.Index(i))
		}
	case reflect.Struct:
		for i := range value.NumField() {
			clearReferences(value.Field(i))
		}
	}
}
