import * as fs from 'node:fs';
import * as path from 'node:path';
import { kinds, serviceNamed, serviceOf } from '../../synthesis/kinds';
import { errorsOf } from './crds';
import {
  accountOf,
  argocd,
  build,
  difference,
  mergeValues,
  only,
  overlays,
  policyFolders,
  read,
  readYaml,
  renderedEnvironments,
  root,
  servicesIn,
} from './manifests';

/** The chart's values that both ways of installing our own controller use. */
const values = readYaml(path.join(argocd, 'controller/values.yaml')) as {
  readonly services: readonly string[];
  readonly reconcile: {
    readonly defaultResyncPeriod: number;
    readonly resourceResyncPeriods: Readonly<Record<string, number>>;
  };
};
const { spec, metadata } = only(build('self-managed'), 'Application', 'ack-sanders-controller');

test('comes from the chart in this repository, with values from this repository', () => {
  const chart = path.join(root, spec.source.path);
  expect((readYaml(path.join(chart, 'Chart.yaml')) as { name: string }).name).toBe('sanders-ack-chart');
  expect(spec.source.helm?.valueFiles?.map((file) => path.resolve(chart, file))).toEqual([
    path.join(argocd, 'controller/values.yaml'),
  ]);
});

test('sets values that the chart’s schema accepts', () => {
  const chart = path.join(root, spec.source.path);
  const schema = JSON.parse(read(path.join(chart, 'values.schema.json'))) as Record<string, unknown>;
  const known = readYaml(path.join(chart, 'values.yaml')) as Record<string, unknown>;
  expect(errorsOf(mergeValues(known, values), schema)).toEqual([]);
});

test('nothing that deletes the Application deletes a CRD, and with it what its objects have in AWS', () => {
  expect(metadata.finalizers).toBeUndefined();
  expect(spec.syncPolicy.automated.prune).toBe(false);
});

test('is let into its own namespace only, by a project of its own', () => {
  expect(spec.destination.namespace).toBe('ack-system');
  const project = only(build('self-managed'), 'AppProject', spec.project);
  expect(project.spec.destinations).toEqual([{ name: 'in-cluster', namespace: 'ack-system' }]);
});

test('installs only kinds that its project admits', () => {
  const project = only(build('self-managed'), 'AppProject', spec.project).spec;
  const admitted = [...project.clusterResourceWhitelist, ...project.namespaceResourceWhitelist].map(({ kind }) => kind);
  const templates = path.join(root, spec.source.path, 'templates');
  const kinds = fs
    .readdirSync(templates)
    .flatMap((file) => [...read(path.join(templates, file)).matchAll(/^kind: (\w+)/gm)].map(([, kind = '']) => kind));
  // Service and ServiceMonitor are for metrics, which our values leave off; the CRDs are not templates.
  const optional = ['Service', 'ServiceMonitor', 'CustomResourceDefinition'];
  expect(difference([...new Set(kinds)], [...admitted, ...optional]).missing).toEqual([]);
});

test('serves exactly what has a policy', () => {
  expect(difference(values.services, servicesIn(policyFolders.own))).toEqual({ missing: [], unexpected: [] });
});

test.each(overlays)('has a role for every account of dist/ in overlay %s', (overlay) => {
  const { data } = only(build(overlay), 'ConfigMap', 'ack-role-account-map');
  for (const account of new Set(renderedEnvironments().map(accountOf))) {
    for (const service of values.services) {
      expect(data[`${service}.${account}`]).toBe(`arn:aws:iam::${account}:role/ack-${service}-target`);
    }
  }
});

test('repairs drift as soon as the table of kinds says', () => {
  const { defaultResyncPeriod, resourceResyncPeriods } = values.reconcile;
  const own = kinds.flatMap(({ group, kind }) => {
    const service = serviceOf(group);
    return service !== undefined && values.services.includes(service) ? [{ kind, service }] : [];
  });
  const periods = own.map(({ kind }) => [kind, resourceResyncPeriods[kind] ?? defaultResyncPeriod]);
  expect(Object.fromEntries(periods)).toEqual(
    Object.fromEntries(own.map(({ kind, service }) => [kind, serviceNamed(service).resyncSeconds])),
  );
});
