package ack

import (
	"cmp"
	"maps"
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
	// ClusterTag says in which cluster that is, see Account.Cluster.
	ClusterTag = ackTagPrefix + "cluster"
)

// Owner is the value of the OwnerTag for an object.
func Owner(object client.Object) string {
	return object.GetNamespace() + "/" + object.GetName()
}

// SyncTags makes the tags of an AWS object those that are declared, by calls that set some and remove others. AWS's own
// tags are left alone.
func SyncTags(declared, observed Object, tag func(arn *string, set map[string]string) error, untag func(arn *string, keys []string) error) error {
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
func diffTags(declared, observed Object) (set map[string]string, remove []string) {
	want, have := declared.AWSTags(), observed.AWSTags()
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

// Owns says whether AWS's object with these tags belongs to one of ours. Where it does not say in which cluster, it was
// made before we did.
func (a Account) Owns(object Object, tags map[string]string) bool {
	return tags[OwnerTag] == Owner(object) && cmp.Or(tags[ClusterTag], a.Cluster) == a.Cluster
}

// ensureTags adds the controller's tags to the spec, where the user has not set them.
func ensureTags(object Object, cluster string, config *ackcfg.Config, metadata acktypes.ServiceControllerMetadata) {
	tags := map[string]string{OwnerTag: Owner(object), ClusterTag: cluster}
	maps.Copy(tags, ackrt.GetDefaultTags(config, object, metadata))
	maps.Copy(tags, object.AWSTags())
	object.SetAWSTags(tags)
}

// filterTags removes the tags that are not the user's: AWS's own, and the controller's.
func filterTags(object Object, controllers []string) {
	tags := object.AWSTags()
	maps.DeleteFunc(tags, func(key, _ string) bool {
		return strings.HasPrefix(key, awsTagPrefix) || strings.HasPrefix(key, ackTagPrefix) || slices.Contains(controllers, key)
	})
	object.SetAWSTags(tags)
}

// dropForeignTags removes AWS's own tags, which no comparison should see.
func dropForeignTags(object Object) {
	tags := object.AWSTags()
	maps.DeleteFunc(tags, func(key, _ string) bool { return strings.HasPrefix(key, awsTagPrefix) })
	object.SetAWSTags(tags)
}
