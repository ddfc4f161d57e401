package ecr

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	ackcompare "github.com/aws-controllers-k8s/runtime/pkg/compare"
	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"golang.org/x/sync/errgroup"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/apis/ecr/v1alpha1"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/ack"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/awsapi"
	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/loopback"
)

const (
	// ForceDelete is the annotation that lets a repository be deleted with the images in it: anything that Go takes for a
	// true boolean. Default: "false".
	ForceDelete = "ecr.services.k8s.aws/force-delete"
	// policiesNext is how soon the policies follow the repository that they belong to.
	policiesNext = 10 * time.Millisecond
)

var repositoryKind = ack.Kind[*v1alpha1.Repository]{
	GroupVersionKind: v1alpha1.GroupVersion.WithKind("Repository"),
	Operations:       newRepositories,
	Normalise:        normaliseRepository,
	Errors:           errorRules,
	// What the official controller 1.8.1 completes in the spec at every look (pkg/resource/repository/manager.go). It also
	// writes there, once, what CreateRepository answers; what that would fill in has to be declared for one that is adopted.
	LateInitialize: func(declared, observed *v1alpha1.Repository) {
		want, have := &declared.Spec, &observed.Spec
		want.RegistryID = cmp.Or(want.RegistryID, have.RegistryID)
		completeEncryption(want, have)
	},
}

// repositories are the calls for repositories.
type repositories struct{ api *sdk.Client }

func newRepositories(account ack.Account) ack.Operations[*v1alpha1.Repository] {
	return &repositories{api: sdk.NewFromConfig(loopback.Only(account.Config))}
}

func (r *repositories) Read(ctx context.Context, declared *v1alpha1.Repository) (*v1alpha1.Repository, error) {
	described, err := r.api.DescribeRepositories(ctx, &sdk.DescribeRepositoriesInput{
		RepositoryNames: []string{aws.ToString(declared.Spec.Name)}, RegistryId: declared.Spec.RegistryID,
	})
	var missing *types.RepositoryNotFoundException
	if errors.As(err, &missing) {
		return nil, ack.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	repository := &described.Repositories[0]
	observed := &v1alpha1.Repository{Spec: *repositorySpecFrom(repository), Status: *repositoryStatusFrom(repository)}
	ack.SetARN(observed, repository.RepositoryArn)

	var tags map[string]string
	calls, ctx := errgroup.WithContext(ctx)
	calls.Go(func() (err error) { tags, err = r.tags(ctx, repository.RepositoryArn); return err })
	calls.Go(func() (err error) {
		observed.Spec.LifecyclePolicy, err = r.lifecyclePolicy(ctx, repository)
		return err
	})
	calls.Go(func() (err error) { observed.Spec.Policy, err = r.policy(ctx, repository); return err })
	if err := calls.Wait(); err != nil {
		return nil, err
	}
	observed.SetAWSTags(tags)
	return observed, nil
}

func (r *repositories) tags(ctx context.Context, arn *string) (map[string]string, error) {
	answer, err := r.api.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceArn: arn})
	if err != nil {
		return nil, err
	}
	tags := map[string]string{}
	for _, tag := range answer.Tags {
		tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return tags, nil
}

func (r *repositories) lifecyclePolicy(ctx context.Context, of *types.Repository) (*string, error) {
	answer, err := r.api.GetLifecyclePolicy(ctx, &sdk.GetLifecyclePolicyInput{RepositoryName: of.RepositoryName, RegistryId: of.RegistryId})
	var none *types.LifecyclePolicyNotFoundException
	if errors.As(err, &none) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return answer.LifecyclePolicyText, nil
}

func (r *repositories) policy(ctx context.Context, of *types.Repository) (*string, error) {
	answer, err := r.api.GetRepositoryPolicy(ctx, &sdk.GetRepositoryPolicyInput{RepositoryName: of.RepositoryName, RegistryId: of.RegistryId})
	var none *types.RepositoryPolicyNotFoundException
	if errors.As(err, &none) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return answer.PolicyText, nil
}

// Create makes the repository. Its policies are differences at the next reconcile: were one of them refused here, the
// runtime would take it that nothing was created.
func (r *repositories) Create(ctx context.Context, declared *v1alpha1.Repository) error {
	if _, err := r.api.CreateRepository(ctx, toCreateRepositoryInput(&declared.Spec)); err != nil {
		return err
	}
	if declared.Spec.LifecyclePolicy != nil || declared.Spec.Policy != nil {
		return ack.Wait(policiesNext, "the repository is created, its policies come next")
	}
	return nil
}

