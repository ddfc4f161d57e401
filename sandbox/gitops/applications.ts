import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Kubectl, KubectlFailed } from '../kube/kubectl';
import { argocdNamespace } from '../parts/argocd';
import { checkout, type Folder } from '../state/folder';
import { repository } from './remote';

/** What argocd/overlays/sandbox says in place of the repository's URL. */
const placeholder = 'file:///sandbox/platform.git';

/** Tells Argo CD which repository to follow and which environments to make of it: argocd/overlays/sandbox. */
export async function applyApplications(folder: Folder, kubectl: Kubectl, signal: AbortSignal): Promise<void> {
  const rendered = await kubectl.run(['kustomize', path.join(checkout, 'argocd', 'overlays', 'sandbox')], { signal });
  const url = pathToFileURL(repository(folder)).href;
  await kubectl.apply([rendered.replaceAll(placeholder, url)], argocdNamespace, signal);
}

/** Makes Argo CD look at Git now instead of within three minutes. */
export async function refresh(kubectl: Kubectl, signal?: AbortSignal): Promise<void> {
  await annotateAll(kubectl, 'applicationsets', ['argocd.argoproj.io/application-set-refresh=true'], signal);
  // A request that comes while another is worked on is forgotten with that one, unless its timestamp differs.
  const timestamp = `${refreshAnnotation}-timestamp=${new Date().toISOString()}`;
  await annotateAll(kubectl, 'applications', [`${refreshAnnotation}=normal`, timestamp], signal);
}

async function annotateAll(
  kubectl: Kubectl,
  kind: string,
  annotations: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const annotate = ['annotate', kind, ...annotations, '--all', '--overwrite', `--namespace=${argocdNamespace}`];
  await kubectl.run(annotate, { signal }).catch((error: unknown) => {
    // An object that vanishes meanwhile has nothing to be looked at any more.
    const isGone = (line: string) => line.includes('(NotFound)');
    if (!(error instanceof KubectlFailed && error.stderr.trim().split('\n').every(isGone))) throw error;
  });
}

const refreshAnnotation = 'argocd.argoproj.io/refresh';

/** How an environment's Application is. */
export interface ApplicationStatus {
  readonly name: string;
  /** Argo CD's words: Synced, OutOfSync, Unknown; Refreshing while it has been asked to look again. */
  readonly sync: string;
  /** Argo CD's words: Healthy, Progressing, Degraded, Missing, Suspended, Unknown. */
  readonly health: string;
  /** What is wrong, in the words of Argo CD; empty when nothing is. */
  readonly problems: readonly string[];
  /** What the running sync waits for, in the words of Argo CD; empty when none runs. */
  readonly progress: string;
}

interface Application {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly status?: {
    readonly sync?: { readonly status?: string };
    readonly health?: { readonly status?: string };
    readonly conditions?: readonly { readonly type: string; readonly message: string }[];
    readonly operationState?: { readonly phase?: string; readonly message?: string };
  };
}

interface ApplicationSet {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** The environments' Applications by name, and whether the ApplicationSet has made all that there are to be. */
export async function applications(
  kubectl: Kubectl,
  signal?: AbortSignal,
): Promise<{ readonly settled: boolean; readonly environments: ApplicationStatus[] }> {
  const get = ['get', 'applicationsets,applications', `--namespace=${argocdNamespace}`, '--output=json'];
  const { items } = JSON.parse(await kubectl.run(get, { signal })) as {
    items: ({ kind: string } & (Application | ApplicationSet))[];
  };
  const sets = items.filter(({ kind }) => kind === 'ApplicationSet') as unknown as ApplicationSet[];
  const environments = items.filter(({ kind }) => kind === 'Application') as unknown as Application[];
  return { settled: sets.every(isSettled), environments: environments.map(applicationStatus) };
}

function isSettled({ metadata, status }: ApplicationSet): boolean {
  const upToDate = status?.conditions?.find(({ type }) => type === 'ResourcesUpToDate')?.status === 'True';
  return upToDate && metadata.annotations?.['argocd.argoproj.io/application-set-refresh'] === undefined;
}

function applicationStatus({ metadata, status }: Application): ApplicationStatus {
  const { phase, message = '' } = status?.operationState ?? {};
  const failed = phase === 'Failed' || phase === 'Error';
  const refreshing = metadata.annotations?.[refreshAnnotation] !== undefined;
  return {
    name: metadata.name,
    sync: refreshing ? 'Refreshing' : (status?.sync?.status ?? 'Unknown'),
    health: status?.health?.status ?? 'Unknown',
    problems: [
      ...(status?.conditions ?? []).filter(({ type }) => type.endsWith('Error')).map((condition) => condition.message),
      ...(failed ? [message] : []),
    ],
    progress: phase === 'Running' ? message : '',
  };
}

/** True when there is nothing left to wait for. */
export function isReady({ sync, health }: ApplicationStatus): boolean {
  return sync === 'Synced' && health === 'Healthy';
}
