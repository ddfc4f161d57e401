import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

import { officialServices, serviceOf } from '../../synthesis/kinds';
import { groupOf, type Manifest } from '../../synthesis/manifest';

export { groupOf, type Manifest } from '../../synthesis/manifest';

export const root = path.resolve(__dirname, '../..');
export const argocd = path.join(root, 'argocd');
export const overlays = ['self-managed', 'eks-capabilities'] as const;
export type Overlay = (typeof overlays)[number];

interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

// What the tests read of each kind. That the objects are of this shape, schema.test.ts checks against the CRDs.
interface Kinds {
  readonly Namespace: Manifest;
  readonly ConfigMap: Manifest & { readonly data: Readonly<Record<string, string>> };
  readonly ClusterRole: Manifest & {
    readonly rules: readonly {
      readonly apiGroups: readonly string[];
      readonly resources: readonly string[];
      readonly verbs: readonly string[];
    }[];
  };
  readonly IAMRoleSelector: Manifest & {
    readonly spec: {
      readonly arn: string;
      readonly namespaceSelector: {
        readonly names: readonly string[];
        readonly labelSelector: { readonly matchLabels: Readonly<Record<string, string>> };
      };
      readonly resourceTypeSelector: readonly { readonly group: string }[];
    };
  };
  readonly AppProject: Manifest & {
    readonly spec: {
      readonly sourceRepos: readonly string[];
      readonly sourceNamespaces: readonly string[];
      readonly destinations: readonly object[];
      readonly clusterResourceWhitelist: readonly GroupKind[];
      readonly namespaceResourceWhitelist: readonly GroupKind[];
    };
  };
  readonly Application: Manifest & {
    readonly metadata: { readonly finalizers?: readonly string[] };
    readonly spec: {
      readonly project: string;
      readonly source: Source;
      readonly destination: { readonly namespace: string };
      readonly syncPolicy: { readonly automated: { readonly prune: boolean } };
    };
  };
  readonly ApplicationSet: Manifest & {
    readonly spec: {
      readonly generators: readonly {
        readonly git?: { readonly repoURL: string };
        readonly list?: { elements: unknown };
      }[];
      readonly goTemplate: boolean;
      readonly goTemplateOptions: readonly string[];
      readonly syncPolicy: { readonly applicationsSync?: string; readonly preserveResourcesOnDeletion: boolean };
      readonly ignoreApplicationDifferences: readonly object[];
      readonly preservedFields: { readonly annotations: readonly string[] };
      readonly template: {
        readonly metadata: { readonly name: string; readonly finalizers?: readonly string[] };
        readonly spec: {
          readonly project: string;
          readonly source: Source;
          readonly sources: readonly Source[];
          readonly destination: object;
          readonly syncPolicy: {
            readonly automated: { readonly prune: boolean; readonly selfHeal: boolean };
            readonly retry: { readonly limit: number };
            readonly syncOptions: readonly string[];
          };
        };
      };
    };
  };
}

interface Source {
  readonly repoURL: string;
  readonly targetRevision: string;
  readonly path: string;
  readonly helm?: { readonly values: string; readonly skipCrds: boolean; readonly valueFiles?: readonly string[] };
  readonly directory?: { readonly include: string };
}

/** The folders of the controllers' policies: the official ones', and those of our own controller's services. */
export const policyFolders = { official: path.join(argocd, 'iam'), own: path.join(root, 'controllers/config/iam') };

/** The services that have a policy in a folder, in the order in which a shell lists them. */
export function servicesIn(folder: string): string[] {
  const policies = fs.readdirSync(folder).filter((file) => file.endsWith('.json'));
  return policies.map((file) => path.basename(file, '.json')).sort();
}

/** What `kubectl apply -k argocd/overlays/<overlay>` would apply, with the kubectl that $KUBECTL names, else the PATH's. */
export function build(overlay: Overlay): Manifest[] {
  return parseManifests(kustomize(path.join(argocd, 'overlays', overlay)));
}

/** The output of `kubectl kustomize` for a folder. */
export function kustomize(folder: string): string {
  const kubectl = process.env['KUBECTL'] ?? 'kubectl';
  try {
    return execFileSync(kubectl, ['kustomize', folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(
      `${kubectl}: not found. Set KUBECTL to the pinned one: export KUBECTL=$(npx ts-node sandbox/build.ts kubectl)`,
      { cause: error },
    );
  }
}

export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text)
    .map((document) => {
      if (document.errors.length > 0) throw new AggregateError(document.errors);
      return document.toJS() as Manifest | null;
    })
    .filter((manifest) => manifest !== null);
}

export function read(file: string): string {
  return fs.readFileSync(file, 'utf8');
}

export function readYaml(file: string): unknown {
  return parse(read(file));
}

/** The objects of a kind. */
export function all<K extends keyof Kinds>(manifests: readonly Manifest[], kind: K): Kinds[K][] {
  return manifests.filter((m) => m.kind === kind) as Kinds[K][];
}

/** The only object of that kind and name; throws when there is none, or more than one. */
export function only<K extends keyof Kinds>(manifests: readonly Manifest[], kind: K, name?: string): Kinds[K] {
  const found = all(manifests, kind).filter((m) => name === undefined || m.metadata.name === name);
  const [manifest] = found;
  if (!manifest || found.length > 1) throw new Error(`expected one ${kind} ${name ?? ''}, found ${found.length}`);
  return manifest;
}

/** An environment as it is committed: dist/<name>. */
export interface RenderedEnvironment {
  readonly name: string;
  readonly objects: readonly Manifest[];
}

/** Every environment of dist/. */
export function renderedEnvironments(): RenderedEnvironment[] {
  const dist = path.join(root, 'dist');
  return fs.readdirSync(dist).map((name) => ({
    name,
    objects: fs
      .readdirSync(path.join(dist, name))
      .filter((file) => file.endsWith('.k8s.yaml'))
      .flatMap((file) => parseManifests(read(path.join(dist, name, file)))),
  }));
}

/** A chart's values with what is given on top, one level deep. */
export function mergeValues(known: Readonly<Record<string, unknown>>, given: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries({ ...known, ...given }).map(([key, value]: [string, unknown]) => {
      const there = known[key];
      return [key, isObject(value) && isObject(there) ? { ...there, ...value } : value];
    }),
  );
}

/** Whether a value is an object, and no list. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The items of `a` that `b` lacks, and the other way round. */
export function difference(a: readonly string[], b: readonly string[]): { missing: string[]; unexpected: string[] } {
  return { missing: a.filter((x) => !b.includes(x)), unexpected: b.filter((x) => !a.includes(x)) };
}

/** The objects of an environment that the official controllers serve. */
export function officiallyServed({ objects }: RenderedEnvironment): Manifest[] {
  return objects.filter((object) => officialServices().includes(serviceOf(groupOf(object)) ?? ''));
}

/** The AWS account of an environment. */
export function accountOf(environment: RenderedEnvironment): string {
  const { annotations } = only(environment.objects, 'Namespace').metadata;
  const account = annotations?.['services.k8s.aws/owner-account-id'];
  if (!account) throw new Error(`dist/${environment.name}: the Namespace names no account`);
  return account;
}
