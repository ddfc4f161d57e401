import { inDefinition, violations } from './violations';

describe('the rules for references', () => {
  violations({
    'a reference': {
      reason: 'ACK would wait for ever',
      kind: 'Subnet',
      change: ({ spec }) => (spec.vpcRef.from.name = 'elsewhere'),
      says: 'minimal Subnet/sanders-public-subnet-a-minimal: spec.vpcRef: refers to VPC/elsewhere, which is not in the environment',
    },
    'a reference to another kind': {
      reason: 'the names exist, but not as that kind',
      kind: 'NATGateway',
      change: ({ spec }) => (spec.subnetRef.from.name = 'sanders-customer-platform-vpc-minimal'),
      says: /: spec\.subnetRef: refers to Subnet\/sanders-customer-platform-vpc-minimal, which is not/,
    },
    'a reference field that nothing knows': {
      reason: 'its sync wave would be wrong',
      kind: 'ComputeEnvironment',
      change: ({ spec }) => (spec.computeResources.instanceRoleRef = { from: { name: 'x' } }),
      says: /: spec\.computeResources\.instanceRoleRef: nothing says which kind this refers to/,
    },
    "the state machine's role": {
      reason: 'it is named by ARN, since the kind has no roleRef',
      kind: 'StateMachine',
      change: ({ spec }) => (spec.roleARN = 'arn:aws:iam::111111111111:role/nobody'),
      says: /StateMachine\/.*: spec\.roleARN: refers to Role\/\?nobody, which is not in the environment/,
    },
    'a job definition in a state': {
      reason: 'it is named by ARN inside the definition',
      kind: 'StateMachine',
      change: inDefinition(
        (d) =>
          (d.States.TrainJob.Parameters.JobDefinition = 'arn:aws:batch:eu-west-1:111111111111:job-definition/huge'),
      ),
      says: /StateMachine\/.*: spec\.definition: refers to JobDefinition\/\?huge, which is not in the environment/,
    },
    'an ARN in a policy': {
      reason: 'a grant on something that does not exist',
      kind: 'Bucket',
      change: ({ spec }) => (spec.policy = spec.policy.replaceAll('platform-minimal', 'platform-other')),
      says: /Bucket\/.*: spec\.policy: arn:aws:s3:::sanders-customer-platform-other is of Bucket\/\?sanders-customer-platform-other/,
    },
    'an ARN of another account': {
      reason: 'an environment keeps to itself',
      kind: 'StateMachine',
      change: ({ spec }) => (spec.roleARN = spec.roleARN.replace('111111111111', '222222222222')),
      says: /: spec\.roleARN: arn:aws:iam::222222222222:role\/.* is outside partition aws, region eu-west-1, account 111111111111/,
    },
    'an exported field': {
      reason: 'it would never be exported',
      kind: 'FieldExport',
      change: ({ spec }) => (spec.from.path = '.status.vpcId'),
      says: /FieldExport\/output-vpcid: spec\.from\.path: VPC has no field \.status\.vpcId/,
    },
    'the source of an export': {
      reason: 'nothing to export',
      kind: 'FieldExport',
      change: ({ spec }) => (spec.from.resource.name = 'elsewhere'),
      says: /FieldExport\/output-vpcid: spec\.from\.resource: refers to VPC\/elsewhere/,
    },
    'the target of an export': {
      reason: 'outputs are no secrets',
      kind: 'FieldExport',
      change: ({ spec }) => (spec.to.kind = 'secret'),
      says: /FieldExport\/output-vpcid: spec\.to: nothing says which kind/,
    },
  });
});
