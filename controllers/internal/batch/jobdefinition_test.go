package batch_test

import (
	"fmt"
	"slices"
	"testing"

	awsbatch "github.com/aws/aws-sdk-go-v2/service/batch"
	"github.com/aws/aws-sdk-go-v2/service/batch/types"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/Aysticky/sanders-customer-platform-gitops/controllers/internal/testworld"
)

// TestJobDefinitionRevisions registers a revision for each change, and deregisters the one before.
func TestJobDefinitionRevisions(t *testing.T) {
	world.Parallel(t)
	made := world.Create(t, world.Namespace(t), definitionYAML(t, "job", ""))
	world.AwaitReady(t, made)
	assertQuiet(t, made)
	name := specName(made)
	for i, patch := range []string{
		`{spec: {containerProperties: {image: other}}}`,
		`{spec: {containerProperties: {command: [a, b]}}}`,
		`{spec: {containerProperties: {environment: [{name: A, value: "1"}]}}}`,
		`{spec: {containerProperties: {environment: [{name: A, value: "1"}, {name: B, value: "2"}]}}}`,
		`{spec: {containerProperties: {environment: null}}}`,
		`{spec: {containerProperties: {resourceRequirements: [{type: VCPU, value: "1"}, {type: MEMORY, value: "2048"}]}}}`,
		`{spec: {containerProperties: {networkConfiguration: {assignPublicIP: ENABLED}}}}`,
		`{spec: {containerProperties: {fargatePlatformConfiguration: {platformVersion: "1.4.0"}}}}`,
		`{spec: {containerProperties: {logConfiguration: {logDriver: awslogs, options: {awslogs-group: /x}}}}}`,
		`{spec: {containerProperties: {secrets: [{name: S, valueFrom: "arn:aws:ssm:eu-central-1:120569615884:parameter/s"}]}}}`,
		`{spec: {timeout: {attemptDurationSeconds: 60}}}`,
		`{spec: {timeout: null}}`,
		`{spec: {retryStrategy: {attempts: 3, evaluateOnExit: [{action: RETRY, onStatusReason: "Host EC2*"}]}}}`,
		`{spec: {parameters: {a: b}}}`,
		`{spec: {propagateTags: true}}`,
		`{spec: {schedulingPriority: 5}}`,
	} {
		world.Settle(t, world.AWS.LastCall(t))
		since := world.AWS.LastCall(t)
		world.Patch(t, made, patch)
		want := []int32{int32(i + 2)}
		testworld.Eventually(t, func() error {
			if got := active(t, name); !slices.Equal(got, want) {
				return fmt.Errorf("%s: active revisions are %v, want %v: %v", patch, got, want, made.Object["status"])
			}
			return nil
		})
		if calls := testworld.Writes(world.Settle(t, since)); !slices.Equal(calls, []string{"RegisterJobDefinition", "DeregisterJobDefinition"}) {
			t.Errorf("%s: made the calls %v", patch, calls)
		}
		world.AwaitReady(t, made)
		if revision := made.Object["status"].(map[string]any)["revision"]; revision != int64(i+2) {
			t.Errorf("%s: the status says revision %v", patch, revision)
		}
	}
	assertQuiet(t, made)
	world.Delete(t, made)
	world.AwaitGone(t, made)
	if left := active(t, name); len(left) > 0 {
		t.Errorf("revisions %v are still active", left)
	}
}

// TestJobDefinitionTags belong to a revision: they change without a new one.
func TestJobDefinitionTags(t *testing.T) {
	world.Parallel(t)
	made := world.Create(t, world.Namespace(t), definitionYAML(t, "job", "{tags: {a: b}}"))
	world.AwaitReady(t, made)
	world.Settle(t, world.AWS.LastCall(t))
	since := world.AWS.LastCall(t)
	world.Patch(t, made, `{spec: {tags: {a: null, c: d}}}`)
	testworld.Eventually(t, func() error {
		tags := revisions(t, specName(made))[1].Tags
		if _, old := tags["a"]; old || tags["c"] != "d" {
			return fmt.Errorf("tags are %v", tags)
		}
		return nil
	})
	if calls := testworld.Writes(world.Settle(t, since)); !slices.Equal(calls, []string{"TagResource", "UntagResource"}) {
		t.Errorf("made the calls %v", calls)
	}
}

