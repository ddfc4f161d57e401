import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';

import { plural } from '../../synthesis/installation';
import { builtServices, kindOf, kinds, serviceOf, services, standIn, type Kind } from '../../synthesis/kinds';
import { pinnedModule, type Crd } from '../argocd/crds';
import { missing } from './places';

const root = join(__dirname, '..', '..');

test('every place has what the table of kinds asks for', () => {
  expect(missing({ kinds, services })).toEqual([]);
});

describe('a kind that is nowhere else', () => {
  // AWS has no such service, so the platform cannot come to use it.
  const telegram: Kind = { kind: 'Telegram', group: 'telegraph.services.k8s.aws', name: 'name', tags: 'tags' };

  test('is missing in every place, each named with what to put there', () => {
    const telegraph = { controller: 'official', production: '1.10.0', sandbox: standIn, resyncSeconds: 600 } as const;
    expect(missing({ kinds: [...kinds, telegram], services: { ...services, telegraph } })).toEqual([
      'charts/: no chart makes a Telegram; make it in one, and list a new chart in charts/index.ts',
      'imports/: no Telegram.telegraph.services.k8s.aws; run `make import`',
      "argocd/iam/telegraph.json: the rights of the service's official controller",
      'argocd/iam/capability/telegraph.json: what any version of it may read besides',
      'controllers/cmd/standins/main.go: no telegraph.Service(); write the stand-in: controllers/generate/telegraph.yaml, controllers/apis/telegraph, controllers/internal/telegraph',
      'argocd/base/project-kinds.generated.yaml: run `make synth`',
      'argocd/health/argocd-cm.generated.yaml: run `make synth`',
      'argocd/overlays/self-managed/ack-controllers.generated.yaml: run `make synth`',
      'argocd/overlays/self-managed/ack-role-account-map.generated.yaml: run `make synth`',
      'argocd/overlays/eks-capabilities/argocd-rbac.generated.yaml: run `make synth`',
      'argocd/overlays/eks-capabilities/iam-role-selectors.generated.yaml: run `make synth`',
      'docs/kinds.md: run `make synth`',
    ]);
  });

  test('needs the row of its service', () => {
    expect(missing({ kinds: [...kinds, telegram], services })).toContain(
      'synthesis/kinds.ts: services has no telegraph, whose controller serves Telegram; add its row',
    );
  });

  test('needs the official controller in the sandbox, at the version of its row', () => {
    const telegraph = { controller: 'official', production: '1.10.0', sandbox: '1.10.0', resyncSeconds: 600 } as const;
    const s3 = { ...services.s3, sandbox: '9.9.9' } as const;
    const found = missing({ kinds, services: { ...services, telegraph, s3 } });
    expect(found).toContain("sandbox/programs/ack-telegraph: a go.mod that requires the controller's module");
    expect(found).toContain(
      'sandbox/programs/ack-s3/go.mod: require github.com/aws-controllers-k8s/s3-controller v9.9.9, the version in the sandbox of synthesis/kinds.ts',
    );
  });

  test('needs our controller to serve it where there is no official one', () => {
    const telegraph = { controller: 'ours', resyncSeconds: 600 } as const;
    const found = missing({ kinds, services: { ...services, telegraph } });
    expect(found).toContain('controllers/config/iam/telegraph.json: the rights that our controller needs');
    expect(found).toContain('argocd/controller/values.yaml: services lacks telegraph, which our controller serves');
  });
});

test('what has no row any more is named too', () => {
  const others = Object.fromEntries(Object.entries(services).filter(([service]) => service !== 's3'));
  const found = missing({ kinds, services: others });
  expect(found).toContain('argocd/iam: s3 has no row in synthesis/kinds.ts');
  expect(found).toContain('sandbox/programs/ack-s3: is no official controller that synthesis/kinds.ts has built');
  expect(missing({ kinds, services: { ...services, s3: { controller: 'ours', resyncSeconds: 600 } } })).toContain(
    'argocd/iam/s3.json: remove it',
  );
});

