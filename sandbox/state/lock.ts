import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { isRunning } from '../process/running';

export interface LockOptions {
  /** Ends the waiting, with an AbortError. */
  readonly signal?: AbortSignal;
  /** Told once that it has to wait, and for which process. */
  readonly onWait?: (holder: number) => void;
}

/**
 * Waits until no living process holds the lock file, takes it, and returns how to give it back. A lock left by a
 * process that is gone is taken over.
 */
export async function lock(file: string, { signal, onWait }: LockOptions = {}): Promise<() => Promise<void>> {
  // Written aside and linked into place, so that a lock never exists without its holder's pid.
  const mine = `${file}.${randomUUID().slice(0, 8)}`;
  await fs.writeFile(mine, String(process.pid));
  let told = false;
  try {
    while (!(await linked(mine, file))) {
      const holder = Number(await fs.readFile(file, 'utf8').catch(() => String(process.pid)));
      if (!isRunning(holder)) {
        await fs.rm(file, { force: true });
        continue;
      }
      if (!told) onWait?.(holder);
      told = true;
      await setTimeout(200, undefined, { signal });
    }
    return () => fs.rm(file, { force: true });
  } finally {
    await fs.rm(mine, { force: true });
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await fs.link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}
