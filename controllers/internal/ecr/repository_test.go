package ecr_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsecr "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// keepLast is a lifecycle policy, in JSON, that keeps so many images.
func keepLast(count int) string {
	return fmt.Sprintf(`{"rules":[{"rulePriority":1,"description":"Keep last","selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":%d},"action":{"type":"expire"}}]}`, count)
}

// pullBy is a repository policy, in JSON, with a statement's action.
func pullBy(action string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Sid":"Pull","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::120569615884:root"},"Action":%s}]}`, action)
}

// written is what has to be written out, or the controller never falls silent.
const written = `, imageScanningConfiguration: {scanOnPush: false}, imageTagMutability: MUTABLE`

// TestRepositoryLife creates a repository with all that its creation leaves to later calls, and deletes it.
func TestRepositoryLife(t *testing.T) {
	world.Parallel(t)
	since := world.AWS.LastCall(t)
	made := readyRepository(t, "", fmt.Sprintf(`, imageScanningConfiguration: {scanOnPush: true}, imageTagMutability: IMMUTABLE, lifecyclePolicy: '%s', policy: '%s', tags: [{key: team, value: data}]`,
		keepLast(10), pullBy(`"ecr:BatchGetImage"`)))
	got := inAWS(t)
	if !got.ImageScanningConfiguration.ScanOnPush || got.ImageTagMutability != types.ImageTagMutabilityImmutable || got.lifecycle == "" || got.policy == "" || got.tags["team"] != "data" {
		t.Errorf("AWS has %+v", got)
	}
	if owner := got.tags["services.k8s.aws/owner"]; owner != made.GetNamespace()+"/repository" {
		t.Errorf("the owner's tag is %q", owner)
	}
	if calls := testworld.Writes(world.Settle(t, since)); !slices.Equal(calls, []string{"CreateRepository", "PutLifecyclePolicy", "SetRepositoryPolicy"}) {
		t.Errorf("made the calls %v", calls)
	}
	if uri, _, _ := unstructured.NestedString(made.Object, "status", "repositoryURI"); uri == "" || uri != aws.ToString(got.RepositoryUri) {
		t.Errorf("status.repositoryURI is %q", uri)
	}
	if arn, _, _ := unstructured.NestedString(made.Object, "status", "ackResourceMetadata", "arn"); arn != aws.ToString(got.RepositoryArn) {
		t.Errorf("the ARN in the status is %q", arn)
	}
	// As with the official controller.
	for path, want := range map[string]string{"registryID": world.AWS.Account(t), "encryptionConfiguration.encryptionType": "AES256"} {
		if value, _, _ := unstructured.NestedString(made.Object, append([]string{"spec"}, strings.Split(path, ".")...)...); value != want {
			t.Errorf("spec.%s is late-initialised to %q, want %q", path, value, want)
		}
	}
	assertQuiet(t, made)
	world.Delete(t, made)
	world.AwaitGone(t, made)
	if inAWS(t) != nil {
		t.Error("the repository is still there")
	}
}

