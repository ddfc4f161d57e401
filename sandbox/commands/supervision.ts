import { marker } from '../parts/context';
import { endMarked, marked, signalAll } from '../process/marked';
import { Folder } from '../state/folder';
import { SandboxStatus, readStatus } from '../state/status';

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

/** Ends whatever runs of a sandbox: asks its supervisor, and if it does not answer, or there is none, ends each process. */
export async function stop(folder: Folder): Promise<void> {
  const found = await find(folder);
  if (found.kind === 'supervised') {
    signalAll([found.status.pid], 'SIGTERM');
    await gone(folder, found.status.pid, 60_000);
  }
  await endMarked(marker, folder.root, 10_000);
}

async function gone(folder: Folder, pid: number, limit: number): Promise<void> {
  const deadline = Date.now() + limit;
  while (Date.now() < deadline && (await marked(marker, folder.root)).includes(pid)) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
