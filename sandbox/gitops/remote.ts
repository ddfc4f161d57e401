import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import { promisify } from 'node:util';
import { Expected } from '../expected';
import { argocdNamespace } from '../parts/argocd';
import { checkout, type Folder } from '../state/folder';

/** The branch that Argo CD follows. */
export const branch = 'main';

/** The bare repository that stands for the hosting service. */
export function repository(folder: Folder): string {
  return folder.path('platform.git');
}

/** The name of the remote in the checkout: `sandbox`, or `sandbox-<name>` for one that is not the default. */
export function remoteName(folder: Folder): string {
  return folder.name === 'default' ? 'sandbox' : `sandbox-${folder.name}`;
}

/**
 * Makes the bare repository and the remote, and at the first time pushes the checkout's commit, so that Argo CD has
 * something to sync. Afterwards what is in it is the user's.
 *
 * @throws Expected when git refuses: what was tried, and what git said
 */
export async function prepareRemote(folder: Folder, kubectl: string, kubeconfig: string): Promise<void> {
  const bare = repository(folder);
  await git(['init', '--quiet', '--bare', `--initial-branch=${branch}`, bare]);
  // A checkout without its whole history, as CI systems make them, may push, too.
  await git(['-C', bare, 'config', 'receive.shallowUpdate', 'true']);
  await writeHook(bare, kubectl, kubeconfig);
  const remote = remoteName(folder);
  const remotes = (await git(['-C', checkout, 'remote'])).split('\n');
  await git(['-C', checkout, 'remote', remotes.includes(remote) ? 'set-url' : 'add', remote, bare]);
  const pushed = await git(['-C', bare, 'branch', '--list', branch]);
  if (pushed === '') await git(['-C', checkout, 'push', '--quiet', remote, `HEAD:refs/heads/${branch}`]);
}

/** Takes the remote out of the checkout. */
export async function removeRemote(folder: Folder): Promise<void> {
  const remotes = (await git(['-C', checkout, 'remote'])).split('\n');
  if (remotes.includes(remoteName(folder))) await git(['-C', checkout, 'remote', 'remove', remoteName(folder)]);
}

/** A push tells Argo CD at once, as a webhook of a hosting service does. */
async function writeHook(bare: string, kubectl: string, kubeconfig: string): Promise<void> {
  const annotate = `${quote(kubectl)} --kubeconfig=${quote(kubeconfig)} --namespace=${argocdNamespace} --request-timeout=5s annotate --all --overwrite`;
  const script = `#!/bin/sh
# Written by the sandbox at each start.
if ${annotate} applicationsets argocd.argoproj.io/application-set-refresh=true >/dev/null 2>&1 &&
  ${annotate} applications argocd.argoproj.io/refresh=normal >/dev/null 2>&1
then echo "Argo CD takes it from here: kubectl get applications --namespace ${argocdNamespace}"
else echo "Argo CD is not running; it syncs this after the next make up"
fi
`;
  const hook = `${bare}/hooks/post-receive`;
  await fs.writeFile(hook, script, { mode: 0o700 });
  await fs.chmod(hook, 0o700);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

async function git(args: readonly string[]): Promise<string> {
  try {
    // Inside a hook of the checkout, git's own variables would win over -C.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
    const { stdout } = await promisify(execFile)('git', args, { env });
    return stdout.trim();
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    const said = code === 'ENOENT' ? 'git is not on PATH; install it' : (stderr ?? String(error));
    throw new Expected('failure', `git ${args.join(' ')}: ${said.trim()}`);
  }
}
