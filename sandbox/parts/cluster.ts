import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { patience, patienceLine } from '../../synthesis/health';
import { builtServices } from '../../synthesis/kinds';
import type { Kubectl } from '../kube/kubectl';
import type { Settings } from '../settings';
import { checkout } from '../state/folder';
import { secret } from '../state/secrets';
import { ackNamespace } from './ack';
import { argocdNamespace } from './argocd';
import { type Context, binary } from './context';
import { definedKind } from './kinds';
import { roleMap } from './roles';

/** Puts into a fresh or known cluster what the controllers need before they start: kinds, namespaces, roles, Argo CD's configuration. */
export async function prepareCluster(
  context: Context,
  kubectl: Kubectl,
  settings: Settings,
  ackControllers: readonly string[],
  kinds: ReadonlyMap<string, readonly string[]>,
  signal: AbortSignal,
): Promise<void> {
  const argocdFiles = path.join(path.dirname(binary(context, 'argocd')), 'manifests');
  const ackFiles = builtServices().map((service) =>
    path.join(path.dirname(binary(context, `ack-${service}`)), 'config', 'crd'),
  );
  const definitions = [
    path.join(argocdFiles, 'crds'),
    ...ackFiles.flatMap((folder) => [path.join(folder, 'bases'), path.join(folder, 'common', 'bases')]),
    path.join(checkout, 'controllers', 'config', 'crd', 'bases'),
    path.join(checkout, 'controllers', 'config', 'crd', 'standins'),
    // Last, so that they win.
    ...settings.crds,
  ];
  const documents = [
    ...(await manifests(definitions)).filter((document) => isNeeded(document, kinds)),
    ...[argocdNamespace, ackNamespace].map((name) => object('v1', 'Namespace', { name })),
    ...ackControllers.flatMap((user) => ackRole(user, [...kinds.keys()])),
    ...(await argocdConfiguration(path.join(argocdFiles, 'base', 'config'))),
    ...(await argocdSecrets(context)),
  ];
  await kubectl.apply(documents, argocdNamespace, signal);
  await kubectl.apply([JSON.stringify(await roleMap())], ackNamespace, signal);
  await untilServed(kubectl, signal);
}

/** Waits until the API server serves every kind. (`kubectl wait` looks at one after the other and takes seconds.) */
async function untilServed(kubectl: Kubectl, signal: AbortSignal): Promise<void> {
  // A kind that is new has no conditions yet; a JSONPath filter would fail at it.
  const pending =
    '{{range .items}}{{$is := "False"}}{{range .status.conditions}}{{if eq .type "Established"}}{{$is = .status}}{{end}}{{end}}{{if ne $is "True"}}{{.metadata.name}} {{end}}{{end}}';
  const get = ['get', 'customresourcedefinitions', `--output=go-template=${pending}`];
  for (let tries = 1; ; tries++) {
    const names = (await kubectl.run(get, { signal })).trim();
    if (names === '') return;
    // An API server that ended between accepting a kind's name and serving the kind forgets about it until the kind changes.
    const wake = [
      'annotate',
      'customresourcedefinitions',
      ...names.split(' '),
      '--overwrite',
      `sandbox/woken=${tries}`,
    ];
    if (tries % 25 === 0) await kubectl.run(wake, { signal });
    await setTimeout(200, undefined, { signal });
  }
}

/**
 * False for kinds of AWS resources that no environment may have. There are as many of them as of the others, and each costs
 * memory and start-up time in the API server and in Argo CD.
 */
function isNeeded(document: string, kinds: ReadonlyMap<string, readonly string[]>): boolean {
  const defined = definedKind(document);
  if (!defined?.group.endsWith('.services.k8s.aws')) return true;
  return kinds.get(defined.group)?.includes(defined.kind) === true;
}

/** The Kubernetes objects in the YAML files of folders, in order. */
async function manifests(folders: readonly string[]): Promise<string[]> {
  const documents: string[] = [];
  for (const folder of folders) {
    for (const file of (await fs.readdir(folder)).sort()) {
      if (/\.ya?ml$/.test(file) && file !== 'kustomization.yaml')
        documents.push(await fs.readFile(path.join(folder, file), 'utf8'));
    }
  }
  return documents;
}

/** What the emulator takes to make anything is a few seconds. */
const sandboxPatience = 20;

/** Argo CD's own configuration, with the health checks that production has, argocd/health, but for their patience. */
async function argocdConfiguration(folder: string): Promise<string[]> {
  const [checks = ''] = await manifests([path.join(checkout, 'argocd', 'health')]);
  const { metadata, data } = parse(
    checks.replaceAll(patienceLine(patience), patienceLine(sandboxPatience)),
  ) as ConfigMap;
  return (await manifests([folder])).map((document) => {
    const own = parse(document) as ConfigMap;
    return own.metadata.name === metadata.name ? stringify({ ...own, data: { ...own.data, ...data } }) : document;
  });
}

interface ConfigMap {
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
}

/** What an ACK controller may do, and that its user is the one who may. They read each other's objects where one refers to another. */
function ackRole(user: string, groups: readonly string[]): string[] {
  const all = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];
  const rules = [
    { apiGroups: [...groups, 'services.k8s.aws'], resources: ['*'], verbs: all },
    { apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch'] },
    // FieldExports write into them.
    { apiGroups: [''], resources: ['configmaps', 'secrets'], verbs: ['get', 'list', 'watch', 'patch'] },
    { apiGroups: ['', 'events.k8s.io'], resources: ['events'], verbs: ['create', 'patch'] },
    { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: ['get', 'list', 'watch'] },
  ];
  const rbac = 'rbac.authorization.k8s.io';
  return [
    object(`${rbac}/v1`, 'ClusterRole', { name: user }, { rules }),
    object(
      `${rbac}/v1`,
      'ClusterRoleBinding',
      { name: user },
      {
        roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: user },
        subjects: [{ apiGroup: rbac, kind: 'User', name: user }],
      },
    ),
  ];
}

async function argocdSecrets({ folder, authority }: Context): Promise<string[]> {
  const { certificate, key } = await authority.server('argocd-server');
  const labels = { 'app.kubernetes.io/part-of': 'argocd' };
  return [
    object(
      'v1',
      'Secret',
      { name: 'argocd-secret', namespace: argocdNamespace, labels },
      {
        type: 'Opaque',
        stringData: { 'server.secretkey': await secret(folder, 'argocd-server') },
      },
    ),
    object(
      'v1',
      'Secret',
      { name: 'argocd-server-tls', namespace: argocdNamespace, labels },
      {
        type: 'kubernetes.io/tls',
        stringData: { 'tls.crt': certificate, 'tls.key': key },
      },
    ),
  ];
}

function object(apiVersion: string, kind: string, metadata: object, rest: object = {}): string {
  return JSON.stringify({ apiVersion, kind, metadata, ...rest });
}
