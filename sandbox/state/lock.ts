import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { isRunning } from '../process/running';
import { readIfThere } from './folder';

export interface LockOptions {
  /** Ends the waiting, with an AbortError. */
  readonly signal?: AbortSignal;
  /** Told once that it has to wait, and for which process. */
  readonly onWait?: (holder: number) => void;
}

/**
 * Waits until no living process holds the lock file, takes it, and returns how to give it back. A lock left by a
 * process that is gone is taken over. Who removes the file of a living process asks it to stop: see `whenTaken`.
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
    return async () => {
      if ((await holderOf(file)) === process.pid) await fs.rm(file, { force: true });
    };
  } finally {
    await fs.rm(mine, { force: true });
  }
}

/** The process that holds a lock; undefined when none does. */
export async function holderOf(file: string): Promise<number | undefined> {
  const holder = await readIfThere(file);
  return holder === undefined || !isRunning(Number(holder)) ? undefined : Number(holder);
}

/** A signal that aborts when this process' lock is taken away from it. It stops looking when `over` aborts. */
export function whenTaken(file: string, over: AbortSignal): AbortSignal {
  const taken = new AbortController();
  const look = async () => {
    while (!over.aborted && (await holderOf(file)) === process.pid)
      await setTimeout(200, undefined, { signal: over }).catch(() => undefined);
    if (!over.aborted) taken.abort();
  };
  void look();
  return taken.signal;
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
