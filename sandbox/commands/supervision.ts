import * as fs from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { Expected } from '../expected';
import { marker } from '../parts/context';
import { endMarked, marked, signalAll } from '../process/marked';
import { isRunning } from '../process/running';
import type { Folder } from '../state/folder';
import { holderOf } from '../state/lock';
import { type SandboxStatus, readStatus } from '../state/status';

/** What is running of a sandbox. */
export type Found =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'supervised'; readonly status: SandboxStatus }
  /** The supervisor is gone, but these processes are not. */
  | { readonly kind: 'orphans'; readonly pids: readonly number[] };

/** Looks for a sandbox's processes; does not believe what is written down before it has seen the process. */
export async function find(folder: Folder): Promise<Found> {
  const [pids, status] = await Promise.all([marked(marker, folder.root), readStatus(folder)]);
  if (status && pids.includes(status.pid)) return { kind: 'supervised', status };
  return pids.length > 0 ? { kind: 'orphans', pids } : { kind: 'nothing' };
}

/** What the supervisor of a sandbox that is up says. @throws Expected when it is not up */
export async function whenUp(folder: Folder): Promise<SandboxStatus> {
  const found = await find(folder);
  if (found.kind === 'supervised' && found.status.phase === 'up') return found.status;
  throw new Expected('failure', `sandbox ${folder.name} is not up; \`${folder.make('up')}\` brings it up`);
}

/** Held by the `make up` that brings a sandbox up. */
export function lockOfUp(folder: Folder): string {
  return folder.path('up.lock');
}

/** Ends whatever runs of a sandbox, and a `make up` that still builds or waits for its parts. */
export async function takeDown(folder: Folder): Promise<void> {
  const up = await holderOf(lockOfUp(folder));
  // It gives up when its lock is gone. No signal: the process may be another one by now that got the same id.
  if (up !== undefined) await fs.rm(lockOfUp(folder), { force: true });
  await stop(folder);
  if (up !== undefined) await until(() => Promise.resolve(!isRunning(up)), 10_000);
}

/** Ends whatever runs of a sandbox: asks its supervisor, and if it does not answer, or there is none, ends each process. */
export async function stop(folder: Folder): Promise<void> {
  const found = await find(folder);
  if (found.kind === 'supervised') {
    const { pid } = found.status;
    signalAll([pid], 'SIGTERM');
    await until(async () => !(await marked(marker, folder.root)).includes(pid), 60_000);
  }
  await endMarked(marker, folder.root, 10_000);
}

async function until(so: () => Promise<boolean>, limit: number): Promise<void> {
  const deadline = Date.now() + limit;
  while (Date.now() < deadline && !(await so())) await setTimeout(100);
}
