import { cdkStack } from '../../fixtures';
import { violations, violationsOf, type Change } from './violations';

const prod = cdkStack('prod');

/** Changes the rules of a bucket's lifecycle. */
const inLifecycle =
  (change: (rule: any) => void): Change =>
  ({ spec }) => {
    change(spec.lifecycle.rules[1]);
  };

/** Gives a repository a lifecycle policy of one rule. */
const expiring =
  (selection: object): Change =>
  ({ spec }) => {
    spec.lifecyclePolicy = JSON.stringify({ rules: [{ rulePriority: 1, selection, action: { type: 'expire' } }] });
  };

describe('the rules for data', () => {
  violations({
    versioning: {
      reason: 'recovery',
      kind: 'Bucket',
      change: ({ spec }) => (spec.versioning.status = 'Suspended'),
      says: /Bucket\/.*: spec\.versioning\.status: overwritten and deleted objects must be recoverable/,
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
    'expiry of objects': {
      reason: "one day's expiry empties a bucket",
      kind: 'Bucket',
      change: inLifecycle((rule) => (rule.expiration = { days: 1 })),
      env: prod,
      says: /prod Bucket\/.*: spec\.lifecycle\.rules: no rule of production may expire objects/,
    },
    'expiry of objects on a day': {
      reason: 'the same, in another spelling',
      kind: 'Bucket',
      change: inLifecycle((rule) => (rule.expiration = { date: '2026-12-01T00:00:00Z' })),
      env: prod,
      says: /no rule of production may expire objects/,
    },
    'expiry of what was overwritten': {
      reason: 'a mistake is noticed after more than a day',
      kind: 'Bucket',
      change: inLifecycle((rule) => (rule.noncurrentVersionExpiration = { noncurrentDays: 1 })),
      env: prod,
      says: /no rule of production may expire objects, or remove what was overwritten within 30 days/,
    },
    'expiry of what was overwritten, in a rule that is off': {
      reason: 'one click switches it on',
      kind: 'Bucket',
      change: inLifecycle((rule) => {
        rule.status = 'Disabled';
        rule.noncurrentVersionExpiration = { newerNoncurrentVersions: 1 };
      }),
      env: prod,
      says: /no rule of production may expire objects/,
    },
    'expiry of items': {
      reason: 'a time to live in the past empties a table',
      kind: 'Table',
      change: ({ spec }) => (spec.timeToLive = { attributeName: 'date', enabled: true }),
      env: prod,
      says: /prod Table\/.*: spec\.timeToLive: no item of production may expire/,
    },
    'a shorter recovery': {
      reason: 'what is older than a day could not be undone',
      kind: 'Table',
      change: ({ spec }) => (spec.continuousBackups.recoveryPeriodInDays = 1),
      env: prod,
      says: /as far back as AWS offers it/,
    },
    'expiry of images by age': {
      reason: 'the one that jobs run may be old',
      kind: 'Repository',
      change: expiring({ tagStatus: 'any', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 1 }),
      env: prod,
      says: /prod Repository\/.*: spec\.lifecyclePolicy: the only images of production that may expire/,
    },
    'expiry of all images but one': {
      reason: 'nothing to go back to',
      kind: 'Repository',
      change: expiring({ tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 1 }),
      env: prod,
      says: /beyond the newest 10/,
    },
    'a lifecycle policy that is no JSON': {
      reason: 'nobody knows what it would remove',
      kind: 'Repository',
      change: ({ spec }) => (spec.lifecyclePolicy = '{'),
      env: prod,
      says: /beyond the newest 10/,
    },
  });

  test('let the other environments expire what they like', async () => {
    const expire = inLifecycle((rule) => (rule.expiration = { days: 1 }));
    expect(await violationsOf('Bucket', expire, cdkStack('dev'))).toEqual([]);
  });
});
