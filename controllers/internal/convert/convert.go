// Package convert has the conversions of single values that the generated ones between our API types and the SDK's
// types are made of.
package convert

import (
	"math"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Int32 converts an integer of an API type. The CRD keeps it within 32 bits; what got around that becomes the nearest
// number that AWS can take, and be refused by AWS rather than turn into a different one.
func Int32(value *int64) *int32 {
	if value == nil {
		return nil
	}
	converted := int32(min(max(*value, math.MinInt32), math.MaxInt32))
	return &converted
}

// Int64 converts an integer of the SDK.
func Int64(value *int32) *int64 {
	if value == nil {
		return nil
	}
	converted := int64(*value)
	return &converted
}

// String converts a string or enum that the SDK does not point to, and for which empty means none.
func String[S ~string](value S) *string {
	if value == "" {
		return nil
	}
	converted := string(value)
	return &converted
}

// Time converts a time of an API type.
func Time(value *metav1.Time) *time.Time {
	if value == nil {
		return nil
	}
	return &value.Time
}

// KubeTime converts a time of the SDK, to the second, which is what Kubernetes stores.
func KubeTime(value *time.Time) *metav1.Time {
	if value == nil {
		return nil
	}
	return &metav1.Time{Time: value.Truncate(time.Second)}
}

// List converts every item; no list remains none.
func List[A, B any](values []A, convert func(A) B) []B {
	if values == nil {
		return nil
	}
	converted := make([]B, 0, len(values))
	for _, value := range values {
		converted = append(converted, convert(value))
	}
	return converted
}

// Map converts every value; no map remains none.
func Map[A, B any](values map[string]A, convert func(A) B) map[string]B {
	if values == nil {
		return nil
	}
	converted := make(map[string]B, len(values))
	for key, value := range values {
		converted[key] = convert(value)
	}
	return converted
}