// TestRepositoryUpdates changes every field that can be changed, one by one, and looks at AWS.
func TestRepositoryUpdates(t *testing.T) {
	world.Parallel(t)
	made := readyRepository(t, "", written+`, tags: [{key: team, value: data}]`)
	for _, c := range []struct {
		reason, patch string
		calls         []string
		want          func(*found) bool
	}{
		{"scanning on", `{spec: {imageScanningConfiguration: {scanOnPush: true}}}`, []string{"PutImageScanningConfiguration"},
			func(f *found) bool { return f.ImageScanningConfiguration.ScanOnPush }},
		{"scanning off", `{spec: {imageScanningConfiguration: {scanOnPush: false}}}`, []string{"PutImageScanningConfiguration"},
			func(f *found) bool { return !f.ImageScanningConfiguration.ScanOnPush }},
		{"immutable tags", `{spec: {imageTagMutability: IMMUTABLE}}`, []string{"PutImageTagMutability"},
			func(f *found) bool { return f.ImageTagMutability == types.ImageTagMutabilityImmutable }},
		{"but for some", `{spec: {imageTagMutability: IMMUTABLE_WITH_EXCLUSION, imageTagMutabilityExclusionFilters: [{filter: "dev-*", filterType: WILDCARD}]}}`, []string{"PutImageTagMutability"},
			func(f *found) bool { return len(f.ImageTagMutabilityExclusionFilters) == 1 }},
		{"for others", `{spec: {imageTagMutabilityExclusionFilters: [{filter: "test-*", filterType: WILDCARD}]}}`, []string{"PutImageTagMutability"},
			func(f *found) bool { return aws.ToString(f.ImageTagMutabilityExclusionFilters[0].Filter) == "test-*" }},
		{"mutable tags", `{spec: {imageTagMutability: MUTABLE, imageTagMutabilityExclusionFilters: null}}`, []string{"PutImageTagMutability"},
			func(f *found) bool {
				return f.ImageTagMutability == types.ImageTagMutabilityMutable && len(f.ImageTagMutabilityExclusionFilters) == 0
			}},
		{"a lifecycle policy", `{spec: {lifecyclePolicy: '` + keepLast(10) + `'}}`, []string{"PutLifecyclePolicy"},
			func(f *found) bool { return strings.Contains(f.lifecycle, "10") }},
		{"the same in other spaces", `{spec: {lifecyclePolicy: '` + strings.ReplaceAll(keepLast(10), ",", ", ") + `'}}`, nil,
			func(f *found) bool { return strings.Contains(f.lifecycle, "10") }},
		{"another one", `{spec: {lifecyclePolicy: '` + keepLast(20) + `'}}`, []string{"PutLifecyclePolicy"},
			func(f *found) bool { return strings.Contains(f.lifecycle, "20") }},
		{"no lifecycle policy", `{spec: {lifecyclePolicy: null}}`, []string{"DeleteLifecyclePolicy"}, func(f *found) bool { return f.lifecycle == "" }},
		{"a policy", `{spec: {policy: '` + pullBy(`"ecr:BatchGetImage"`) + `'}}`, []string{"SetRepositoryPolicy"},
			func(f *found) bool { return f.policy != "" }},
		{"the same in other words", `{spec: {policy: '` + pullBy(`["ecr:BatchGetImage"]`) + `'}}`, nil, func(f *found) bool { return f.policy != "" }},
		{"no policy", `{spec: {policy: null}}`, []string{"DeleteRepositoryPolicy"}, func(f *found) bool { return f.policy == "" }},
		{"a tag more", `{spec: {tags: [{key: team, value: data}, {key: cost, value: "1"}]}}`, []string{"TagResource"},
			func(f *found) bool { return f.tags["cost"] == "1" && f.tags["team"] == "data" }},
		{"a tag less", `{spec: {tags: [{key: cost, value: "1"}]}}`, []string{"UntagResource"},
			func(f *found) bool { _, ok := f.tags["team"]; return !ok }},
	} {
		since := world.AWS.LastCall(t)
		world.Patch(t, made, c.patch)
		testworld.Eventually(t, func() error {
			if !c.want(inAWS(t)) {
				return errNotYet(c.reason)
			}
			return nil
		})
		calls := testworld.Writes(world.Settle(t, since))
		world.AwaitReady(t, made)
		if !slices.Equal(calls, c.calls) {
			t.Errorf("%s: made the calls %v, want %v", c.reason, calls, c.calls)
		}
	}
	assertQuiet(t, made)
}

// TestRepositoryDrift changes the repository behind the controller's back.
func TestRepositoryDrift(t *testing.T) {
	world.Parallel(t)
	made := readyRepository(t, "", `, imageScanningConfiguration: {scanOnPush: false}, imageTagMutability: MUTABLE, lifecyclePolicy: '`+keepLast(10)+`', tags: [{key: team, value: data}]`)
	name, arn := aws.String(awsName(t)), inAWS(t).RepositoryArn
	_, err := api(t).PutImageTagMutability(t.Context(), &awsecr.PutImageTagMutabilityInput{RepositoryName: name, ImageTagMutability: types.ImageTagMutabilityImmutable})
	check(t, err)
	_, err = api(t).DeleteLifecyclePolicy(t.Context(), &awsecr.DeleteLifecyclePolicyInput{RepositoryName: name})
	check(t, err)
	_, err = api(t).SetRepositoryPolicy(t.Context(), &awsecr.SetRepositoryPolicyInput{RepositoryName: name, PolicyText: aws.String(pullBy(`"ecr:BatchGetImage"`))})
	check(t, err)
	_, err = api(t).UntagResource(t.Context(), &awsecr.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"team"}})
	check(t, err)
	// Tags come last in the official controller 1.8.1: pkg/resource/repository/custom_update_api.go.
	want := []string{"PutImageTagMutability", "PutLifecyclePolicy", "DeleteRepositoryPolicy", "TagResource"}
	if calls := testworld.Writes(world.Reconcile(t, made)); !slices.Equal(calls, want) {
		t.Errorf("made the calls %v, want %v", calls, want)
	}
	if got := inAWS(t); got.ImageTagMutability != types.ImageTagMutabilityMutable || got.lifecycle == "" || got.policy != "" || got.tags["team"] != "data" {
		t.Errorf("drift is not repaired: %+v", got)
	}
	world.AwaitReady(t, made)
}

