import * as path from 'node:path';
import { plural } from '../../synthesis/installation';
import { kinds, officialServices, serviceOf, services } from '../../synthesis/kinds';
import {
  accountOf,
  all,
  build,
  difference,
  groupOf,
  officiallyServed,
  only,
  read,
  renderedEnvironments,
  root,
  type Manifest,
  type RenderedEnvironment,
} from './manifests';

const manifests = build('eks-capabilities');

test('installs no controller: EKS runs them', () => {
  expect(all(manifests, 'ApplicationSet').map((m) => m.metadata.name)).toEqual(['sanders-environments']);
});

test('is installed with AWS kept off the services that our own controller serves', () => {
  const text = read(path.join(root, 'docs/installation.md'));
  const [, configuration = ''] = /--capability-name ack .*?--configuration '(.*?)'/s.exec(text) ?? [];
  const served = new Set(kinds.map(({ group }) => serviceOf(group)));
  const ours = Object.keys(services).filter((name) => served.has(name) && !officialServices().includes(name));
  expect(JSON.parse(configuration)).toEqual({ ack: { disabledServices: ours } });
  for (const name of ours) expect(name).toMatch(/^[a-z][a-z0-9]*$/); // https://docs.aws.amazon.com/eks/latest/APIReference/API_AckConfigRequest.html
});

test('lets Argo CD write exactly what the project allows', () => {
  const { spec } = only(manifests, 'AppProject', 'sanders');
  const allowed = [...spec.clusterResourceWhitelist, ...spec.namespaceResourceWhitelist].map(
    ({ group, kind }) => `${group} ${plural(kind)}`,
  );
  const writable = only(manifests, 'ClusterRole', 'sanders-argocd')
    .rules.filter(({ verbs }) => verbs.includes('create'))
    .flatMap(({ apiGroups, resources }) => apiGroups.flatMap((group) => resources.map((r) => `${group} ${r}`)));
  expect(difference(allowed, writable)).toEqual({ missing: [], unexpected: [] });
});

test('selects exactly one role for each object that the managed ACK serves: the one of its service and account', () => {
  const selectors = all(manifests, 'IAMRoleSelector').map((m) => m.spec);
  for (const environment of renderedEnvironments()) {
    const wrong = officiallyServed(environment)
      .map((o) => {
        const group = groupOf(o);
        const roles = selectors
          .filter(({ namespaceSelector: { names, labelSelector } }) => {
            expect(names).toEqual([]);
            return Object.entries(labelSelector.matchLabels).every(
              ([key, value]) => namespaceOf(environment).metadata.labels?.[key] === value,
            );
          })
          .filter((s) => s.resourceTypeSelector.some((type) => type.group === group))
          .map((s) => s.arn);
        const service = group.replace(/\..*/, '');
        return { kind: o.kind, roles, expected: [`arn:aws:iam::${accountOf(environment)}:role/ack-${service}-target`] };
      })
      .filter(({ roles, expected }) => roles.join(' ') !== expected.join(' '));
    expect(wrong).toEqual([]);
  }
});

/** The environment's namespace. */
function namespaceOf({ objects }: RenderedEnvironment): Manifest {
  const namespace = objects.find(({ kind }) => kind === 'Namespace');
  if (namespace === undefined) throw new Error('the environment has no namespace');
  return namespace;
}
