import * as fs from 'node:fs';
import { checkout, type Folder, defaultName } from '../state/folder';
import { accounts } from '../parts/roles';
import { git } from './git';
import { writeHooks } from './hooks';

/** The branch that Argo CD follows. */
export const branch = 'main';

/** The bare repository that stands for the hosting service. */
export function repository(folder: Folder): string {
  return folder.path('platform.git');
}

/** The name of the remote in the checkout: `sandbox`, or `sandbox-<name>` for one that is not the default. */
export function remoteName(folder: Folder): string {
  return folder.name === defaultName ? 'sandbox' : `sandbox-${folder.name}`;
}

/** A commit, and the repository that has it. */
export interface Source {
  readonly repository: string;
  readonly commit: string;
  /** It is what was pushed to the sandbox; before the first push it is the checkout's. */
  readonly isPushed: boolean;
}

/** What Argo CD syncs when the sandbox starts. @throws Expected when there is no repository or no commit */
export async function source(folder: Folder): Promise<Source> {
  const bare = repository(folder);
  return (await isPushed(bare))
    ? { repository: bare, commit: await git(bare, 'rev-parse', branch), isPushed: true }
    : { repository: checkout, commit: await git(checkout, 'rev-parse', 'HEAD'), isPushed: false };
}

/**
 * Makes the bare repository and the remote, and at the first time pushes the checkout's commit, so that Argo CD has
 * something to sync. Afterwards what is in it is the user's.
 *
 * @throws Expected when git refuses: what was tried, and what git said
 */
export async function prepareRemote(folder: Folder, kubectl: string, kubeconfig: string): Promise<void> {
  const bare = repository(folder);
  await git(checkout, 'init', '--quiet', '--bare', `--initial-branch=${branch}`, bare);
  // A checkout without its whole history, as CI systems make them, may push, too.
  await git(bare, 'config', 'receive.shallowUpdate', 'true');
  await writeHooks(bare, { branch, kubectl, kubeconfig, up: folder.make('up'), accounts: await accounts() });
  const remote = remoteName(folder);
  const remotes = (await git(checkout, 'remote')).split('\n');
  await git(checkout, 'remote', remotes.includes(remote) ? 'set-url' : 'add', remote, bare);
  if (!(await isPushed(bare))) await git(checkout, 'push', '--quiet', remote, `HEAD:refs/heads/${branch}`);
}

/** Takes the remote out of the checkout. */
export async function removeRemote(folder: Folder): Promise<void> {
  const remotes = (await git(checkout, 'remote')).split('\n');
  if (remotes.includes(remoteName(folder))) await git(checkout, 'remote', 'remove', remoteName(folder));
}

async function isPushed(bare: string): Promise<boolean> {
  return fs.existsSync(bare) && (await git(bare, 'branch', '--list', branch)) !== '';
}
