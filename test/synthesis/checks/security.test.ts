import { cdkStack } from '../../fixtures';
import { violations } from './violations';

const prod = cdkStack('prod');

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
    versioning: {
      reason: 'recovery',
      kind: 'Bucket',
      change: ({ spec }) => (spec.versioning.status = 'Suspended'),
      says: /Bucket\/.*: spec\.versioning\.status: overwritten and deleted objects must be recoverable/,
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
    'the deletion policy': {
      reason: 'retained data would be deleted',
      kind: 'Table',
      change: ({ metadata }) => (metadata.annotations['services.k8s.aws/deletion-policy'] = 'delete'),
      env: prod,
      says: /prod Table\/.*: metadata\.annotations\.services\.k8s\.aws\/deletion-policy: must follow/,
    },
    'confirmation before data is pruned': {
      reason: 'a wrong commit would remove it',
      kind: 'Bucket',
      change: ({ metadata }) => delete metadata.annotations['argocd.argoproj.io/sync-options'],
      env: prod,
      says: /prod Bucket\/.*: metadata\.annotations\.argocd\.argoproj\.io\/sync-options: Argo CD must ask/,
    },
    'point-in-time recovery in production': {
      reason: 'a bad job can be undone',
      kind: 'Table',
      change: ({ spec }) => (spec.continuousBackups.pointInTimeRecoveryEnabled = false),
      env: prod,
      says: /production must have point-in-time recovery/,
    },
    'deletion protection in production': {
      reason: 'one API call away from losing everything',
      kind: 'Table',
      change: ({ spec }) => (spec.deletionProtectionEnabled = false),
      env: prod,
      says: /production must have deletion protection/,
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
