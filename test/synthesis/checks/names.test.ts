import { violations } from './violations';

describe('the rules for names', () => {
  violations({
    'a DNS name': {
      reason: 'Kubernetes refuses underscores',
      kind: 'Budget',
      change: ({ metadata }) => (metadata.name = 'my_budget'),
      says: /minimal Budget\/my_budget: metadata\.name: must be a DNS name/,
    },
    uniqueness: {
      reason: 'one object would overwrite the other',
      kind: 'JobDefinition',
      change: (manifest) =>
        Object.assign(manifest, {
          kind: 'JobQueue',
          metadata: { ...manifest.metadata, name: 'sanders-batch-queue-minimal' },
        }),
      says: 'minimal JobQueue/sanders-batch-queue-minimal: metadata.name: another object of this kind has the name',
    },
    'the namespace': {
      reason: "the AppProject admits only the environment's own",
      kind: 'Bucket',
      change: ({ metadata }) => (metadata.namespace = 'default'),
      says: 'minimal Bucket/sanders-customer-platform-minimal: metadata.namespace: must be sanders-minimal, found default',
    },
    'no namespace where none belongs': {
      reason: 'a namespace is in no namespace',
      kind: 'Namespace',
      change: ({ metadata }) => (metadata.namespace = 'default'),
      says: 'minimal Namespace/sanders-minimal: metadata.namespace: must be absent, found default',
    },
    'a missing namespace': {
      reason: 'it would land in whatever namespace is current',
      kind: 'Bucket',
      change: ({ metadata }) => delete metadata.namespace,
      says: 'minimal Bucket/sanders-customer-platform-minimal: metadata.namespace: must be sanders-minimal, found nothing',
    },
    'the label': {
      reason: '`kubectl get -l` would miss it',
      kind: 'Bucket',
      change: ({ metadata }) => delete metadata.labels,
      says: 'minimal Bucket/sanders-customer-platform-minimal: metadata.labels: app.kubernetes.io/part-of must be sanders-customer-platform',
    },
  });
});
