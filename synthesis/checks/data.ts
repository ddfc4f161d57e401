import { kinds } from '../kinds';
import { checkOf, equals, type Rule } from './rule';
import type { Check } from './violation';

/** For how many days production keeps what was overwritten or deleted. Point-in-time recovery of the table reaches back 35. */
const productionKeepsDays = 30;

/** How many images production keeps: as many as in the CDK stack. */
const productionKeepsImages = 10;

/** The kinds that hold data. */
const data = kinds.filter((row) => row.data).map(({ kind }) => kind);

const inProduction =
  (holds: (value: unknown) => boolean): Rule['holds'] =>
  (value, _, env) =>
    !env.production || holds(value);

/**
 * What the controllers may change of production's data: argocd/iam denies them every other call that could remove it. IAM cannot
 * see what a lifecycle rule says, or whether a call switches versioning on or off; so these rules look.
 */
const rules: readonly Rule[] = [
  {
    kinds: data,
    field: 'metadata.annotations.services.k8s.aws/deletion-policy',
    rule: "must follow the environment's retention.data, which in production is retain",
    fix: "annotate with dataAnnotations() of charts/lib/data-safety.ts; in production set retention.data to 'retain'",
    holds: (value, manifest, env) =>
      value === env.retention.data && inProduction(equals('retain'))(value, manifest, env),
  },
  {
    kinds: [...data, 'Namespace'],
    field: 'metadata.annotations.argocd.argoproj.io/sync-options',
    rule: 'Argo CD must ask before it removes retained data, or the namespace that it is in: Prune=confirm,Delete=confirm',
    fix: 'annotate with dataAnnotations() or confirmDeletion of charts/lib/data-safety.ts',
    holds: (value, _, env) => env.retention.data === 'delete' || equals('Prune=confirm,Delete=confirm')(value),
  },
  {
    kinds: ['Bucket'],
    field: 'spec.versioning.status',
    rule: 'overwritten and deleted objects must be recoverable: Enabled',
    fix: 'set it in charts/storage.ts',
    holds: equals('Enabled'),
  },
  {
    kinds: ['Bucket'],
    field: 'spec.lifecycle.rules',
    rule: `no rule of production may expire objects, or remove what was overwritten within ${productionKeepsDays} days`,
    fix: `in production set retention.noncurrentVersionDays to ${productionKeepsDays} or more; see the rules in charts/storage.ts`,
    holds: inProduction((value) => ((value ?? []) as LifecycleRule[]).every(keepsObjects)),
  },
  {
    kinds: ['Table'],
    field: 'spec.timeToLive',
    rule: 'no item of production may expire',
    fix: 'remove it in charts/storage.ts',
    holds: inProduction((value) => value === undefined || (value as { enabled?: boolean }).enabled === false),
  },
  {
    kinds: ['Table'],
    field: 'spec.continuousBackups',
    rule: 'production must have point-in-time recovery, as far back as AWS offers it',
    fix: 'set retention.pointInTimeRecovery to true in the environment',
    holds: inProduction(equals({ pointInTimeRecoveryEnabled: true })),
  },
  {
    kinds: ['Table'],
    field: 'spec.deletionProtectionEnabled',
    rule: 'production must have deletion protection',
    fix: 'set retention.deletionProtection to true in the environment',
    holds: inProduction(equals(true)),
  },
  {
    kinds: ['Repository'],
    field: 'spec.lifecyclePolicy',
    rule: `the only images of production that may expire are those beyond the newest ${productionKeepsImages}`,
    fix: 'see the policy in charts/storage.ts',
    holds: inProduction((value) => value === undefined || keepsImages(value as string)),
  },
];

/** Data is removed on request only, and production's not by anything that runs in the cluster. */
export const checkData: Check = checkOf(rules);

interface LifecycleRule {
  readonly expiration?: Readonly<Record<string, unknown>>;
  readonly noncurrentVersionExpiration?: { readonly noncurrentDays?: number };
}

/** Whether a rule of a bucket removes nothing that anybody may still need. A disabled one counts as well: a person may enable it. */
function keepsObjects({ expiration = {}, noncurrentVersionExpiration: noncurrent }: LifecycleRule): boolean {
  return (
    Object.keys(expiration).every((key) => key === 'expiredObjectDeleteMarker') &&
    (noncurrent === undefined || (noncurrent.noncurrentDays ?? 0) >= productionKeepsDays)
  );
}

interface ImageRule {
  readonly selection?: { readonly countType?: string; readonly countNumber?: number };
}

/** Whether a lifecycle policy of a repository keeps the newest images. https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html */
function keepsImages(policy: string): boolean {
  try {
    const { rules = [] } = JSON.parse(policy) as { rules?: ImageRule[] };
    return rules.every(
      ({ selection }) =>
        selection?.countType === 'imageCountMoreThan' && (selection.countNumber ?? 0) >= productionKeepsImages,
    );
  } catch {
    return false; // ECR would refuse it.
  }
}