// TestRepositoryNeverSilent has what the official controller 1.8.1 sends at every look: pkg/resource/repository/delta.go finds
// a difference, and custom_update_api.go sends AWS's default. synthesis/checks/steady.ts refuses it.
func TestRepositoryNeverSilent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ patch, call string }{
		"mutability left out": {`{spec: {imageTagMutability: null}}`, "PutImageTagMutability"},
		"scanning left out":   {`{spec: {imageScanningConfiguration: null}}`, "PutImageScanningConfiguration"},
		"an empty policy":     {`{spec: {policy: ""}}`, "DeleteRepositoryPolicy"},
		"an empty lifecycle":  {`{spec: {lifecyclePolicy: ""}}`, "DeleteLifecyclePolicy"},
	} {
		t.Run(name, func(t *testing.T) {
			world.Parallel(t)
			made := readyRepository(t, "", `, imageScanningConfiguration: {scanOnPush: true}, imageTagMutability: IMMUTABLE`)
			since := world.AWS.LastCall(t)
			world.Patch(t, made, c.patch)
			testworld.Eventually(t, func() error {
				if len(testworld.Writes(world.AWS.Calls(t, since))) == 0 {
					return errNotYet(c.patch)
				}
				return nil
			})
			if calls := testworld.Writes(world.Reconcile(t, made)); !slices.Contains(calls, c.call) {
				t.Errorf("the next look made the calls %v, want %s again", calls, c.call)
			}
			got := inAWS(t)
			if reset := got.ImageTagMutability == types.ImageTagMutabilityMutable; reset != (name == "mutability left out") {
				t.Errorf("mutability is %s", got.ImageTagMutability)
			}
			if reset := !got.ImageScanningConfiguration.ScanOnPush; reset != (name == "scanning left out") {
				t.Errorf("scanning is %v", got.ImageScanningConfiguration.ScanOnPush)
			}
		})
	}
}

// TestRepositoryBadPolicy leaves nothing behind: the repository is there before AWS refuses its policy.
func TestRepositoryBadPolicy(t *testing.T) {
	world.Parallel(t)
	made := world.Create(t, world.Namespace(t), repositoryYAML(t, "", `, lifecyclePolicy: '{"rules": "none"}'`))
	world.AwaitCondition(t, made, "ACK.Terminal", "True", "PutLifecyclePolicy: InvalidParameterException")
	world.Patch(t, made, `{spec: {lifecyclePolicy: '`+keepLast(3)+`'}}`)
	world.AwaitReady(t, made)
	world.Patch(t, made, `{spec: {policy: 'none'}}`)
	world.AwaitCondition(t, made, "ACK.Terminal", "True", "SetRepositoryPolicy: InvalidParameterException")
	world.Delete(t, made)
	world.AwaitGone(t, made)
	if inAWS(t) != nil {
		t.Error("the repository is still there")
	}
}

// TestRepositoryFaultSweep fails calls while a repository is made, changed and deleted.
func TestRepositoryFaultSweep(t *testing.T) {
	t.Parallel()
	actions := append([]string{"CreateRepository", "PutLifecyclePolicy", "DeleteLifecyclePolicy", "SetRepositoryPolicy", "PutImageTagMutability", "TagResource", "UntagResource", "DeleteRepository"}, reads...)
	world.Sweep(t, "ecr", actions, 2, func(t *testing.T) {
		made := readyRepository(t, "", written+`, lifecyclePolicy: '`+keepLast(10)+`', tags: [{key: team, value: data}]`)
		if got := inAWS(t); got.lifecycle == "" || got.tags["team"] != "data" {
			t.Errorf("AWS has %+v", got)
		}
		world.Patch(t, made, `{spec: {lifecyclePolicy: null, policy: '`+pullBy(`"ecr:BatchGetImage"`)+`', imageTagMutability: IMMUTABLE, tags: [{key: cost, value: "1"}]}}`)
		testworld.Eventually(t, func() error {
			got := inAWS(t)
			if _, old := got.tags["team"]; old || got.tags["cost"] != "1" || got.lifecycle != "" || got.policy == "" || got.ImageTagMutability != types.ImageTagMutabilityImmutable {
				return errNotYet("the changes")
			}
			return nil
		})
		world.AwaitReady(t, made)
		world.Delete(t, made)
		world.AwaitGone(t, made)
		if inAWS(t) != nil {
			t.Error("the repository is left behind")
		}
	})
}