// TestJobDefinitionKeepsRevisions keeps the newest ones that the annotation asks for.
func TestJobDefinitionKeepsRevisions(t *testing.T) {
	world.Parallel(t)
	made := world.Create(t, world.Namespace(t), definitionYAML(t, "job", ""))
	world.AwaitReady(t, made)
	name := specName(made)
	expect := func(want ...int32) {
		t.Helper()
		testworld.Eventually(t, func() error {
			if got := active(t, name); !slices.Equal(got, want) {
				return fmt.Errorf("active revisions are %v, want %v", got, want)
			}
			return nil
		})
		world.Settle(t, world.AWS.LastCall(t))
	}
	world.Patch(t, made, `{metadata: {annotations: {batch.services.k8s.aws/keep-revisions: "2"}}}`)
	for i, want := range [][]int32{{1, 2}, {2, 3}, {3, 4}} {
		world.Patch(t, made, fmt.Sprintf(`{spec: {containerProperties: {image: "image-%d"}}}`, i))
		expect(want...)
	}
	world.Patch(t, made, `{metadata: {annotations: {batch.services.k8s.aws/keep-revisions: null}}}`)
	expect(4)
	world.Patch(t, made, `{metadata: {annotations: {batch.services.k8s.aws/keep-revisions: "many"}}}`)
	world.Patch(t, made, `{spec: {containerProperties: {image: last}}}`)
	world.AwaitCondition(t, made, "ACK.Terminal", "True", `annotation batch.services.k8s.aws/keep-revisions: want a whole number above 0, got "many"`)
	expect(4)
	world.Patch(t, made, `{metadata: {annotations: {batch.services.k8s.aws/keep-revisions: "1"}}}`)
	expect(5)
}

