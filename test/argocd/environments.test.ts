import { environments } from '../../environments';
import { build, only, overlays, renderedEnvironments } from './manifests';

describe.each(overlays)('ApplicationSet sanders-environments of overlay %s', (overlay) => {
  const { spec } = only(build(overlay), 'ApplicationSet', 'sanders-environments');
  const application = spec.template;
  const { syncPolicy } = application.spec;

  test('makes one Application of each folder of dist/, and fails on a parameter that is missing', () => {
    expect(spec.generators).toMatchObject([{ git: { revision: 'main', directories: [{ path: 'dist/*' }] } }]);
    expect(spec.goTemplate).toBe(true);
    expect(spec.goTemplateOptions).toEqual(['missingkey=error']);
    expect(application.spec.source).toMatchObject({ targetRevision: 'main', path: '{{ .path.path }}' });
  });

  test('puts it where the environment’s own manifests are', () => {
    expect(application.metadata.name).toBe('sanders-{{ .path.basename }}');
    expect(application.spec.destination).toEqual({ name: 'in-cluster', namespace: 'sanders-{{ .path.basename }}' });
    for (const { name, objects } of renderedEnvironments()) {
      const elsewhere = objects.filter((o) => o.kind !== 'Namespace' && o.metadata.namespace !== `sanders-${name}`);
      expect(elsewhere).toEqual([]);
    }
  });

  test('belongs to the fenced project', () => {
    expect(application.spec.project).toBe('sanders');
  });

  test('syncs, prunes and repairs by itself', () => {
    expect(syncPolicy.automated).toEqual({ prune: true, selfHeal: true });
  });

  test('tries again for a while, and takes up a newer commit meanwhile', () => {
    const backoff = { duration: '5s', factor: 2, maxDuration: '3m' };
    expect(syncPolicy.retry).toEqual({ limit: 10, refresh: true, backoff });
  });

  test('has an attempt for each wave: an attempt that fails at one goes on behind it the next time', () => {
    expect(syncPolicy.syncOptions).toContain('ApplyOutOfSyncOnly=true');
    const waves = renderedEnvironments().map(
      ({ objects }) => new Set(objects.map(({ metadata }) => metadata.annotations?.['argocd.argoproj.io/sync-wave'])),
    );
    expect(Math.max(...waves.map(({ size }) => size))).toBeLessThanOrEqual(syncPolicy.retry.limit);
  });

  test('deletes in the background only, or ACK objects may stay for ever', () => {
    expect(application.metadata.finalizers).toEqual(['resources-finalizer.argocd.argoproj.io/background']);
    expect(syncPolicy.syncOptions).toContain('PrunePropagationPolicy=background');
  });

  test('applies on the client’s side: ACK’s own fields are no difference then', () => {
    expect(JSON.stringify(application)).not.toContain('ServerSideApply');
  });

  test('removes an environment whose folder is removed, with what it has in AWS', () => {
    expect(spec.syncPolicy).toEqual({ applicationsSync: 'sync', preserveResourcesOnDeletion: false });
  });

  test('leaves alone what a person does to an Application: pause it, approve a deletion', () => {
    expect(spec.ignoreApplicationDifferences).toEqual([{ jsonPointers: ['/spec/syncPolicy/automated'] }]);
    expect(spec.preservedFields.annotations).toContain('argocd.argoproj.io/deletion-approved');
  });
});

test.each(environments.filter(({ production }) => production).map(({ name }) => name))(
  'the namespace and data of %s, which is production, go only after confirmation',
  (name) => {
    const objects = renderedEnvironments().find((environment) => environment.name === name)?.objects ?? [];
    const guarded = objects.filter(
      (o) => o.metadata.annotations?.['argocd.argoproj.io/sync-options'] === 'Prune=confirm,Delete=confirm',
    );
    expect(guarded.map((o) => o.kind).sort()).toEqual(['Bucket', 'Namespace', 'Repository', 'Table']);
  },
);
