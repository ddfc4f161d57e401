import { randomBytes } from 'node:crypto';
import { type Folder, readIfThere, writePrivate } from './folder';

/** A random secret of a sandbox, made at the first call and the same ever after. */
export async function secret(folder: Folder, name: string): Promise<string> {
  await folder.create('secrets');
  const file = folder.path('secrets', name);
  const known = await readIfThere(file);
  if (known !== undefined) return known;
  const made = randomBytes(24).toString('base64url');
  await writePrivate(file, made);
  return made;
}
