import { once } from 'node:events';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Expected } from '../expected';
import type { Folder } from '../state/folder';

/**
 * Prints a part's log, and with `follow` what is added to it until the signal.
 *
 * @throws Expected for a part that has none: it lists those that have one
 */
export async function logs(
  folder: Folder,
  part: string | undefined,
  follow: boolean,
  until: AbortSignal,
): Promise<void> {
  const parts = known(folder);
  if (part === undefined || !parts.includes(part)) {
    const hint = parts.length > 0 ? `there are logs of ${parts.join(', ')}` : 'the sandbox has not been up yet';
    throw new Expected('usage', part === undefined ? `which part? ${hint}` : `${part}: no log; ${hint}`);
  }
  let from = 0;
  do {
    const { size } = fs.statSync(folder.log(part));
    if (size > from) {
      const stream = fs.createReadStream(folder.log(part), { start: from, end: size - 1 });
      stream.pipe(process.stdout, { end: false });
      await once(stream, 'end');
      from = size;
    }
    // A sleep that is cut short is the end of following, not an error.
    if (follow) await setTimeout(200, undefined, { signal: until }).catch(() => undefined);
  } while (follow && !until.aborted);
}

function known(folder: Folder): string[] {
  const folderOfLogs = path.dirname(folder.log('any'));
  const files = fs.existsSync(folderOfLogs) ? fs.readdirSync(folderOfLogs) : [];
  return files.filter((file) => file.endsWith('.log')).map((file) => path.basename(file, '.log'));
}
