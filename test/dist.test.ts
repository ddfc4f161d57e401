/** What `dist/` holds, against a real API server with the real CRDs: it takes every object, and keeps every field. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { build } from '../sandbox/builder/builder';
import { find } from '../sandbox/builder/catalog';
import { Kubectl } from '../sandbox/kube/kubectl';
import { binary, port, type Context } from '../sandbox/parts/context';
import { admin, etcd, kubeApiserver } from '../sandbox/parts/control-plane';
import { Graph } from '../sandbox/process/graph';
import { Part } from '../sandbox/process/part';
import { Folder } from '../sandbox/state/folder';
import { writeKubeconfig } from '../sandbox/state/kubeconfig';
import { Authority } from '../sandbox/state/pki';
import { reservePorts } from '../sandbox/state/ports';
import { builtServices } from '../synthesis/kinds';
import { renderedEnvironments, type Manifest, type RenderedEnvironment } from './argocd/manifests';

const root = join(__dirname, '..');
const dist = join(root, 'dist');
const minutes = 60_000;

/** One of the environments, and a job definition of it. */
const [{ name: env, objects }] = renderedEnvironments() as [RenderedEnvironment];
const [definition] = objects.filter(({ kind }) => kind === 'JobDefinition') as [Manifest];

describe('a real API server', () => {
  let base: string;
  let graph: Graph | undefined;
  let kubectl: Kubectl;

  beforeAll(async () => {
    base = mkdtempSync(join(tmpdir(), 'dist-'));
    const folder = new Folder('dist', base);
    await folder.create('logs');
    const binaries = await build(
      find(['etcd', 'kube-apiserver', 'kubectl', ...builtServices().map((service) => `ack-${service}`)]),
    );
    const ports = await reservePorts(folder, ['etcd', 'etcd-peer', 'kube-apiserver']);
    const context: Context = { folder, ports, binaries, authority: await Authority.open(folder) };
    const parts = [await etcd(context), await kubeApiserver(context)];
    graph = new Graph(parts.map((part) => new Part(part, () => undefined)));
    await graph.start();

    kubectl = new Kubectl(
      binary(context, 'kubectl'),
      await writeKubeconfig(folder, context.authority, admin, port(context, 'kube-apiserver')),
    );
    const official = builtServices().map((service) =>
      join(dirname(binary(context, `ack-${service}`)), 'config', 'crd'),
    );
    const crds = [
      ...official.flatMap((crd) => [join(crd, 'bases'), join(crd, 'common', 'bases')]),
      ...['bases', 'standins'].map((part) => join(root, 'controllers', 'config', 'crd', part)),
    ];
    await kubectl.run(['apply', '--server-side', ...crds.flatMap((crd) => ['--filename', crd])]);
    await kubectl.run(['wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all']);
    for (const name of readdirSync(dist))
      await kubectl.run(['apply', '--filename', join(dist, name, 'namespace.k8s.yaml')]);
  }, 60 * minutes); // From nothing, the programs are built.

  afterAll(async () => {
    await graph?.stop();
    rmSync(base, { recursive: true, force: true });
  }, minutes);

  test.each(readdirSync(dist))(
    'accepts %s, and knows every field',
    async (name) => {
      const output = await kubectl.run([
        'apply',
        '--dry-run=server',
        '--validate=strict',
        '--output=name',
        '--filename',
        join(dist, name),
      ]);
      expect(output.trim().split('\n').length).toBeGreaterThan(30);
    },
    minutes,
  );

  test(
    'finds everything of the platform by its label',
    async () => {
      const applied = await kubectl.run(['apply', '--output=name', '--filename', join(dist, env)]);
      const names = applied
        .trim()
        .split('\n')
        .filter((name) => !name.startsWith('namespace/'))
        .sort();
      const kinds = new Set(names.map((name) => name.split('/')[0]));
      const label = 'app.kubernetes.io/part-of=sanders-customer-platform';
      const found = await kubectl.run([
        'get',
        [...kinds].join(','),
        `--namespace=sanders-${env}`,
        `--selector=${label}`,
        '--output=name',
      ]);
      expect(found.trim().split('\n').sort()).toEqual(names);
    },
    minutes,
  );

  /** Mistakes that a chart could make, and that AWS would report minutes later. */
  const refused: Record<string, { reason: string; patch: object; says: RegExp }> = {
    'a vCPU and memory pair that Fargate does not offer': {
      reason: 'a CEL rule of the CRD',
      patch: { spec: { containerProperties: { resourceRequirements: [{ type: 'VCPU', value: '2' }, { type: 'MEMORY', value: '20000' }] } } }, // prettier-ignore
      says: /Fargate/,
    },
    'another name': {
      reason: 'immutable: AWS has no rename',
      patch: { spec: { name: 'other' } },
      says: /spec\.name: .*cannot be changed after creation/,
    },
  };
  test.each(Object.entries(refused))('refuses %s at once', async (_, { patch, says }) => {
    const args = [
      'patch',
      'jobdefinition.batch.services.k8s.aws',
      definition.metadata.name,
      `--namespace=sanders-${env}`,
      '--type=merge',
      '--patch',
      JSON.stringify(patch),
    ];
    await expect(kubectl.run(args)).rejects.toThrow(says);
  });
});
