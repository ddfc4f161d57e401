import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { Kubectl } from '../kube/kubectl';
import { argocdNamespace } from '../parts/argocd';
import { checkout, Folder } from '../state/folder';
import { repository } from './remote';

/** What argocd/overlays/sandbox says in place of the repository's URL. */
const placeholder = 'file:///sandbox/platform.git';

/** Tells Argo CD which repository to follow and which environments to make of it: argocd/overlays/sandbox. */
export async function applyApplications(folder: Folder, kubectl: Kubectl, signal: AbortSignal): Promise<void> {
  const rendered = await kubectl.run(['kustomize', path.join(checkout, 'argocd', 'overlays', 'sandbox')], { signal });
  const url = pathToFileURL(repository(folder)).href;
  await kubectl.apply([rendered.replaceAll(placeholder, url)], argocdNamespace, signal);
}

/** How an environment's Application is. */
export interface ApplicationStatus {
  readonly name: string;
  /** Argo CD's words: Synced, OutOfSync, Unknown. */
  readonly sync: string;
  /** Argo CD's words: Healthy, Progressing, Degraded, Missing, Suspended, Unknown. */
  readonly health: string;
  /** What is wrong, in the words of Argo CD; empty when nothing is. */
  readonly problems: readonly string[];
}

interface Application {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly sync?: { readonly status?: string };
    readonly health?: { readonly status?: string };
    readonly conditions?: readonly { readonly type: string; readonly message: string }[];
    readonly operationState?: { readonly phase?: string; readonly message?: string };
  };
}

/** The environments' Applications, by name. */
export async function applications(kubectl: Kubectl, signal?: AbortSignal): Promise<ApplicationStatus[]> {
  const out = await kubectl.run(['get', 'applications', `--namespace=${argocdNamespace}`, '--output=json'], { signal });
  const { items } = JSON.parse(out) as { items: Application[] };
  return items.map(({ metadata, status }) => {
    const operation = status?.operationState;
    const failed = operation?.phase === 'Failed' || operation?.phase === 'Error';
    return {
      name: metadata.name,
      sync: status?.sync?.status ?? 'Unknown',
      health: status?.health?.status ?? 'Unknown',
      problems: [
        ...(status?.conditions ?? []).filter(({ type }) => type.endsWith('Error')).map(({ message }) => message),
        ...(failed && operation.message !== undefined ? [operation.message] : []),
      ],
    };
  });
}

/** True when there is nothing left to wait for. */
export function isReady({ sync, health }: ApplicationStatus): boolean {
  return sync === 'Synced' && health === 'Healthy';
}