// TestJobDefinitionLeavesOthersAlone never deregisters what others registered under the same name.
func TestJobDefinitionLeavesOthersAlone(t *testing.T) {
	world.Parallel(t)
	made := world.Create(t, world.Namespace(t), definitionYAML(t, "job", ""))
	world.AwaitReady(t, made)
	name := specName(made)
	theirs, err := api(t).RegisterJobDefinition(t.Context(), &awsbatch.RegisterJobDefinitionInput{
		JobDefinitionName: &name, Type: types.JobDefinitionTypeContainer, ContainerProperties: &types.ContainerProperties{
			Image: &name, ResourceRequirements: []types.ResourceRequirement{
				{Type: types.ResourceTypeVcpu, Value: new("1")}, {Type: types.ResourceTypeMemory, Value: new("128")},
			},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if calls := testworld.Writes(world.Reconcile(t, made)); !slices.Equal(calls, []string{"RegisterJobDefinition", "DeregisterJobDefinition"}) {
		t.Errorf("made the calls %v: what jobs run by the name must be what Git says", calls)
	}
	if got := active(t, name); !slices.Equal(got, []int32{*theirs.Revision, 3}) {
		t.Errorf("active revisions are %v", got)
	}
	assertQuiet(t, made)
	world.Delete(t, made)
	world.AwaitGone(t, made)
	if got := active(t, name); !slices.Equal(got, []int32{*theirs.Revision}) {
		t.Errorf("after deletion the active revisions are %v", got)
	}
}

// TestJobDefinitionQuietBesideOthers looks with one call also where there is more than the one revision in the status.
func TestJobDefinitionQuietBesideOthers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reason string
		change func(t *testing.T, made *unstructured.Unstructured, ours types.JobDefinition)
		want   []int32
	}{
		"newer ones that are gone": {"they were deregistered again", func(t *testing.T, made *unstructured.Unstructured, ours types.JobDefinition) {
			for range 2 {
				theirs := registerTheirs(t, ours)
				if _, err := api(t).DeregisterJobDefinition(t.Context(), &awsbatch.DeregisterJobDefinitionInput{JobDefinition: theirs.JobDefinitionArn}); err != nil {
					t.Fatal(err)
				}
				world.Reconcile(t, made)
			}
		}, []int32{1}},
		"older ones kept": {"the annotation says so", func(t *testing.T, made *unstructured.Unstructured, _ types.JobDefinition) {
			world.Patch(t, made, `{metadata: {annotations: {batch.services.k8s.aws/keep-revisions: "3"}}, spec: {containerProperties: {image: other}}}`)
			testworld.Eventually(t, func() error { return activeAre(t, made, 1, 2) })
			world.Reconcile(t, made)
		}, []int32{1, 2}},
		"no longer kept": {"the annotation is gone, and somebody deregistered the one between", func(t *testing.T, made *unstructured.Unstructured, ours types.JobDefinition) {
			world.Patch(t, made, `{metadata: {annotations: {batch.services.k8s.aws/keep-revisions: "3"}}, spec: {containerProperties: {image: b}}}`)
			testworld.Eventually(t, func() error { return activeAre(t, made, 1, 2) })
			world.Patch(t, made, `{spec: {containerProperties: {image: c}}}`)
			testworld.Eventually(t, func() error { return activeAre(t, made, 1, 2, 3) })
			world.Reconcile(t, made)
			if _, err := api(t).DeregisterJobDefinition(t.Context(), &awsbatch.DeregisterJobDefinitionInput{JobDefinition: new(specName(made) + ":2")}); err != nil {
				t.Fatal(err)
			}
			world.Patch(t, made, `{metadata: {annotations: {batch.services.k8s.aws/keep-revisions: null}}}`)
			testworld.Eventually(t, func() error { return activeAre(t, made, 3) })
			world.Reconcile(t, made)
		}, []int32{3}},
	} {
		t.Run(name, func(t *testing.T) {
			world.Parallel(t)
			made := world.Create(t, world.Namespace(t), definitionYAML(t, "job", ""))
			world.AwaitReady(t, made)
			c.change(t, made, revisions(t, specName(made))[1])
			assertQuiet(t, made)
			if err := activeAre(t, made, c.want...); err != nil {
				t.Errorf("%s: %v", c.reason, err)
			}
		})
	}
}

// registerTheirs registers a revision like ours, but not ours.
func registerTheirs(t *testing.T, ours types.JobDefinition) *awsbatch.RegisterJobDefinitionOutput {
	t.Helper()
	theirs, err := api(t).RegisterJobDefinition(t.Context(), &awsbatch.RegisterJobDefinitionInput{
		JobDefinitionName: ours.JobDefinitionName, Type: types.JobDefinitionTypeContainer, ContainerProperties: ours.ContainerProperties, PlatformCapabilities: ours.PlatformCapabilities,
	})
	if err != nil {
		t.Fatal(err)
	}
	return theirs
}

// TestJobDefinitionDeletionLeavesNewerAlone deletes while the newest revision is somebody else's.
func TestJobDefinitionDeletionLeavesNewerAlone(t *testing.T) {
	world.Parallel(t)
	made := world.Create(t, world.Namespace(t), definitionYAML(t, "job", ""))
	world.AwaitReady(t, made)
	name := specName(made)
	ours := revisions(t, name)[1]
	for range 2 {
		registerTheirs(t, ours)
	}
	world.Delete(t, made)
	world.AwaitGone(t, made)
	if got := active(t, name); !slices.Equal(got, []int32{2, 3}) {
		t.Errorf("after deletion the active revisions are %v, want those of others", got)
	}
}

// TestJobDefinitionDrift registers again what somebody has deregistered.
func TestJobDefinitionDrift(t *testing.T) {
	world.Parallel(t)
	made := world.Create(t, world.Namespace(t), definitionYAML(t, "job", ""))
	world.AwaitReady(t, made)
	name := specName(made)
	if _, err := api(t).DeregisterJobDefinition(t.Context(), &awsbatch.DeregisterJobDefinitionInput{JobDefinition: new(name + ":1")}); err != nil {
		t.Fatal(err)
	}
	if calls := testworld.Writes(world.Reconcile(t, made)); !slices.Equal(calls, []string{"RegisterJobDefinition"}) {
		t.Errorf("made the calls %v", calls)
	}
	if got := active(t, name); !slices.Equal(got, []int32{2}) {
		t.Errorf("active revisions are %v", got)
	}
}

// TestJobDefinitionUnchanged has what AWS answers in another form than it was registered in: none of it may ever be a
// difference, since each would register a revision at every reconcile.
func TestJobDefinitionUnchanged(t *testing.T) {
	t.Parallel()
	for name, spec := range map[string]string{
		"the platform's own":                        `{containerProperties: {jobRoleARN: "` + role + `", fargatePlatformConfiguration: {platformVersion: LATEST}, logConfiguration: {logDriver: awslogs}, networkConfiguration: {assignPublicIP: DISABLED}}}`,
		"variables out of order, one without value": `{containerProperties: {environment: [{name: B, value: "2"}, {name: A, value: "1"}, {name: C, value: ""}]}}`,
		"requirements out of order":                 `{containerProperties: {resourceRequirements: [{type: MEMORY, value: "2048"}, {type: VCPU, value: "1.0"}]}}`,
		"empty lists":                               `{containerProperties: {command: [], environment: [], mountPoints: [], volumes: [], ulimits: [], secrets: []}, parameters: {}, retryStrategy: {}, timeout: {}}`,
		"false where that is the default":           `{propagateTags: false, containerProperties: {privileged: false, readonlyRootFilesystem: false, enableExecuteCommand: false}}`,
		"retries":                                   `{retryStrategy: {attempts: 3, evaluateOnExit: [{action: RETRY, onReason: "x*"}, {action: EXIT, onReason: "*"}]}}`,
		"on EC2":                                    `{platformCapabilities: [EC2], containerProperties: {executionRoleARN: null, linuxParameters: {initProcessEnabled: true, devices: [{hostPath: /dev/fuse, permissions: [READ]}]}, ulimits: [{name: nofile, hardLimit: 10, softLimit: 5}]}}`,
		"no platform named":                         `{platformCapabilities: null}`,
		"old style vcpus and memory":                `{platformCapabilities: [EC2], containerProperties: {executionRoleARN: null, resourceRequirements: null, vcpus: 1, memory: 128}}`,
		"several containers":                        `{platformCapabilities: [EC2], containerProperties: null, ecsProperties: {taskProperties: [{containers: [{name: main, image: x, essential: true, resourceRequirements: [{type: MEMORY, value: "128"}, {type: VCPU, value: "1"}]}]}]}}`,
		"on EKS":                                    `{platformCapabilities: null, containerProperties: null, eksProperties: {podProperties: {hostNetwork: false, containers: [{image: x, env: [{name: B, value: "1"}, {name: A, value: "2"}], resources: {limits: {cpu: "1", memory: 128Mi}}}]}}}`,
		"an action in lower case":                   `{retryStrategy: {attempts: 3, evaluateOnExit: [{action: retry, onReason: "x*"}, {action: Exit, onReason: "*"}]}}`,
		"a role by reference, several containers":   `{containerProperties: null, ecsProperties: {taskProperties: [{executionRoleRef: {from: {name: execution}}, containers: [{name: b, image: x, essential: false, resourceRequirements: [{type: MEMORY, value: "1024"}, {type: VCPU, value: "0.25"}]}, {name: a, image: x, resourceRequirements: [{type: MEMORY, value: "1024"}, {type: VCPU, value: "0.25"}]}]}]}}`,
		"several nodes":                             `{type: multinode, platformCapabilities: null, containerProperties: null, nodeProperties: {numNodes: 2, mainNode: 0, nodeRangeProperties: [{targetNodes: "0:", container: {image: x, resourceRequirements: [{type: MEMORY, value: "128"}, {type: VCPU, value: "1"}]}}]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			world.Parallel(t)
			namespace := world.Namespace(t)
			execution := world.Create(t, namespace, "{apiVersion: iam.services.k8s.aws/v1alpha1, kind: Role, metadata: {name: execution}}")
			world.PatchStatus(t, execution, `{status: {ackResourceMetadata: {arn: "`+role+`"}, conditions: [{type: ACK.ResourceSynced, status: "True"}]}}`)
			made := world.Create(t, namespace, definitionYAML(t, "job", spec))
			world.AwaitReady(t, made)
			assertQuiet(t, made)
			if got := active(t, specName(made)); !slices.Equal(got, []int32{1}) {
				t.Errorf("active revisions are %v", got)
			}
		})
	}
}

// TestJobDefinitionSpelledOut registers a definition with AWS's defaults spelled out, leaves them out, and spells them out
// again: no other revision may come of it.
func TestJobDefinitionSpelledOut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ terse, spelled string }{
		"a container": {
			`{containerProperties: {networkConfiguration: {}, runtimePlatform: {}}}`,
			`{retryStrategy: {attempts: 1}, propagateTags: false, containerProperties: {privileged: false, networkConfiguration: {assignPublicIP: DISABLED}, runtimePlatform: {cpuArchitecture: X86_64, operatingSystemFamily: LINUX}, fargatePlatformConfiguration: {platformVersion: LATEST}}}`,
		},
		"volumes and devices": {
			`{platformCapabilities: [EC2], containerProperties: {executionRoleARN: null, volumes: [{name: a, efsVolumeConfiguration: {fileSystemID: fs-1}}], mountPoints: [{sourceVolume: a, containerPath: /a}], linuxParameters: {maxSwap: 1, devices: [{hostPath: /dev/fuse}]}}}`,
			`{platformCapabilities: null, containerProperties: {executionRoleARN: null, volumes: [{name: a, efsVolumeConfiguration: {fileSystemID: fs-1, rootDirectory: /, transitEncryption: DISABLED}}], mountPoints: [{sourceVolume: a, containerPath: /a, readOnly: false}],
			  linuxParameters: {maxSwap: 1, swappiness: 60, devices: [{hostPath: /dev/fuse, containerPath: /dev/fuse, permissions: [READ, WRITE, MKNOD]}]}}}`,
		},
		"several containers": {
			`{containerProperties: null, ecsProperties: {taskProperties: [{executionRoleARN: "` + role + `", containers: [{name: main, image: x, resourceRequirements: [{type: MEMORY, value: "2048"}, {type: VCPU, value: "1"}]}]}]}}`,
			`{containerProperties: null, ecsProperties: {taskProperties: [{executionRoleARN: "` + role + `", platformVersion: LATEST, enableExecuteCommand: false, containers: [{name: main, image: x, essential: true, privileged: false, resourceRequirements: [{type: VCPU, value: "1.0"}, {type: MEMORY, value: "2048"}]}]}]}}`,
		},
		"on EKS": {
			`{platformCapabilities: null, containerProperties: null, eksProperties: {podProperties: {containers: [{image: "x:1", env: [{name: A, value: a}, {name: C, value: ""}, {name: B, value: b}], resources: {limits: {cpu: "1", memory: 128Mi}}}]}}}`,
			`{platformCapabilities: null, containerProperties: null, eksProperties: {podProperties: {hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet, shareProcessNamespace: false, containers: [{name: Default, image: "x:1", imagePullPolicy: IfNotPresent, env: [{name: B, value: b}, {name: A, value: a}], securityContext: {privileged: false, allowPrivilegeEscalation: false}, resources: {limits: {cpu: "1", memory: 128Mi}}}]}}}`,
		},
		"several nodes": {
			`{type: multinode, platformCapabilities: null, containerProperties: null, nodeProperties: {numNodes: 3, mainNode: 0, nodeRangeProperties: [{targetNodes: ":1", container: {image: x, resourceRequirements: [{type: MEMORY, value: "128"}, {type: VCPU, value: "1"}]}}, {targetNodes: "2:", container: {image: x, resourceRequirements: [{type: MEMORY, value: "128"}, {type: VCPU, value: "1"}]}}]}}`,
			`{type: multinode, platformCapabilities: [EC2], containerProperties: null, nodeProperties: {numNodes: 3, mainNode: 0, nodeRangeProperties: [{targetNodes: "0:1", container: {image: x, privileged: false, resourceRequirements: [{type: VCPU, value: "1"}, {type: MEMORY, value: "128"}]}}, {targetNodes: "2:2", container: {image: x, command: [], resourceRequirements: [{type: MEMORY, value: "128"}, {type: VCPU, value: "1"}]}}]}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			world.Parallel(t)
			namespace := world.Namespace(t)
			made := world.Create(t, namespace, definitionYAML(t, "job", c.spelled))
			world.AwaitReady(t, made)
			name := specName(made)
			for _, spec := range []string{c.terse, c.spelled} {
				made.Object["spec"] = testworld.Parse(t, namespace, definitionYAML(t, "job", spec)).Object["spec"]
				update := made.DeepCopy()
				if err := world.Refresh(t.Context(), made); err != nil {
					t.Fatal(err)
				}
				made.Object["spec"] = update.Object["spec"]
				if err := world.Kube.Update(t.Context(), made); err != nil {
					t.Fatal(err)
				}
				world.AwaitReady(t, made)
				assertQuiet(t, made)
				if all := revisions(t, name); len(all) != 1 {
					t.Errorf("there are %d revisions", len(all))
				}
			}
		})
	}
}

