import { createHash, randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { type LockOptions, lock } from '../state/lock';

/** The user's cache folder: `$SANDERS_CACHE`, else `$XDG_CACHE_HOME/sanders`, else `~/.cache/sanders`. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env['SANDERS_CACHE']) return path.resolve(env['SANDERS_CACHE']);
  return path.join(env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'), 'sanders');
}

/** Sixteen hex digits that change when any of the parts does. */
export function digest(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  // The length keeps ["ab", "c"] and ["a", "bc"] apart.
  for (const part of parts) hash.update(`${part.length}\n`).update(part);
  return hash.digest('hex').slice(0, 16);
}

/**
 * Name and content of every file that a Go build of the folder's module may read; where the command is of another
 * module, only of those that pin it. None of our modules embeds files of other kinds.
 */
export async function sources(folder: string, command: string): Promise<(string | Buffer)[]> {
  const matters = command.startsWith('.') ? isSource : isPin;
  const found: (string | Buffer)[] = [];
  const walk = async (relative: string): Promise<void> => {
    const entries = await fs.readdir(path.join(folder, relative), { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.') || entry.name === 'testdata') continue;
      const file = path.join(relative, entry.name);
      if (entry.isDirectory()) await walk(file);
      else if (matters(entry.name)) found.push(file, await fs.readFile(path.join(folder, file)));
    }
  };
  await walk('');
  return found;
}

function isPin(name: string): boolean {
  return name === 'go.mod' || name === 'go.sum';
}

function isSource(name: string): boolean {
  return isPin(name) || (name.endsWith('.go') && !name.endsWith('_test.go'));
}

/** True when the path exists. */
export async function exists(file: string): Promise<boolean> {
  return fs.access(file).then(
    () => true,
    () => false,
  );
}

/**
 * Fills a folder of the cache once: `fill` writes into a temporary folder, which is then renamed, so that the
 * folder is there in full or not at all, whoever else fills it at the same time and whenever that is interrupted.
 * Returns whether this call filled it.
 */
export async function fillOnce(
  folder: string,
  fill: (temporary: string) => Promise<void>,
  waiting: LockOptions = {},
): Promise<boolean> {
  await fs.mkdir(path.dirname(folder), { recursive: true });
  const unlock = await lock(`${folder}.lock`, waiting);
  try {
    if (await exists(folder)) return false;
    await removeLeftovers(folder);
    const temporary = `${folder}.${randomUUID().slice(0, 8)}.tmp`;
    try {
      await fs.mkdir(temporary);
      await fill(temporary);
      await fs.rename(temporary, folder);
      return true;
    } catch (error) {
      await fs.rm(temporary, { recursive: true, force: true });
      // Somebody may have been faster all the same: the lock only spares double work.
      if (!(await exists(folder))) throw error;
      return false;
    }
  } finally {
    await unlock();
  }
}

/** Notes that a folder of the cache is used now. */
export async function touch(folder: string): Promise<void> {
  const now = new Date();
  await fs.utimes(folder, now, now);
}

/** Removes the folders of the cache that begin with `prefix`, but for the `keep` that were used last. */
export async function prune(parent: string, prefix: string, keep: number): Promise<void> {
  const isBuild = (name: string) => name.startsWith(prefix) && /^[0-9a-f]{16}$/.test(name.slice(prefix.length));
  const used = await Promise.all(
    (await fs.readdir(parent)).filter(isBuild).map(async (name) => {
      // Somebody else may have removed it meanwhile.
      const at = await fs.stat(path.join(parent, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      );
      return { name, at };
    }),
  );
  used.sort((a, b) => b.at - a.at);
  for (const { name } of used.slice(keep)) await fs.rm(path.join(parent, name), { recursive: true, force: true });
}

/** Removes what somebody left who was killed while filling the folder. */
async function removeLeftovers(folder: string): Promise<void> {
  const parent = path.dirname(folder);
  for (const name of await fs.readdir(parent)) {
    if (name.startsWith(`${path.basename(folder)}.`) && name.endsWith('.tmp')) {
      await fs.rm(path.join(parent, name), { recursive: true, force: true });
    }
  }
}
