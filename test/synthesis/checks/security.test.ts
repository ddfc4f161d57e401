import { violations } from './violations';

describe('the rules for security', () => {
  violations({
    'encryption of objects': {
      reason: 'data at rest',
      kind: 'Bucket',
      change: ({ spec }) => delete spec.encryption,
      says: /Bucket\/.*: spec\.encryption\.rules\[0\].*: objects must be encrypted/,
    },
    'TLS only': {
      reason: 'data in transit',
      kind: 'Bucket',
      change: ({ spec }) => delete spec.policy,
      says: /Bucket\/.*: spec\.policy: plain HTTP must be denied/,
    },
    'the public access block': {
      reason: 'all four, or the bucket may become public',
      kind: 'Bucket',
      change: ({ spec }) => (spec.publicAccessBlock.restrictPublicBuckets = false),
      says: /Bucket\/.*: spec\.publicAccessBlock: all four kinds of public access must be blocked/,
    },
    'ownership of objects': {
      reason: 'access lists are a second way to make things public',
      kind: 'Bucket',
      change: ({ spec }) => (spec.ownershipControls.rules[0].objectOwnership = 'ObjectWriter'),
      says: /access lists must be off/,
    },
    'TLS only, for everything': {
      reason: 'one key is not the bucket',
      kind: 'Bucket',
      change: ({ spec }) => (spec.policy = spec.policy.replace('s3:*', 's3:GetObject')),
      says: /Bucket\/.*: spec\.policy: plain HTTP must be denied/,
    },
    'replication to elsewhere': {
      reason: 'a copy of every object, in whose bucket?',
      kind: 'Bucket',
      change: ({ spec }) => (spec.replication = { role: 'r', rules: [] }),
      says: /Bucket\/.*: spec\.replication: nothing may open the bucket/,
    },
    'an access list': {
      reason: 'public, in another way',
      kind: 'Bucket',
      change: ({ spec }) => (spec.grantRead = 'uri=http://acs.amazonaws.com/groups/global/AllUsers'),
      says: /Bucket\/.*: spec\.grantRead: nothing may open the bucket/,
    },
    'encryption of images': {
      reason: 'written out, so that it cannot drift',
      kind: 'Repository',
      change: ({ spec }) => delete spec.encryptionConfiguration,
      says: /images must be encrypted/,
    },
    'image scanning': {
      reason: 'vulnerabilities',
      kind: 'Repository',
      change: ({ spec }) => (spec.imageScanningConfiguration.scanOnPush = false),
      says: /images must be scanned/,
    },
    ingress: {
      reason: 'jobs serve nobody',
      kind: 'SecurityGroup',
      change: ({ spec }) => (spec.ingressRules = [{ ipProtocol: '-1', ipRanges: [{ cidrIP: '0.0.0.0/0' }] }]),
      says: /SecurityGroup\/.*: spec\.ingressRules: nothing may connect to a job/,
    },
    'the default security group': {
      reason: 'it lets its members talk to each other',
      kind: 'VPC',
      change: ({ spec }) => (spec.disallowSecurityGroupDefaultRules = false),
      says: /the default security group must have no rules/,
    },
    'public addresses': {
      reason: 'jobs go through NAT',
      kind: 'JobDefinition',
      change: ({ spec }) => (spec.containerProperties.networkConfiguration.assignPublicIP = 'ENABLED'),
      says: /jobs must have no public address/,
    },
    privileges: {
      reason: 'Fargate refuses it anyway, months later',
      kind: 'JobDefinition',
      change: ({ spec }) => (spec.containerProperties.privileged = true),
      says: /jobs must not be privileged/,
    },
    'secrets in the environment': {
      reason: 'DescribeJobs shows them',
      kind: 'JobDefinition',
      change: ({ spec }) => (spec.containerProperties.environment = [{}, { name: 'DB_PASSWORD', value: 'x' }]),
      says: /no secret may stand in an environment variable/,
    },
    'the permissions boundary': {
      reason: 'whoever may push could make a role that may do anything',
      kind: 'Role',
      change: ({ spec }) => delete spec.permissionsBoundary,
      says: /Role\/.*: spec\.permissionsBoundary: a role must stay within/,
    },
    'tags in a list': {
      reason: 'budgets and policies rely on them',
      kind: 'Subnet',
      change: ({ spec }) => (spec.tags = spec.tags.filter(({ key }: { key: string }) => key !== 'Project')),
      says: /Subnet\/.*: spec\.tags: must have the tags Project, Environment and ManagedBy/,
    },
    'tags in a map': {
      reason: 'the same, of Batch',
      kind: 'JobQueue',
      change: ({ spec }) => delete spec.tags,
      says: /JobQueue\/.*: spec\.tags: must have the tags Project, Environment and ManagedBy/,
    },
    'tags in a tag set': {
      reason: 'the same, of S3',
      kind: 'Bucket',
      change: ({ spec }) => spec.tagging.tagSet.pop(),
      says: /Bucket\/.*: spec\.tags: data, network and orchestration must have the tag Service/,
    },
  });
});
