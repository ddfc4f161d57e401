package batch_test

import (
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsbatch "github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// TestComputeEnvironmentUpdates changes what AWS can change in place, one by one, and looks at AWS.
func TestComputeEnvironmentUpdates(t *testing.T) {
	world.Parallel(t)
	subnets, group := world.AWS.Network(t)
	made := readyEnvironment(t, world.Namespace(t), "{tags: {team: data}}")
	assertQuiet(t, made)
	for _, c := range []struct {
		reason, patch string
		calls         []string
		want          func(*types.ComputeEnvironmentDetail) bool
	}{
		{"the maximum", `{spec: {computeResources: {maxvCPUs: 32}}}`, []string{"UpdateComputeEnvironment"}, func(e *types.ComputeEnvironmentDetail) bool { return *e.ComputeResources.MaxvCpus == 32 }},
		{"the subnets", `{spec: {computeResources: {subnets: [` + subnets[1] + `, ` + subnets[0] + `]}}}`, []string{"UpdateComputeEnvironment"}, func(e *types.ComputeEnvironmentDetail) bool { return len(e.ComputeResources.Subnets) == 2 }},
		{"the subnets in another order, which means nothing", `{spec: {computeResources: {subnets: [` + subnets[0] + `, ` + subnets[1] + `]}}}`, nil, func(*types.ComputeEnvironmentDetail) bool { return true }},
		{"the state", `{spec: {state: DISABLED}}`, []string{"UpdateComputeEnvironment"}, func(e *types.ComputeEnvironmentDetail) bool { return e.State == types.CEStateDisabled }},
		{"state and maximum at once, in one call", `{spec: {state: ENABLED, computeResources: {maxvCPUs: 8}}}`, []string{"UpdateComputeEnvironment"}, func(e *types.ComputeEnvironmentDetail) bool {
			return e.State == types.CEStateEnabled && *e.ComputeResources.MaxvCpus == 8
		}},
		{"the update policy", `{spec: {updatePolicy: {jobExecutionTimeoutMinutes: 30, terminateJobsOnUpdate: false}}}`, []string{"UpdateComputeEnvironment"}, func(e *types.ComputeEnvironmentDetail) bool {
			return e.UpdatePolicy != nil && *e.UpdatePolicy.JobExecutionTimeoutMinutes == 30
		}},
		{"half of the update policy, of which the other stays", `{spec: {updatePolicy: {jobExecutionTimeoutMinutes: null, terminateJobsOnUpdate: true}}}`, []string{"UpdateComputeEnvironment"}, func(e *types.ComputeEnvironmentDetail) bool {
			return *e.UpdatePolicy.TerminateJobsOnUpdate && *e.UpdatePolicy.JobExecutionTimeoutMinutes == 30
		}},
		{"tags", `{spec: {tags: {cost: "1", team: null}}}`, []string{"TagResource", "UntagResource"}, func(e *types.ComputeEnvironmentDetail) bool {
			_, team := e.Tags["team"]
			return e.Tags["cost"] == "1" && !team
		}},
		{"the security groups left as they are", `{spec: {computeResources: {securityGroupIDs: [` + group + `]}}}`, nil, func(*types.ComputeEnvironmentDetail) bool { return true }},
	} {
		world.Settle(t, world.AWS.LastCall(t))
		since := world.AWS.LastCall(t)
		world.Patch(t, made, c.patch)
		testworld.Eventually(t, func() error {
			if !c.want(environment(t, specName(made))) {
				return errNotYet(c.reason)
			}
			return nil
		})
		if calls := testworld.Writes(world.Settle(t, since)); !slices.Equal(calls, c.calls) {
			t.Errorf("%s: made the calls %v, want %v", c.reason, calls, c.calls)
		}
		world.AwaitReady(t, made)
	}
	assertQuiet(t, made)
}

// TestComputeEnvironmentUpdatesOnEC2 changes what only an environment of EC2 instances has, one by one.
func TestComputeEnvironmentUpdatesOnEC2(t *testing.T) {
	world.Parallel(t)
	made := readyEnvironment(t, world.Namespace(t), `{computeResources: {type: EC2, minvCPUs: 0, instanceTypes: [optimal], instanceRole: ecsInstanceRole, launchTemplate: {launchTemplateName: a, version: "1"}}}`)
	assertQuiet(t, made)
	for _, c := range []struct {
		patch string
		want  func(*types.ComputeResource) bool
	}{
		{`{minvCPUs: 2}`, func(r *types.ComputeResource) bool { return *r.MinvCpus == 2 }},
		{`{instanceTypes: [m5.large, c5]}`, func(r *types.ComputeResource) bool { return len(r.InstanceTypes) == 2 }},
		{`{allocationStrategy: BEST_FIT_PROGRESSIVE}`, func(r *types.ComputeResource) bool {
			return r.AllocationStrategy == types.CRAllocationStrategyBestFitProgressive
		}},
		{`{instanceRole: otherInstanceRole}`, func(r *types.ComputeResource) bool { return *r.InstanceRole == "otherInstanceRole" }},
		{`{ec2KeyPair: key}`, func(r *types.ComputeResource) bool { return aws.ToString(r.Ec2KeyPair) == "key" }},
		{`{imageID: ami-0123456789abcdef0}`, func(r *types.ComputeResource) bool { return aws.ToString(r.ImageId) == "ami-0123456789abcdef0" }}, //nolint:staticcheck // SA1019: it goes on taking it
		{`{ec2Configuration: [{imageType: ECS_AL2023}]}`, func(r *types.ComputeResource) bool {
			return len(r.Ec2Configuration) == 1 && *r.Ec2Configuration[0].ImageType == "ECS_AL2023"
		}},
		{`{launchTemplate: {version: "2"}}`, func(r *types.ComputeResource) bool {
			return *r.LaunchTemplate.Version == "2" && *r.LaunchTemplate.LaunchTemplateName == "a"
		}},
		{`{ec2KeyPair: null}`, func(r *types.ComputeResource) bool { return aws.ToString(r.Ec2KeyPair) == "" }},
		{`{imageID: null}`, func(r *types.ComputeResource) bool { return aws.ToString(r.ImageId) == "" }}, //nolint:staticcheck // SA1019: as above
		{`{launchTemplate: null}`, func(r *types.ComputeResource) bool {
			return r.LaunchTemplate == nil || aws.ToString(r.LaunchTemplate.LaunchTemplateName) == ""
		}},
		{`{placementGroup: near}`, func(r *types.ComputeResource) bool { return aws.ToString(r.PlacementGroup) == "near" }},
		{`{tags: {Name: worker}}`, func(r *types.ComputeResource) bool { return r.Tags["Name"] == "worker" }},
		{`{type: SPOT, allocationStrategy: SPOT_CAPACITY_OPTIMIZED, bidPercentage: 60}`, func(r *types.ComputeResource) bool {
			return r.Type == types.CRTypeSpot && *r.BidPercentage == 60
		}},
	} {
		since := world.AWS.LastCall(t)
		world.Patch(t, made, `{spec: {computeResources: `+c.patch+`}}`)
		testworld.Eventually(t, func() error {
			if !c.want(environment(t, specName(made)).ComputeResources) {
				return errNotYet(c.patch)
			}
			return nil
		})
		world.AwaitReady(t, made)
		if calls := testworld.Writes(world.Settle(t, since)); !slices.Equal(calls, []string{"UpdateComputeEnvironment"}) {
			t.Errorf("%s: made the calls %v", c.patch, calls)
		}
	}
	assertQuiet(t, made)
}

// TestComputeEnvironmentDesiredVCPUs gives AWS a number to start with, and then leaves it to AWS.
func TestComputeEnvironmentDesiredVCPUs(t *testing.T) {
	world.Parallel(t)
	made := readyEnvironment(t, world.Namespace(t), `{computeResources: {type: EC2, minvCPUs: 0, desiredvCPUs: 4, instanceTypes: [optimal], instanceRole: ecsInstanceRole}}`)
	name := specName(made)
	if got := *environment(t, name).ComputeResources.DesiredvCpus; got != 4 {
		t.Errorf("AWS starts with %d vCPUs, want 4", got)
	}
	// As AWS does when jobs are waiting.
	if _, err := api(t).UpdateComputeEnvironment(t.Context(), &awsbatch.UpdateComputeEnvironmentInput{
		ComputeEnvironment: &name, ComputeResources: &types.ComputeResourceUpdate{DesiredvCpus: aws.Int32(8)},
	}); err != nil {
		t.Fatal(err)
	}
	assertQuiet(t, made)
	world.Patch(t, made, `{spec: {computeResources: {desiredvCPUs: 6, maxvCPUs: 32}}}`)
	testworld.Eventually(t, func() error {
		if *environment(t, name).ComputeResources.MaxvCpus != 32 {
			return errNotYet("the maximum")
		}
		return nil
	})
	world.AwaitReady(t, made)
	if got := *environment(t, name).ComputeResources.DesiredvCpus; got != 8 {
		t.Errorf("the controller set %d vCPUs, where AWS had scaled to 8", got)
	}
}

// TestComputeEnvironmentUpdatePolicy is set in a second call, since AWS takes none at creation.
func TestComputeEnvironmentUpdatePolicy(t *testing.T) {
	world.Parallel(t)
	since := world.AWS.LastCall(t)
	made := readyEnvironment(t, world.Namespace(t), "{updatePolicy: {jobExecutionTimeoutMinutes: 45}}")
	testworld.Eventually(t, func() error {
		if policy := environment(t, specName(made)).UpdatePolicy; policy == nil || *policy.JobExecutionTimeoutMinutes != 45 {
			return errNotYet("the update policy")
		}
		return nil
	})
	if calls := testworld.Writes(world.Settle(t, since)); !slices.Equal(calls, []string{"CreateComputeEnvironment", "UpdateComputeEnvironment"}) {
		t.Errorf("made the calls %v", calls)
	}
	assertQuiet(t, made)
}

// TestComputeEnvironmentRefusesReplacement names the field that AWS cannot change in place.
func TestComputeEnvironmentRefusesReplacement(t *testing.T) {
	world.Parallel(t)
	made := readyEnvironment(t, world.Namespace(t), "{}")
	since := world.AWS.LastCall(t)
	world.Patch(t, made, `{spec: {serviceRole: "`+role+`"}}`)
	world.AwaitCondition(t, made, "ACK.Terminal", "True", "spec.serviceRole: AWS cannot exchange a role of yours and Batch's service-linked role")
	world.AwaitCondition(t, made, "Ready", "False", "spec.serviceRole")
	if calls := testworld.Writes(world.Settle(t, since)); len(calls) > 0 {
		t.Errorf("made the calls %v", calls)
	}
	world.Patch(t, made, `{spec: {serviceRole: null}}`)
	world.AwaitReady(t, made)
}

// TestComputeEnvironmentInvalid shows why AWS rejects it, and recovers.
func TestComputeEnvironmentInvalid(t *testing.T) {
	world.Parallel(t)
	subnets, _ := world.AWS.Network(t)
	made := world.Create(t, world.Namespace(t), environmentYAML(t, "compute", "{computeResources: {subnets: [subnet-0123456789abcdef0]}}"))
	world.AwaitCondition(t, made, "Ready", "False", "AWS reports INVALID: CLIENT_ERROR - The subnet ID 'subnet-0123456789abcdef0' does not exist")
	world.AwaitCondition(t, made, "ACK.Recoverable", "True", "INVALID")
	world.Patch(t, made, `{spec: {computeResources: {subnets: [`+subnets[0]+`]}}}`)
	world.AwaitReady(t, made)
	if condition := testworld.Condition(made, "ACK.Recoverable"); condition != nil {
		t.Errorf("still says %v", condition)
	}
}

// TestComputeEnvironmentRecovers without a change of the spec, when what AWS missed is there.
func TestComputeEnvironmentRecovers(t *testing.T) {
	world.Parallel(t)
	missing := "sanders-batch-service-role-" + unique(t, "")
	made := world.Create(t, world.Namespace(t), environmentYAML(t, "compute", `{serviceRole: "arn:aws:iam::`+world.AWS.Account(t)+`:role/`+missing+`"}`))
	world.AwaitCondition(t, made, "Ready", "False", "AWS reports INVALID")
	since := world.AWS.LastCall(t)
	world.AWS.CreateRole(t, missing, "batch.amazonaws.com")
	world.AwaitReady(t, made)
	if calls := testworld.Writes(world.AWS.Calls(t, since)); len(calls) > 2 {
		t.Errorf("made the calls %v: AWS is asked too often", calls)
	}
}

// TestComputeEnvironmentTransitions never calls AWS while it is busy, and is Ready only when AWS is done.
func TestComputeEnvironmentTransitions(t *testing.T) {
	world.AWS.Delays(t, "batch.create=1,batch.update=1,batch.delete=1")
	t.Cleanup(func() { world.AWS.Delays(t, "none") })
	made := world.Create(t, world.Namespace(t), environmentYAML(t, "compute", ""))
	world.AwaitCondition(t, made, "Ready", "False", "waiting for AWS: status is CREATING")
	world.AwaitReady(t, made)
	since := world.AWS.LastCall(t)
	world.Patch(t, made, `{spec: {computeResources: {maxvCPUs: 32}}}`)
	world.AwaitCondition(t, made, "Ready", "False", "waiting for AWS: status is UPDATING")
	world.Patch(t, made, `{spec: {computeResources: {maxvCPUs: 64}}}`)
	testworld.Eventually(t, func() error {
		if *environment(t, specName(made)).ComputeResources.MaxvCpus != 64 {
			return errNotYet("the second change")
		}
		return nil
	})
	world.AwaitReady(t, made)
	world.Delete(t, made)
	world.AwaitGone(t, made)
	for _, call := range world.AWS.Calls(t, since) {
		if call.Error != "" {
			t.Errorf("%s failed with %s: AWS was still busy", call.Action, call.Error)
		}
	}
	if environment(t, specName(made)) != nil {
		t.Error("AWS still has the environment")
	}
}

// TestComputeEnvironmentDeletionWaitsForQueues says which queue is in the way, and does not fail.
func TestComputeEnvironmentDeletionWaitsForQueues(t *testing.T) {
	world.Parallel(t)
	namespace := world.Namespace(t)
	made := readyEnvironment(t, namespace, "")
	user := world.Create(t, namespace, queueYAML(t, "queue", ""))
	world.AwaitReady(t, user)
	world.Delete(t, made)
	world.AwaitCondition(t, made, "Ready", "False", "still used by job queue "+specName(user))
	if condition := testworld.Condition(made, "ACK.Recoverable"); condition != nil {
		t.Errorf("waiting is shown as a failure: %v", condition)
	}
	world.Delete(t, user)
	world.AwaitGone(t, user, made)
	if environment(t, specName(made)) != nil || queue(t, specName(user)) != nil {
		t.Error("AWS still has the environment or the queue")
	}
}

// TestComputeEnvironmentDrift changes the environment behind the controller's back.
func TestComputeEnvironmentDrift(t *testing.T) {
	world.Parallel(t)
	made := readyEnvironment(t, world.Namespace(t), "{tags: {team: data}}")
	name := specName(made)
	if _, err := api(t).UpdateComputeEnvironment(t.Context(), &awsbatch.UpdateComputeEnvironmentInput{
		ComputeEnvironment: &name, ComputeResources: &types.ComputeResourceUpdate{MaxvCpus: aws.Int32(4)},
	}); err != nil {
		t.Fatal(err)
	}
	arn := environment(t, name).ComputeEnvironmentArn
	if _, err := api(t).UntagResource(t.Context(), &awsbatch.UntagResourceInput{ResourceArn: arn, TagKeys: []string{"team"}}); err != nil {
		t.Fatal(err)
	}
	world.Reconcile(t, made)
	if got := environment(t, name); *got.ComputeResources.MaxvCpus != 16 || got.Tags["team"] != "data" {
		t.Errorf("drift is not repaired: %d %v", *got.ComputeResources.MaxvCpus, got.Tags)
	}
	if _, err := api(t).UpdateComputeEnvironment(t.Context(), &awsbatch.UpdateComputeEnvironmentInput{ComputeEnvironment: &name, State: types.CEStateDisabled}); err != nil {
		t.Fatal(err)
	}
	if _, err := api(t).DeleteComputeEnvironment(t.Context(), &awsbatch.DeleteComputeEnvironmentInput{ComputeEnvironment: &name}); err != nil {
		t.Fatal(err)
	}
	world.Reconcile(t, made)
	if environment(t, name) == nil {
		t.Error("the environment is not made again")
	}
}

// TestUsedEnvironmentStays has an environment deleted that a queue uses: jobs go on, and the condition says what holds it.
func TestUsedEnvironmentStays(t *testing.T) {
	world.Parallel(t)
	namespace := world.Namespace(t)
	compute := readyEnvironment(t, namespace, "")
	line := world.Create(t, namespace, queueYAML(t, "queue", ""))
	world.AwaitReady(t, line)
	since := world.AWS.LastCall(t)
	world.Delete(t, compute)
	world.AwaitCondition(t, compute, "Ready", "False", "still used by job queue "+specName(line)+": delete it")
	if got := environment(t, specName(compute)); got.State != "ENABLED" {
		t.Errorf("a queue uses it, and it is %s", got.State)
	}
	if writes := testworld.Writes(world.AWS.Calls(t, since)); len(writes) > 0 {
		t.Errorf("made the calls %v", writes)
	}

	// As an older controller has left it.
	if _, err := api(t).UpdateComputeEnvironment(t.Context(), &awsbatch.UpdateComputeEnvironmentInput{ComputeEnvironment: aws.String(specName(compute)), State: "DISABLED"}); err != nil {
		t.Fatal(err)
	}
	testworld.Eventually(t, func() error {
		if got := environment(t, specName(compute)); got.State != "ENABLED" {
			return errNotYet("the environment's state")
		}
		return nil
	})
	world.Delete(t, line)
	world.AwaitGone(t, line, compute)
	if environment(t, specName(compute)) != nil {
		t.Error("left in AWS")
	}
}

// TestDeletionWithoutRole has the service role go before the environment, which AWS then cannot delete: the condition
// names the role, and AWS is not asked all the time.
func TestDeletionWithoutRole(t *testing.T) {
	world.Parallel(t)
	role := unique(t, "role")
	world.AWS.CreateRole(t, role, "batch.amazonaws.com")
	arn := "arn:aws:iam::" + world.AWS.Account(t) + ":role/" + role
	namespace := world.Namespace(t)
	object := world.Create(t, namespace, "{apiVersion: iam.services.k8s.aws/v1alpha1, kind: Role, metadata: {name: service}}")
	world.PatchStatus(t, object, `{status: {ackResourceMetadata: {arn: "`+arn+`"}, conditions: [{type: ACK.ResourceSynced, status: "True"}]}}`)
	compute := readyEnvironment(t, namespace, "{serviceRoleRef: {from: {name: service}}}")
	world.AWS.DeleteRole(t, role)
	world.Delete(t, object)
	since := world.AWS.LastCall(t)
	world.Delete(t, compute)
	world.AwaitCondition(t, compute, "Ready", "False", "AWS cannot delete the compute environment")
	world.AwaitCondition(t, compute, "Ready", "False", "It needs the role "+arn)
	// The longer it lasts, the more rarely AWS is asked; so it must be known since when it does.
	began := testworld.Condition(compute, "Ready")["lastTransitionTime"]
	time.Sleep(10 * time.Second)
	deletions := 0
	for _, action := range testworld.Actions(world.AWS.Calls(t, since)) {
		if action == "DeleteComputeEnvironment" {
			deletions++
		}
	}
	if deletions > 16 {
		t.Errorf("asked AWS %d times in some 10 s", deletions)
	}
	if err := world.Refresh(t.Context(), compute); err != nil {
		t.Fatal(err)
	}
	if got := testworld.Condition(compute, "Ready")["lastTransitionTime"]; got != began {
		t.Errorf("it has not been Ready since %s, the condition says since %s", began, got)
	}
	world.AWS.CreateRole(t, role, "batch.amazonaws.com")
	world.AwaitGone(t, compute)
	if environment(t, specName(compute)) != nil {
		t.Error("left in AWS")
	}
}

// TestReleasedEnvironmentIsTakenOver has an object that was made to let go of its environment, and is made again: what
// AWS has is still its own.
func TestReleasedEnvironmentIsTakenOver(t *testing.T) {
	world.Parallel(t)
	namespace := world.Namespace(t)
	compute := readyEnvironment(t, namespace, "")
	line := world.Create(t, namespace, queueYAML(t, "queue", ""))
	world.AwaitReady(t, line)
	world.Delete(t, compute)
	world.AwaitCondition(t, compute, "Ready", "False", "still used by job queue")
	world.Patch(t, compute, `{metadata: {finalizers: null}}`)
	world.AwaitGone(t, compute)
	since := world.AWS.LastCall(t)
	world.AwaitReady(t, world.Create(t, namespace, environmentYAML(t, "compute", "")))
	if writes := testworld.Writes(world.AWS.Calls(t, since)); len(writes) > 0 {
		t.Errorf("made the calls %v", writes)
	}
}
