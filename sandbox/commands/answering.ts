import { setTimeout } from 'node:timers/promises';
import { Expected } from '../expected';
import type { Folder } from '../state/folder';
import { type PartStatus, trouble } from '../state/status';
import type { Terminal } from '../terminal/terminal';
import { interrupted } from './ready';
import { whenUp } from './supervision';

/**
 * Waits until every part of a sandbox that is up answers its check.
 *
 * @param limit how long a part may be silent or be started again: milliseconds
 * @throws Expected when one does not: it says which, why, and what to do
 */
export async function untilAllAnswer(
  folder: Folder,
  terminal: Terminal,
  signal: AbortSignal,
  limit = 60_000,
): Promise<void> {
  const deadline = Date.now() + limit;
  for (;;) {
    const { parts } = await whenUp(folder);
    const troubled = parts.filter((part) => trouble(part) !== undefined);
    if (troubled.length === 0) break;
    if (Date.now() > deadline) throw new Expected('failure', complaint(folder, troubled));
    terminal.status(`  waiting for ${troubled.map(({ name }) => name).join(', ')}`);
    await setTimeout(500, undefined, { signal }).catch(() => {
      throw interrupted(folder);
    });
  }
  terminal.status(undefined);
}

function complaint(folder: Folder, parts: readonly PartStatus[]): string {
  const [first] = parts;
  return [
    `sandbox ${folder.name} is only partly up:`,
    ...parts.map((part) => `  ${part.name} ${trouble(part) ?? ''}`),
    `\`${folder.make(`logs P=${first?.name ?? ''}`)}\` shows what it says, \`${folder.make(`restart P=${first?.name ?? ''}`)}\` starts it anew.`,
  ].join('\n');
}
