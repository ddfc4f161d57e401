package batch_test

import (
	"fmt"
	"testing"
)

func TestSmoke(t *testing.T) {
	ns := world.Namespace(t)
	subnets, group := world.AWS.Network(t)
	ce := world.Create(t, ns, fmt.Sprintf(`
apiVersion: batch.services.k8s.aws/v1alpha1
kind: ComputeEnvironment
metadata: {name: compute}
spec:
  name: smoke-ce
  type: MANAGED
  computeResources: {type: FARGATE, maxvCPUs: 16, subnets: [%s], securityGroupIDs: [%s]}
`, subnets[0], group))
	q := world.Create(t, ns, `
apiVersion: batch.services.k8s.aws/v1alpha1
kind: JobQueue
metadata: {name: queue}
spec:
  name: smoke-q
  priority: 1
  computeEnvironmentOrder: [{order: 1, computeEnvironmentRef: {from: {name: compute}}}]
`)
	jd := world.Create(t, ns, `
apiVersion: batch.services.k8s.aws/v1alpha1
kind: JobDefinition
metadata: {name: jd}
spec:
  name: sanders-job-2g-dev
  type: container
  platformCapabilities: [FARGATE]
  containerProperties:
    image: example
    executionRoleARN: "arn:aws:iam::120569615884:role/x"
    resourceRequirements: [{type: VCPU, value: "0.5"}, {type: MEMORY, value: "2048"}]
`)
	world.AwaitReady(t, ce, q, jd)
	world.Patch(t, q, `{spec: {priority: 7}}`)
	world.Patch(t, jd, `{spec: {containerProperties: {image: other}}}`)
	world.AwaitReady(t, q, jd)
	world.Delete(t, ce)
	world.Delete(t, jd)
	world.AwaitGone(t, jd)
	world.AwaitCondition(t, ce, "Ready", "False", "smoke-q")
	world.Delete(t, q)
	world.AwaitGone(t, q, ce)
	for _, c := range world.AWS.Calls(t, 0) {
		t.Log(c)
	}
}
