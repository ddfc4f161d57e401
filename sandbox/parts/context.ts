import type { Command } from '../process/child';
import type { Authority } from '../state/pki';
import type { Folder } from '../state/folder';
import type { Ports } from '../state/ports';

/** What every part is made from. */
export interface Context {
  readonly folder: Folder;
  readonly ports: Ports;
  readonly authority: Authority;
  /** Path of each built program, by its name in the catalog. */
  readonly binaries: ReadonlyMap<string, string>;
}

/** Marks each process of a sandbox in its environment, so that `down` finds those that nobody looks after any more. */
export const marker = 'SANDERS_SANDBOX_FOLDER';

/** Makes a command that runs in the sandbox's folder with a clean environment: no AWS profile, proxy or kubeconfig of the user's gets in. */
export function command(
  { folder }: Context,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  argv0?: string,
): Command {
  const inherited = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'USER'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    program,
    args,
    cwd: folder.root,
    env: { ...Object.fromEntries(inherited), ...env, [marker]: folder.root },
    argv0,
  };
}

/** The port of a name that was reserved. */
export function port({ ports }: Pick<Context, 'ports'>, name: string): number {
  const value = ports[name];
  if (value === undefined) throw new Error(`port ${name} was not reserved`);
  return value;
}

/** The binary of a program that was built. */
export function binary({ binaries }: Context, name: string): string {
  const value = binaries.get(name);
  if (value === undefined) throw new Error(`program ${name} was not built`);
  return value;
}
