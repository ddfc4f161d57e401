import { setTimeout } from 'node:timers/promises';
import { Expected } from '../expected';
import { marker } from '../parts/context';
import { stopGroup } from '../process/child';
import { marked } from '../process/marked';
import type { Folder } from '../state/folder';
import { type PartStatus, trouble } from '../state/status';
import { whenUp } from './supervision';

/** How long a part may take to end, and then to be ready again: milliseconds. */
const limits = { end: 10_000, ready: 150_000 };

/**
 * Ends a part, which the supervisor then starts again as it does with every part that ends, and waits until it is ready.
 *
 * @throws Expected when the sandbox is not up, when there is no such part, and when it does not become ready
 */
export async function restart(folder: Folder, name: string | undefined): Promise<void> {
  const before = await find(folder, name);
  // Without a process it is about to start anyway.
  if (before.pid !== undefined && (await marked(marker, folder.root)).includes(before.pid))
    await stopGroup(before.pid, limits.end);
  const deadline = Date.now() + limits.ready;
  for (;;) {
    const now = await find(folder, name);
    const why = now.pid === before.pid ? 'has not ended' : trouble(now);
    if (why === undefined) return;
    if (Date.now() > deadline) throw new Expected('failure', `${now.name} ${why}; its log: ${now.log}`);
    await setTimeout(200);
  }
}

async function find(folder: Folder, name: string | undefined): Promise<PartStatus> {
  const { parts } = await whenUp(folder);
  const part = parts.find((candidate) => candidate.name === name);
  if (part) return part;
  const known = `the parts are ${parts.map((candidate) => candidate.name).join(', ')}`;
  throw new Expected('usage', name === undefined ? `which part? ${known}` : `${name}: no such part; ${known}`);
}
