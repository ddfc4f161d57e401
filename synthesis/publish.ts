import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What publishing changed below the folder. */
export interface Published {
  readonly written: readonly string[];
  readonly removed: readonly string[];
}

/**
 * Makes `folder` hold exactly `files` (path → content) and nothing else. Files that are the same already stay untouched; each other
 * one is replaced in one step, so that nobody ever reads half a file.
 */
export function publish(folder: string, files: ReadonlyMap<string, string>): Published {
  const present = listFiles(folder);
  const written = writeFiles(folder, files);
  const removed = present.filter((path) => !files.has(path));
  for (const path of removed) {
    rmSync(join(folder, path));
    removeIfEmpty(dirname(join(folder, path)), folder);
  }
  return { written, removed };
}

/** Writes `files` (path → content) below `folder`, each in one step. Returns the paths of those that were not the same already. */
export function writeFiles(folder: string, files: ReadonlyMap<string, string>): string[] {
  const changed = [...files].filter(([path, content]) => contentOf(join(folder, path)) !== content);
  for (const [path, content] of changed) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    const scratch = `${target}.tmp`;
    writeFileSync(scratch, content);
    renameSync(scratch, target);
  }
  return changed.map(([path]) => path);
}

/** What a file holds; undefined when it is not there. */
function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => !lstatSync(join(folder, path)).isDirectory())
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function removeIfEmpty(folder: string, root: string): void {
  if (folder === root || readdirSync(folder).length > 0) return;
  rmdirSync(folder);
  removeIfEmpty(dirname(folder), root);
}
