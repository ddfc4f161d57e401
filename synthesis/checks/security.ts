import { isDeepStrictEqual } from 'node:util';

import { platform, type Environment } from '../../environments/schema';
import { Arns } from '../../charts/lib/arns';
import { kindOf, kinds } from '../kinds';
import { valueAt, type Manifest } from '../manifest';
import { readPolicy } from './policy';
import { checkOf, equals, type Rule } from './rule';
import type { Check } from './violation';

/** The fields that let others read or write a bucket, beside its policy (iam.ts). */
const opening = [
  ...['acl', 'grantFullControl', 'grantRead', 'grantReadACP', 'grantWrite', 'grantWriteACP'],
  ...['replication', 'website'],
];

/** The kinds that carry tags. */
const tagged = kinds.filter((row) => row.tags !== undefined);

const rules: readonly Rule[] = [
  // Encryption.
  {
    kinds: ['Bucket'],
    field: 'spec.encryption.rules[0].applyServerSideEncryptionByDefault.sseAlgorithm',
    rule: 'objects must be encrypted: AES256 or aws:kms',
    fix: 'set the algorithm in charts/storage.ts',
    holds: (value) => value === 'AES256' || value === 'aws:kms',
  },
  {
    kinds: ['Bucket'],
    field: 'spec.policy',
    rule: 'plain HTTP must be denied',
    fix: 'deny s3:* where aws:SecureTransport is false, in charts/storage.ts',
    holds: deniesPlainHttp,
  },
  {
    kinds: ['Repository'],
    field: 'spec.encryptionConfiguration.encryptionType',
    rule: 'images must be encrypted: AES256, KMS or KMS_DSSE',
    fix: 'set the type in charts/storage.ts',
    holds: (value) => ['AES256', 'KMS', 'KMS_DSSE'].includes(String(value)),
  },
  {
    kinds: ['Repository'],
    field: 'spec.imageScanningConfiguration.scanOnPush',
    rule: 'images must be scanned when they are pushed',
    fix: 'set it to true in charts/storage.ts',
    holds: equals(true),
  },

  // Public access and ingress.
  {
    kinds: ['Bucket'],
    field: 'spec.publicAccessBlock',
    rule: 'all four kinds of public access must be blocked',
    fix: 'set all four to true in charts/storage.ts',
    holds: equals({
      blockPublicACLs: true,
      blockPublicPolicy: true,
      ignorePublicACLs: true,
      restrictPublicBuckets: true,
    }),
  },
  {
    kinds: ['Bucket'],
    field: 'spec.ownershipControls.rules[0].objectOwnership',
    rule: 'access lists must be off: BucketOwnerEnforced',
    fix: 'set it in charts/storage.ts',
    holds: equals('BucketOwnerEnforced'),
  },
  ...opening.map((field): Rule => ({
    kinds: ['Bucket'],
    field: `spec.${field}`,
    rule: 'nothing may open the bucket, or copy what is in it elsewhere',
    fix: 'remove it in charts/storage.ts',
    holds: (value) => value === undefined,
  })),
  {
    kinds: ['SecurityGroup'],
    field: 'spec.ingressRules',
    rule: 'nothing may connect to a job',
    fix: 'remove the rules in charts/network.ts',
    holds: (value) => value === undefined || equals([])(value),
  },
  {
    kinds: ['VPC'],
    field: 'spec.disallowSecurityGroupDefaultRules',
    rule: 'the default security group must have no rules',
    fix: 'set it to true in charts/network.ts',
    holds: equals(true),
  },
  {
    kinds: ['JobDefinition'],
    field: 'spec.containerProperties.networkConfiguration.assignPublicIP',
    rule: 'jobs must have no public address where NAT gateways let them out',
    fix: 'set it to DISABLED in charts/batch.ts',
    holds: (value, _, env) => value === (env.network.natGateways === 0 ? 'ENABLED' : 'DISABLED'),
  },
  {
    kinds: ['JobDefinition'],
    field: 'spec.containerProperties.privileged',
    rule: 'jobs must not be privileged',
    fix: 'remove it in charts/batch.ts',
    holds: (value) => value !== true,
  },
  {
    kinds: ['JobDefinition'],
    field: 'spec.containerProperties.environment',
    rule: 'no secret may stand in an environment variable, which everybody who may describe the job can read',
    fix: 'use `secrets` with a parameter of Secrets Manager or Parameter Store',
    holds: (value) =>
      !((value ?? []) as { name?: string }[]).some(({ name = '' }) =>
        /secret|password|token|credential|api_?key/i.test(name),
      ),
  },

  {
    kinds: ['Role'],
    field: 'spec.permissionsBoundary',
    rule: 'a role must stay within the permissions boundary, without which its controller may not write it',
    fix: 'set it in charts/roles.ts',
    holds: (value, _, env) => value === new Arns(env).permissionsBoundary,
  },

  // Tags.
  {
    kinds: tagged.map(({ kind }) => kind),
    field: 'spec.tags',
    rule: 'must have the tags Project, Environment and ManagedBy',
    fix: 'set tags with charts/lib/tags.ts',
    holds: (_, manifest, env) => {
      const tags = tagsOf(manifest);
      return tags['Project'] === platform && tags['Environment'] === env.name && tags['ManagedBy'] === 'ACK';
    },
  },
  {
    kinds: tagged.filter(({ serviceTag }) => serviceTag).map(({ kind }) => kind),
    field: 'spec.tags',
    rule: 'data, network and orchestration must have the tag Service',
    fix: 'add serviceTag of charts/lib/tags.ts',
    holds: (_, manifest) => tagsOf(manifest)['Service'] === platform,
  },
];

/** Encryption, public access, ingress and tags. What keeps data is checked in data.ts, policies in iam.ts. */
export const checkSecurity: Check = checkOf(rules);

/** Whether a bucket's policy denies everybody everything that does not come through TLS. */
function deniesPlainHttp(policy: unknown, { spec }: Manifest, env: Environment): boolean {
  const arn = `arn:${env.partition}:s3:::${String(spec?.['name'])}`;
  try {
    return readPolicy(String(policy)).some(
      ({ effect, principals, actions, resources, conditions }) =>
        effect === 'Deny' &&
        isDeepStrictEqual([principals, actions, resources], [['*'], ['s3:*'], [arn, `${arn}/*`]]) &&
        isDeepStrictEqual(conditions, { Bool: { 'aws:SecureTransport': 'false' } }),
    );
  } catch {
    return false; // iam.ts says what is wrong with it.
  }
}

/** An object's tags, as a map or as a list of key and value. */
function tagsOf({ kind, spec }: Manifest): Record<string, string> {
  const tags = valueAt(spec, kindOf(kind)?.tags ?? '') ?? {};
  if (!Array.isArray(tags)) return tags as Record<string, string>;
  return Object.fromEntries((tags as { key: string; value: string }[]).map(({ key, value }) => [key, value]));
}
