import * as fs from 'node:fs';
import * as path from 'node:path';
import { parse } from 'yaml';
import { builtServices } from '../../synthesis/kinds';
import { errorsOf, pinnedModule, type Crd } from './crds';
import {
  accountOf,
  argocd,
  build,
  difference,
  groupOf,
  isObject,
  mergeValues,
  officiallyServed,
  only,
  read,
  readYaml,
  renderedEnvironments,
  root,
} from './manifests';

// Other programs run: on a busy machine they take their time.
jest.setTimeout(300_000);

/** A controller as the ApplicationSet's list has it. */
interface Element {
  readonly service: string;
  readonly version: string;
  readonly resyncSeconds: number;
  readonly kinds: readonly string[];
}

const manifests = build('self-managed');
const { spec } = only(manifests, 'ApplicationSet', 'ack-controllers');
const elements = spec.generators.flatMap(({ list }) => (list?.elements ?? []) as Element[]);
const [chart, crds] = spec.template.spec.sources;
if (!chart?.helm || !crds?.directory) throw new Error('expected two sources: the chart and its CRDs');
const { helm, targetRevision } = chart;
const { include } = crds.directory;
const crdFolder = crds.path;

/** The chart's values for a controller: what the template renders to. */
function values(element: Element): Record<string, unknown> {
  const text = helm.values.replace(/{{ (?:toJson )?\.(\w+) }}/g, (_, key: keyof Element) =>
    typeof element[key] === 'object' ? JSON.stringify(element[key]) : String(element[key]),
  );
  expect(text).not.toContain('{{');
  return parse(text) as Record<string, unknown>;
}

describe('the list', () => {
  test('pins every controller to a release', () => {
    for (const { version } of elements) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(targetRevision).toBe('{{ .version }}');
    expect(crds.targetRevision).toBe('v{{ .version }}');
  });

  test('serves the kinds of dist/, but those that have no official controller', () => {
    const used = renderedEnvironments()
      .flatMap(officiallyServed)
      .map((o) => `${groupOf(o)} ${o.kind}`);
    const served = elements.flatMap(({ service, kinds }) => kinds.map((kind) => `${service}.services.k8s.aws ${kind}`));
    expect(difference([...new Set(used)], served)).toEqual({ missing: [], unexpected: [] });
  });
});

// The others' charts are of the same make; these are the ones that the sandbox pins: docs/aws-fidelity.md.
describe.each(builtServices())('%s', (service) => {
  let folder: string;
  const element = elements.find((e) => e.service === service);
  if (!element) throw new Error(`${service} is not in the list`);

  beforeAll(async () => {
    ({ folder } = await pinnedModule(`ack-${service}`, `github.com/aws-controllers-k8s/${service}-controller`));
  });

  test('sets only values that its chart has: Helm ignores others in silence', () => {
    const known = readYaml(path.join(folder, 'helm/values.yaml')) as object;
    expect(unknownKeys(values(element), known)).toEqual([]);
  });

  test('sets values that its chart’s schema accepts', () => {
    const schema = JSON.parse(read(path.join(folder, 'helm/values.schema.json'))) as Record<string, unknown>;
    const known = readYaml(path.join(folder, 'helm/values.yaml')) as Record<string, unknown>;
    expect(errorsOf(mergeValues(known, values(element)), schema)).toEqual([]);
  });

  test('runs under the service account that bootstrap.sh gives its role to', () => {
    const known = readYaml(path.join(folder, 'helm/values.yaml')) as { serviceAccount: { name: string } };
    expect(known.serviceAccount.name).toBe(`ack-${service}-controller`);
  });

  test('installs only kinds that its project admits', () => {
    const { spec: project } = only(manifests, 'AppProject', 'ack-controllers');
    const admitted = [...project.clusterResourceWhitelist, ...project.namespaceResourceWhitelist].map(
      ({ kind }) => kind,
    );
    const templates = fs.readdirSync(path.join(folder, 'helm/templates'));
    const kinds = templates.flatMap((file) =>
      [...read(path.join(folder, 'helm/templates', file)).matchAll(/^kind: (\w+)/gm)].map(([, kind = '']) => kind),
    );
    // The Service is for metrics, which our values leave off.
    expect(difference([...new Set(kinds)], [...admitted, 'Service']).missing).toEqual([]);
  });

  test('finds the CRDs of its kinds, and not the shared ones, where the second source looks', () => {
    const pattern = new RegExp(
      `^${include.replace('{{ .service }}', service).replaceAll('.', '\\.').replace('*', '.*')}$`,
    );
    const files = fs.readdirSync(path.join(folder, crdFolder)).filter((file) => pattern.test(file));
    const kinds = files.map((file) => (readYaml(path.join(folder, crdFolder, file)) as Crd).spec.names.kind);
    expect(kinds).toEqual(expect.arrayContaining([...element.kinds]));
    expect(files.filter((file) => file.startsWith('services.'))).toEqual([]);
  });
});

