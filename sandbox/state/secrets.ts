import { randomBytes } from 'node:crypto';
import * as path from 'node:path';
import { type Folder, readIfThere, writePrivate } from './folder';

/** A random secret of a sandbox, made at the first call and the same ever after. */
export async function secret(folder: Folder, name: string): Promise<string> {
  const file = folder.path('secrets', name);
  const known = await readIfThere(file);
  if (known !== undefined) return known;
  await folder.create('secrets', path.join('secrets', path.dirname(name)));
  const made = randomBytes(24).toString('base64url');
  await writePrivate(file, made);
  return made;
}

/** The path of the file with a secret, which is made at the first call; the last part is its name. */
export async function secretFile(folder: Folder, ...name: string[]): Promise<string> {
  await secret(folder, path.join(...name));
  return folder.path('secrets', ...name);
}
