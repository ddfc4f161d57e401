import { violations } from './violations';

describe("the CRDs' schemas", () => {
  violations({
    'a field that the CRD lacks': {
      reason: 'the API server would drop it',
      kind: 'Bucket',
      change: ({ spec }) => (spec.versioning.state = 'Enabled'),
      says: 'minimal Bucket/sanders-customer-platform-minimal: spec.versioning.state: the CRD has no such field',
    },
    'a type': {
      reason: 'the API server would refuse it',
      kind: 'JobQueue',
      change: ({ spec }) => (spec.priority = '1'),
      says: /minimal JobQueue\/sanders-batch-queue-minimal: spec\.priority: .*Expected "integer"/,
    },
    'a required field': {
      reason: 'the API server would refuse it',
      kind: 'Table',
      change: ({ spec }) => delete spec.keySchema,
      says: /minimal Table\/.*: spec: .*keySchema/,
    },
    'an enum in a list': {
      reason: 'the API server would refuse it',
      kind: 'JobDefinition',
      change: ({ spec }) => (spec.containerProperties.resourceRequirements[1].type = 'RAM'),
      says: /JobDefinition\/.*: spec\.containerProperties\.resourceRequirements\[1\]\.type: Instance does not match any of \["GPU",/,
    },
    'a spec': {
      reason: 'the API server would refuse it',
      kind: 'VPC',
      change: (manifest) => delete manifest.spec,
      says: /minimal VPC\/.*: spec: Instance does not have required property "cidrBlocks"/,
    },
    'a kind that is not imported': {
      reason: 'nothing knows its fields',
      kind: 'VPC',
      change: (manifest) => (manifest.apiVersion = 'ec2.services.k8s.aws/v2'),
      says: 'minimal VPC/sanders-customer-platform-vpc-minimal: kind: ec2.services.k8s.aws/v2/VPC is not imported',
    },
  });
});
