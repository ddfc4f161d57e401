package bucketemptier_test

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// growth is how much more memory many versions may take than few. A version takes some 150 bytes: to keep those of the
// large bucket would take 3 MB more.
const growth = 3 << 19

// TestMemory empties a small bucket and a larger one, and compares the memory that is in use meanwhile. `make bench` does
// it with the real process and 100,000 objects, which would take the emulator too long for a test.
func TestMemory(t *testing.T) {
	const few, many = 4000, 24_000
	base := emptyAndMeasure(t, few)
	late := emptyAndMeasure(t, many)
	t.Logf("in use: %d kB with %d versions, %d kB with %d", base>>10, few, late>>10, many)
	if late > base+growth {
		t.Errorf("memory grows with the bucket: %d kB in use with %d versions, %d kB with %d", base>>10, few, late>>10, many)
	}
}

// emptyAndMeasure empties a bucket with so many versions and returns how much memory was in use towards the end: the median
// of the last quarter, since the most of many looks is more than the most of few.
func emptyAndMeasure(t *testing.T, versions int) uint64 {
	t.Helper()
	bucket := bucketName(t)
	awsBucket(t, bucket)
	stack(t, bucket, versions)
	object := create(t, world.Namespace(t), declared(bucket))
	began := time.Now()
	world.Delete(t, object)
	var used []uint64
	for deadline := began.Add(5 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
		runtime.GC()
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		used = append(used, now.HeapAlloc)
		if err := world.Refresh(t.Context(), object); err != nil {
			t.Fatal(err)
		}
		if object.GetGeneration() > 2 { // created, deleted, woken
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the bucket is not empty after %s", time.Since(began))
		}
	}
	t.Logf("%d versions removed in %s", versions, time.Since(began))
	awaitEvent(t, object, "Emptying", bucket)
	awaitEvent(t, object, "Emptied", fmt.Sprintf("%d object versions and delete markers and 0 incomplete uploads", versions))
	if in := look(t, bucket); in != (found{}) {
		t.Errorf("the bucket still has %+v", in)
	}
	last := slices.Sorted(slices.Values(used[len(used)*3/4:]))
	return last[len(last)/2]
}

// stack makes so many versions in a bucket: 250 objects, and then one delete marker upon the other, which takes the
// emulator a fraction of the time that objects take.
func stack(t *testing.T, bucket string, versions int) {
	t.Helper()
	const objects = 250
	all := make([]types.ObjectIdentifier, objects)
	for i := range all {
		all[i].Key = aws.String(fmt.Sprintf("customers/%04d.parquet", i))
	}
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for i := worker; i < objects; i += 4 {
				put(t, bucket, *all[i].Key)
			}
		})
	}
	group.Wait()
	for range versions/objects - 1 {
		if _, err := api(t).DeleteObjects(t.Context(), &s3.DeleteObjectsInput{Bucket: &bucket, Delete: &types.Delete{Objects: all, Quiet: aws.Bool(true)}}); err != nil {
			t.Fatal(err)
		}
	}
}
