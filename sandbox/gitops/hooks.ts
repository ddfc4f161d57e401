import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { argocdNamespace } from '../parts/argocd';

/** Where the hooks' scripts are. */
export const scripts = path.join(__dirname, 'hooks');

/** What the hooks of the sandbox's repository know. */
export interface HookSettings {
  /** The branch that Argo CD follows; what is pushed to others is only kept. */
  readonly branch: string;
  readonly kubectl: string;
  readonly kubeconfig: string;
  /** What the user types to start the sandbox. */
  readonly up: string;
  /** The accounts in which environments may be. */
  readonly accounts: readonly string[];
}

/** Makes a repository refuse what the sandbox cannot make, and tell Argo CD of what is pushed. */
export async function writeHooks(
  bare: string,
  { branch, kubectl, kubeconfig, up, accounts }: HookSettings,
): Promise<void> {
  // Copies, so that a running sandbox keeps those that it was started with when the checkout changes.
  await fs.cp(scripts, hooksOf(bare), { recursive: true });
  await writeHook(bare, 'pre-receive', [branch, up, ...accounts]);
  await writeHook(bare, 'post-receive', [branch, argocdNamespace, kubectl, kubeconfig, up]);
}

async function writeHook(bare: string, name: string, args: readonly string[]): Promise<void> {
  const hook = path.join(hooksOf(bare), name);
  const command = ['sh', `${hook}.sh`, ...args].map(quote).join(' ');
  await fs.writeFile(hook, `#!/bin/sh\n# Written by the sandbox at each start.\nexec ${command}\n`, { mode: 0o700 });
  await fs.chmod(hook, 0o700);
}

function hooksOf(bare: string): string {
  return path.join(bare, 'hooks');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