// TestRepositoryForceDelete deletes images only when told to.
func TestRepositoryForceDelete(t *testing.T) {
	world.Parallel(t)
	made := readyRepository(t, "", "")
	_, err := api(t).PutImage(t.Context(), &awsecr.PutImageInput{RepositoryName: aws.String(awsName(t)), ImageTag: aws.String("latest"), ImageManifest: aws.String(
		`{"schemaVersion":2,"mediaType":"application/vnd.docker.distribution.manifest.v2+json","config":{"mediaType":"application/vnd.docker.container.image.v1+json","size":1,"digest":"sha256:a"},"layers":[]}`)})
	check(t, err)
	world.Delete(t, made)
	world.AwaitCondition(t, made, "ACK.Recoverable", "True", `still has images: delete them, or set the annotation ecr.services.k8s.aws/force-delete: "true"`)
	world.Patch(t, made, `{metadata: {annotations: {ecr.services.k8s.aws/force-delete: "yes"}}}`)
	world.Reconcile(t, made)
	if inAWS(t) == nil {
		t.Fatal(`the images are gone, though the annotation is no boolean`)
	}
	// As strconv.ParseBool reads it in the official controller 1.8.1: pkg/resource/repository/hook.go.
	world.Patch(t, made, `{metadata: {annotations: {ecr.services.k8s.aws/force-delete: "T", services.k8s.aws/reconcile-requested-at: "now"}}}`)
	world.AwaitGone(t, made)
	if inAWS(t) != nil {
		t.Error("the repository is still there")
	}
}

// TestRepositoryRetain leaves the repository, and takes it over again.
func TestRepositoryRetain(t *testing.T) {
	world.Parallel(t)
	made := readyRepository(t, "services.k8s.aws/deletion-policy: retain", "")
	since := world.AWS.LastCall(t)
	world.Delete(t, made)
	world.AwaitGone(t, made)
	if inAWS(t) == nil {
		t.Fatal("the repository is gone")
	}
	again := readyRepository(t, "services.k8s.aws/adoption-policy: adopt-or-create", `, imageScanningConfiguration: {scanOnPush: false}, imageTagMutability: IMMUTABLE`)
	if got := inAWS(t); got.ImageTagMutability != types.ImageTagMutabilityImmutable || got.tags["services.k8s.aws/owner"] != again.GetNamespace()+"/repository" {
		t.Errorf("not taken over: %+v", got)
	}
	if calls := testworld.Writes(world.Settle(t, since)); slices.Contains(calls, "CreateRepository") || slices.Contains(calls, "DeleteRepository") {
		t.Errorf("made the calls %v", calls)
	}
	assertQuiet(t, again)
}

// TestRepositoryAdopt takes over a repository with its spec.
func TestRepositoryAdopt(t *testing.T) {
	world.Parallel(t)
	foreign(t)
	made := world.Create(t, world.Namespace(t), fmt.Sprintf(`
apiVersion: ecr.services.k8s.aws/v1alpha1
kind: Repository
metadata:
  name: repository
  annotations: {services.k8s.aws/adoption-policy: adopt, services.k8s.aws/adoption-fields: '{"name": %q}'}
spec: {name: %[1]s}
`, awsName(t)))
	world.AwaitReady(t, made)
	if mutability, _, _ := unstructured.NestedString(made.Object, "spec", "imageTagMutability"); mutability != "IMMUTABLE" {
		t.Errorf("the spec is not what AWS has: %v", made.Object["spec"])
	}
	if tags, _, _ := unstructured.NestedSlice(made.Object, "spec", "tags"); len(tags) != 1 {
		t.Errorf("the tags are %v", tags)
	}
	assertQuiet(t, made)
}

// TestRepositoryOfOthers leaves alone what exists and was not asked for.
func TestRepositoryOfOthers(t *testing.T) {
	world.Parallel(t)
	foreign(t)
	made := world.Create(t, world.Namespace(t), repositoryYAML(t, "", ""))
	since := world.AWS.LastCall(t)
	world.AwaitCondition(t, made, "ACK.Terminal", "True", "already exists")
	world.Delete(t, made)
	world.AwaitGone(t, made)
	if calls := testworld.Writes(world.Settle(t, since)); len(calls) > 0 || inAWS(t) == nil {
		t.Errorf("made the calls %v", calls)
	}
}

// TestRepositoryFixedFields names the field that cannot be changed.
func TestRepositoryFixedFields(t *testing.T) {
	world.Parallel(t)
	foreign(t)
	made := world.Create(t, world.Namespace(t), repositoryYAML(t, "services.k8s.aws/adoption-policy: adopt-or-create",
		`, encryptionConfiguration: {encryptionType: KMS, kmsKey: "arn:aws:kms:eu-central-1:120569615884:key/k"}`))
	world.AwaitCondition(t, made, "ACK.Terminal", "True", "spec.encryptionConfiguration cannot be changed after creation")
}

// foreign makes a repository in AWS that no controller knows.
func foreign(t *testing.T) {
	t.Helper()
	_, err := api(t).CreateRepository(t.Context(), &awsecr.CreateRepositoryInput{
		RepositoryName: aws.String(awsName(t)), ImageTagMutability: types.ImageTagMutabilityImmutable,
		Tags: []types.Tag{{Key: aws.String("by"), Value: aws.String("hand")}},
	})
	check(t, err)
}
