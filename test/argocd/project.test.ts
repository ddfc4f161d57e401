import { build, difference, groupOf, only, overlays, renderedEnvironments } from './manifests';

describe.each(overlays)('AppProject sanders of overlay %s', (overlay) => {
  const { spec } = only(build(overlay), 'AppProject', 'sanders');
  const allowed = spec.namespaceResourceWhitelist.map(({ group, kind }) => `${group} ${kind}`);

  test('allows exactly the kinds that dist/ holds', () => {
    const used = renderedEnvironments()
      .flatMap(({ objects }) => objects)
      .filter(({ kind }) => kind !== 'Namespace')
      .map((object) => `${groupOf(object)} ${object.kind}`);
    expect(difference([...new Set(used)], allowed)).toEqual({ missing: [], unexpected: [] });
    expect(new Set(allowed).size).toBe(allowed.length);
  });

  test('allows no cluster-wide object but the environments’ namespaces', () => {
    expect(spec.clusterResourceWhitelist).toEqual([{ group: '', kind: 'Namespace', name: 'sanders-*' }]);
    for (const { objects } of renderedEnvironments()) {
      expect(only(objects, 'Namespace').metadata.name).toMatch(/^sanders-/);
    }
  });

  test('leads nowhere but into those namespaces of this cluster', () => {
    expect(spec.destinations).toEqual([{ name: 'in-cluster', namespace: 'sanders-*' }]);
  });

  test('names the namespace of its Applications, which EKS Capabilities demands', () => {
    expect(spec.sourceNamespaces).toEqual(['argocd']);
  });
});
