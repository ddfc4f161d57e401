package batch

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"
)

// TestAbsentNames lists all once for many new names, and says of none that it is absent which may be in use.
func TestAbsentNames(t *testing.T) {
	lists := 0
	var failure error
	absent := &absentNames{list: func(context.Context, int) ([]types.JobDefinition, error) {
		lists++
		return []types.JobDefinition{{JobDefinitionName: aws.String("there")}}, failure
	}}
	want := func(name string, isAbsent bool, after int) {
		t.Helper()
		if got := absent.isAbsent(t.Context(), name); got != isAbsent || lists != after {
			t.Errorf("%s is absent: %v, after %d lists, want %v after %d", name, got, lists, isAbsent, after)
		}
	}
	want("first", false, 0) // one by itself is looked for
	failure = errors.New("boom")
	want("second", false, 1)
	failure = nil
	for i := range 10 {
		want(fmt.Sprint("new", i), true, 2)
	}
	want("there", false, 2)
	absent.used("ours")
	want("ours", false, 2)
	absent.listed = time.Now().Add(-absentFor)
	want("ours", false, 3) // the call may not have taken effect when all were listed
	absent.listed, failure = time.Now().Add(-absentFor), errTooMany
	want("new", false, 4)
	want("new", false, 4)
}