test('nothing that deletes an Application deletes a CRD, and with it what its objects have in AWS', () => {
  expect(spec.syncPolicy.preserveResourcesOnDeletion).toBe(true);
  expect(spec.template.metadata.finalizers).toBeUndefined();
  expect(spec.template.spec.syncPolicy.automated.prune).toBe(false);
});

test('the shared CRDs are the ones that the charts carry', async () => {
  const { folder } = await pinnedModule('ack-ec2', 'github.com/aws-controllers-k8s/ec2-controller');
  const shared = fs.readdirSync(path.join(folder, 'helm/crds')).filter((file) => file.startsWith('services.k8s.aws_'));
  expect(shared).toHaveLength(2);
  for (const file of shared) {
    expect(read(path.join(argocd, 'overlays/self-managed/crds', file))).toBe(
      read(path.join(folder, 'helm/crds', file)),
    );
  }
});

test('every account of dist/ has a role for every controller', () => {
  const map = only(manifests, 'ConfigMap', 'ack-role-account-map');
  expect(map.metadata.namespace).toBe('ack-system');
  const accounts = renderedEnvironments().map(accountOf);
  const expected = [...new Set(accounts)].flatMap((account) =>
    elements.map(({ service }) => [`${service}.${account}`, `arn:aws:iam::${account}:role/ack-${service}-target`]),
  );
  expect(map.data).toMatchObject(Object.fromEntries(expected) as object);
});

test('docs/installation.md installs the Argo CD that the sandbox runs, which knows the health of ACK objects', async () => {
  const { version, folder } = await pinnedModule('cluster', 'github.com/argoproj/argo-cd/v3');
  expect(read(path.join(root, 'docs/installation.md'))).toContain(`/argo-cd/v${version}/manifests/ha/install.yaml`);
  expect(fs.existsSync(path.join(folder, 'resource_customizations/_.services.k8s.aws/_/health.lua'))).toBe(true);
});

test("the settings of Argo CD's own are ones that it has", async () => {
  const { folder } = await pinnedModule('cluster', 'github.com/argoproj/argo-cd/v3');
  const known = readYaml(path.join(folder, 'docs/operator-manual/argocd-cmd-params-cm.yaml')) as { data: object };
  const patch = readYaml(path.join(argocd, 'overlays/self-managed/argocd-cmd-params-cm.patch.yaml')) as {
    data: object;
  };
  expect(difference(Object.keys(patch.data), Object.keys(known.data)).missing).toEqual([]);
  expect(Object.keys(patch.data).length).toBeGreaterThan(0);
});

/** Paths of what `given` sets and `known` does not have. Below an empty or missing object, anything goes. */
function unknownKeys(given: object, known: object, prefix = ''): string[] {
  return Object.entries(given).flatMap(([key, value]) => {
    const there = (known as Record<string, unknown>)[key];
    if (!(key in known)) return [prefix + key];
    return isObject(value) && isObject(there) && Object.keys(there).length > 0
      ? unknownKeys(value, there, `${prefix}${key}.`)
      : [];
  });
}