// Update works on what is declared with registry and encryption filled in. Of all else, what is left out is reset to AWS's
// default, as in the official controller 1.8.1 (pkg/resource/repository/custom_update_api.go), at every look: it goes on
// differing from what AWS tells.
func (r *repositories) Update(ctx context.Context, declared, observed *v1alpha1.Repository, delta *ackcompare.Delta) error {
	declared, observed = declared.DeepCopy(), observed.DeepCopy()
	normaliseRepository(declared, observed)
	for _, fixed := range []struct{ path, name string }{
		{"Spec.EncryptionConfiguration", "spec.encryptionConfiguration"},
		{"Spec.RegistryID", "spec.registryID"},
	} {
		if delta.DifferentAt(fixed.path) {
			return ack.Fault(awsapi.BadInput, "%s cannot be changed after creation: put it back, or create another repository", fixed.name)
		}
	}
	for _, part := range []struct {
		paths []string
		sync  func(context.Context, *v1alpha1.Repository, *v1alpha1.Repository) error
	}{
		{[]string{"Spec.ImageScanningConfiguration"}, r.syncScanning},
		{[]string{"Spec.ImageTagMutability", "Spec.ImageTagMutabilityExclusionFilters"}, r.syncMutability},
		{[]string{"Spec.LifecyclePolicy"}, r.syncLifecyclePolicy},
		{[]string{"Spec.Policy"}, r.syncPolicy},
		{[]string{"Spec.Tags"}, r.syncTags},
	} {
		if slices.ContainsFunc(part.paths, delta.DifferentAt) {
			if err := part.sync(ctx, declared, observed); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *repositories) syncTags(ctx context.Context, declared, observed *v1alpha1.Repository) error {
	return ack.SyncTags(declared, observed, func(arn *string, set map[string]string) error {
		_, err := r.api.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: arn, Tags: ack.TagList(set, func(key, value *string) types.Tag { return types.Tag{Key: key, Value: value} })})
		return err
	}, func(arn *string, keys []string) error {
		_, err := r.api.UntagResource(ctx, &sdk.UntagResourceInput{ResourceArn: arn, TagKeys: keys})
		return err
	})
}

func (r *repositories) syncScanning(ctx context.Context, declared, _ *v1alpha1.Repository) error {
	input := toPutImageScanningConfigurationInput(&declared.Spec)
	input.ImageScanningConfiguration = cmp.Or(input.ImageScanningConfiguration, &types.ImageScanningConfiguration{ScanOnPush: false})
	_, err := r.api.PutImageScanningConfiguration(ctx, input)
	return err
}

func (r *repositories) syncMutability(ctx context.Context, declared, _ *v1alpha1.Repository) error {
	input := toPutImageTagMutabilityInput(&declared.Spec)
	input.ImageTagMutability = cmp.Or(input.ImageTagMutability, types.ImageTagMutabilityMutable)
	_, err := r.api.PutImageTagMutability(ctx, input)
	return err
}

func (r *repositories) syncLifecyclePolicy(ctx context.Context, declared, observed *v1alpha1.Repository) error {
	name, registry, text := observed.Spec.Name, observed.Spec.RegistryID, declared.Spec.LifecyclePolicy
	if aws.ToString(text) == "" {
		_, err := r.api.DeleteLifecyclePolicy(ctx, &sdk.DeleteLifecyclePolicyInput{RepositoryName: name, RegistryId: registry})
		return err
	}
	_, err := r.api.PutLifecyclePolicy(ctx, &sdk.PutLifecyclePolicyInput{RepositoryName: name, RegistryId: registry, LifecyclePolicyText: text})
	return err
}

func (r *repositories) syncPolicy(ctx context.Context, declared, observed *v1alpha1.Repository) error {
	name, registry, text := observed.Spec.Name, observed.Spec.RegistryID, declared.Spec.Policy
	if aws.ToString(text) == "" {
		_, err := r.api.DeleteRepositoryPolicy(ctx, &sdk.DeleteRepositoryPolicyInput{RepositoryName: name, RegistryId: registry})
		return err
	}
	_, err := r.api.SetRepositoryPolicy(ctx, &sdk.SetRepositoryPolicyInput{RepositoryName: name, RegistryId: registry, PolicyText: text})
	return err
}

func (r *repositories) Delete(ctx context.Context, declared, observed *v1alpha1.Repository) error {
	// What is no boolean is none: hook.go of the official controller.
	force, _ := strconv.ParseBool(declared.Annotations[ForceDelete])
	_, err := r.api.DeleteRepository(ctx, &sdk.DeleteRepositoryInput{
		RepositoryName: observed.Spec.Name, RegistryId: observed.Spec.RegistryID, Force: force,
	})
	var full *types.RepositoryNotEmptyException
	if errors.As(err, &full) {
		return ack.Fault(awsapi.Busy, "repository %s still has images: delete them, or set the annotation %s: \"true\" to delete it with them",
			aws.ToString(observed.Spec.Name), ForceDelete)
	}
	return err
}

// normaliseRepository takes registry and encryption as AWS has them where they are left out, nothing else, and compares
// policies by what they mean.
func normaliseRepository(declared, observed *v1alpha1.Repository) {
	want, have := &declared.Spec, &observed.Spec
	want.RegistryID = cmp.Or(want.RegistryID, have.RegistryID)
	completeEncryption(want, have)
	if same(ackcompare.DocumentEqual, want.LifecyclePolicy, have.LifecyclePolicy) {
		want.LifecyclePolicy = have.LifecyclePolicy
	}
	if same(ackcompare.IAMPolicyDocumentEqual, want.Policy, have.Policy) {
		want.Policy = have.Policy
	}
}

// completeEncryption sets what is left out of the encryption to what AWS has.
func completeEncryption(want, have *v1alpha1.RepositorySpec) {
	want.EncryptionConfiguration = cmp.Or(want.EncryptionConfiguration, have.EncryptionConfiguration)
	if want.EncryptionConfiguration != nil && have.EncryptionConfiguration != nil {
		ack.FillUnset(want.EncryptionConfiguration, have.EncryptionConfiguration)
	}
}

// same says whether two documents mean the same; one that cannot be read is different.
func same(equal func(a, b string) (bool, error), a, b *string) bool {
	if a == nil || b == nil {
		return false
	}
	result, err := equal(*a, *b)
	return err == nil && result
}
