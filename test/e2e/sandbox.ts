import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as path from 'node:path';
import { text } from 'node:stream/consumers';
import { adminKubectl } from '../../sandbox/commands/tools';
import type { Kubectl } from '../../sandbox/kube/kubectl';
import { checkout, Folder } from '../../sandbox/state/folder';

/**
 * The tests' own sandbox, whose folder goes at the end. E2E_SANDBOX names it, so that two runs can go on side by side; SANDBOX would
 * be the user's own, which must not go.
 */
export const folder = new Folder(process.env['E2E_SANDBOX'] || 'e2e');

/** kubectl as the sandbox's administrator. */
export function kubectl(): Kubectl {
  return adminKubectl(folder);
}

/** Runs a command of the sandbox as `make` does and returns its output. Throws with what it said when it fails. */
export async function sandbox(...args: string[]): Promise<string> {
  const main = path.join(checkout, 'sandbox', 'main.ts');
  return run(process.execPath, ['-r', 'ts-node/register', main, ...args], checkout, { SANDBOX: folder.name });
}

/** Runs a program and returns its output. Throws with what it said when it fails. */
export async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: exit code ${code}\n${stdout}${stderr}`);
  return stdout.trim();
}

/** Points this process, and so the AWS SDK, at the running sandbox: `eval "$(make -s env)"`. */
export async function useEnvironment(): Promise<void> {
  const shell = `${await sandbox('env')}\nexec "$0" -p 'JSON.stringify(process.env)'`;
  const after = JSON.parse(await run('sh', ['-c', shell, process.execPath], checkout)) as Record<string, string>;
  for (const name of Object.keys(process.env)) if (!(name in after)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, after);
}
