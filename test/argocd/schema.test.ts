import * as path from 'node:path';
import { Crds, pinnedModule } from './crds';
import { build, only, overlays } from './manifests';

/** The objects that no CRD defines: Kubernetes' own kinds. */
const builtIn = ['Namespace', 'ConfigMap', 'ClusterRole', 'ClusterRoleBinding', 'CustomResourceDefinition'];

// Modules may have to be fetched first.
jest.setTimeout(300_000);

let crds: Crds;

beforeAll(async () => {
  const argo = await pinnedModule('cluster', 'github.com/argoproj/argo-cd/v3');
  const s3 = await pinnedModule('ack-s3', 'github.com/aws-controllers-k8s/s3-controller');
  crds = new Crds(path.join(argo.folder, 'manifests/crds'), path.join(s3.folder, 'config/crd/common/bases'));
});

describe.each(overlays)('overlay %s', (overlay) => {
  const manifests = build(overlay);

  test('holds only objects of kinds that Kubernetes, Argo CD or ACK define', () => {
    expect(manifests.filter((m) => !crds.define(m) && !builtIn.includes(m.kind))).toEqual([]);
  });

  test('validates against the CRDs, with no field they do not know', () => {
    const errors = manifests
      .filter((m) => crds.define(m))
      .flatMap((m) => crds.errors(m).map((error) => `${m.kind} ${m.metadata.name}: ${error}`));
    expect(errors).toEqual([]);
  });

  test('gives each object a place: namespaced ones a namespace, and none twice', () => {
    const ids = manifests.map((m) => [m.apiVersion, m.kind, m.metadata.namespace ?? '', m.metadata.name].join(' '));
    expect(new Set(ids).size).toBe(ids.length);
    const placed = ['ConfigMap', 'AppProject', 'Application', 'ApplicationSet'];
    expect(manifests.filter((m) => placed.includes(m.kind) && !m.metadata.namespace)).toEqual([]);
  });
});

describe('the check itself', () => {
  const cases: Record<string, { reason: string; patch: object; error: RegExp }> = {
    'a field that Argo CD does not know': {
      reason: 'the API server would drop it in silence',
      patch: { sync: {} },
      error: /^\/spec\/sync False boolean schema/,
    },
    'a value that Argo CD does not know': {
      reason: 'the CRD lists the values',
      patch: { syncPolicy: { applicationsSync: 'none' } },
      error: /^\/spec\/syncPolicy\/applicationsSync Instance does not match any of/,
    },
  };

  test.each(Object.entries(cases))('finds %s', (_, { patch, error }) => {
    const set = only(build('self-managed'), 'ApplicationSet', 'sanders-environments');
    // The deepest is told last.
    expect(crds.errors({ ...set, spec: { ...set.spec, ...patch } }).at(-1)).toMatch(error);
  });
});