describe('the CRDs agree with the table', () => {
  /** What we read of a schema: the fields, and those that the API server lets nobody change. */
  interface Node {
    readonly properties?: Readonly<Record<string, Node>>;
    readonly items?: Node;
    readonly 'x-kubernetes-validations'?: readonly { readonly rule: string }[];
  }
  const crds = new Map<string, { readonly plural: string; readonly spec: Node }>();

  beforeAll(async () => {
    const modules = builtServices().map((service) =>
      pinnedModule(`ack-${service}`, `github.com/aws-controllers-k8s/${service}-controller`),
    );
    const folders = [
      ...(await Promise.all(modules)).flatMap(({ folder }) => [
        join(folder, 'config/crd/bases'),
        join(folder, 'config/crd/common/bases'),
      ]),
      join(root, 'controllers/config/crd/bases'),
      join(root, 'controllers/config/crd/standins'),
    ];
    for (const folder of folders) {
      for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
        const { spec } = parse(readFileSync(join(folder, file), 'utf8')) as Crd;
        const names = spec.names as { kind: string; plural: string };
        const schema = spec.versions[0]?.schema.openAPIV3Schema as Node;
        crds.set(`${spec.group} ${names.kind}`, { plural: names.plural, spec: schema.properties?.['spec'] ?? {} });
      }
    }
  });

  const imported = kinds.filter(({ group }) => group !== '');
  const crdOf = ({ group, kind }: Kind) => crds.get(`${group} ${kind}`) ?? { plural: '', spec: {} };
  /** The node at `a.b`; undefined where there is none. */
  const at = (node: Node | undefined, path: string) =>
    path.split('.').reduce((found, key) => found?.properties?.[key], node);

  test.each(imported.map((row) => [row.kind, row] as const))('%s: fields exist', (_, row) => {
    const { spec } = crdOf(row);
    const fields = [row.name, row.tags, ...(row.immutable ?? [])].filter((field) => field !== undefined);
    expect(fields.filter((field) => at(spec, field) === undefined)).toEqual([]);
    const text = JSON.stringify(spec);
    expect(Object.keys(row.references ?? {}).filter((field) => !text.includes(`"${field}":`))).toEqual([]);
  });

  test.each(imported.map((row) => [row.kind, row] as const))('%s: what the API server keeps is immutable', (_, row) => {
    const kept = (node: Node, path: string): string[] => [
      ...(node['x-kubernetes-validations']?.some(({ rule }) => rule === 'self == oldSelf') ? [path] : []),
      ...Object.entries(node.properties ?? {}).flatMap(([key, child]) => kept(child, path ? `${path}.${key}` : key)),
    ];
    expect(kept(crdOf(row).spec, '').filter((field) => !row.immutable?.includes(field))).toEqual([]);
  });

  test.each(imported.map((row) => [row.kind, row] as const))('%s: its plural', (_, row) => {
    expect(plural(row.kind)).toBe(crdOf(row).plural);
  });
});

test('kinds are told apart by name alone', () => {
  expect(new Set(kinds.map(({ kind }) => kind)).size).toBe(kinds.length);
  for (const row of kinds) expect(kindOf(row.kind)).toBe(row);
});

test('references lead to kinds of the table', () => {
  const targets = kinds.flatMap(({ references = {} }) => Object.values(references));
  expect(targets.filter((target) => kindOf(target) === undefined)).toEqual([]);
});

test('every AWS kind says what AWS calls it and where its tags go', () => {
  const aws = kinds.filter(({ group }) => serviceOf(group) !== undefined);
  expect(aws.filter(({ tags }) => tags === undefined)).toEqual([]);
  expect(aws.filter(({ name, arn }) => name === undefined && arn !== undefined)).toEqual([]);
});

test('AWS takes as long as the emulator does with the delays of real accounts', () => {
  const text = readFileSync(join(root, 'sandbox/aws/sanders_aws/delays.py'), 'utf8');
  const [, profile = ''] = /"aws": \{([^}]+)\}/.exec(text) ?? [];
  const delays = Object.fromEntries(
    [...profile.matchAll(/"([^"]+)": ([\d.]+)/g)].map(([, name, s]) => [name, Number(s)]),
  );
  const seconds = Object.fromEntries(kinds.map(({ kind, creationSeconds }) => [kind, creationSeconds]));
  expect(seconds).toMatchObject({
    Table: delays['dynamodb.create'],
    NATGateway: delays['ec2.nat-gateway.create'],
    VPCEndpoint: delays['ec2.vpc-endpoint.create'],
    ComputeEnvironment: delays['batch.create'],
    JobQueue: delays['batch.create'],
  });
});
