import { execFile } from 'node:child_process';
import * as fs from 'node:fs/promises';
import { promisify } from 'node:util';
import { isRunning } from './running';

/**
 * The processes of this user whose environment has NAME=VALUE: whoever started them, whatever became of their parent,
 * and also when they left their process group.
 */
export async function marked(name: string, value: string): Promise<number[]> {
  const setting = `${name}=${value}`;
  return process.platform === 'linux' ? markedInProc(setting) : markedByPs(setting);
}

async function markedInProc(setting: string): Promise<number[]> {
  const pids = (await fs.readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const found = await Promise.all(
    pids.map(async (pid) => {
      // Gone meanwhile, or another user's.
      const environment = await fs.readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      return environment.split('\0').includes(setting) ? [Number(pid)] : [];
    }),
  );
  return found.flat();
}

async function markedByPs(setting: string): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-xEww', '-o', 'pid=,command='], { maxBuffer: 64 << 20 });
  return stdout
    .split('\n')
    .filter((line) => `${line} `.includes(` ${setting} `))
    .map((line) => Number.parseInt(line, 10));
}

/** How long what was killed may take to be gone: milliseconds. */
const killed = 10_000;

/** Ends marked processes: SIGTERM, `grace` milliseconds, SIGKILL. Returns those that there were; throws when some will not end. */
export async function endMarked(name: string, value: string, grace: number): Promise<number[]> {
  const pids = await marked(name, value);
  signalAll(pids, 'SIGTERM');
  const deadline = Date.now() + grace;
  for (;;) {
    // One that is just ending has no environment any more, and still runs for a moment.
    const left = [...new Set([...(await marked(name, value)), ...pids.filter(isRunning)])];
    if (left.length === 0) return pids;
    // New ones, too: a process that is ending may still start another.
    if (Date.now() >= deadline) signalAll(left, 'SIGKILL');
    if (Date.now() >= deadline + killed)
      throw new Error(`processes ${left.join(', ')} do not end, not even when killed`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Signals processes; one that is gone is no error. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