// TestForeignRevisionWithSameContent is not ours: it is neither tagged nor deregistered, and our own stays.
func TestForeignRevisionWithSameContent(t *testing.T) {
	world.Parallel(t)
	made := world.Create(t, world.Namespace(t), definitionYAML(t, "job", ""))
	world.AwaitReady(t, made)
	ours := revisions(t, specName(made))[1]
	foreign, err := api(t).RegisterJobDefinition(t.Context(), &awsbatch.RegisterJobDefinitionInput{
		JobDefinitionName: ours.JobDefinitionName, Type: "container", PlatformCapabilities: ours.PlatformCapabilities,
		ContainerProperties: ours.ContainerProperties,
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if writes := testworld.Writes(world.Reconcile(t, made)); len(writes) > 0 {
			t.Errorf("made the calls %v", writes)
		}
	}
	world.Patch(t, made, `{spec: {containerProperties: {image: changed}}}`)
	testworld.Eventually(t, func() error { return activeAre(t, made, 2, 3) })
	world.AwaitReady(t, made)
	world.Delete(t, made)
	world.AwaitGone(t, made)
	if err := activeAre(t, made, 2); err != nil {
		t.Error(err)
	}
	if tags := revisions(t, specName(made))[*foreign.Revision].Tags; len(tags) > 0 {
		t.Errorf("the foreign revision has the tags %v", tags)
	}
}
