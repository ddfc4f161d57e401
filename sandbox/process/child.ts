import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import type { Exit } from './failure';
import { isGroupRunning } from './running';

/** A program to run. */
export interface Command {
  /** Path of the program, or a name on PATH. */
  readonly program: string;
  readonly args: readonly string[];
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** The name that it sees itself called by. @default program */
  readonly argv0?: string;
}

/**
 * A running program, leader of a process group of its own, whose output goes straight to a log file. There is no
 * pipe: it outlives nobody's reading, and its end is not hidden by a grandchild that holds a pipe open.
 */
export class Child {
  readonly startedAt = Date.now();
  /** Settles once, when the program itself has ended. */
  readonly exited: Promise<Exit>;
  private exit: Exit | undefined;

  private constructor(
    readonly pid: number,
    private readonly log: string,
    private readonly logStart: number,
    exited: Promise<Exit>,
  ) {
    this.exited = exited.then((exit) => (this.exit = exit));
  }

  /** Starts a program and appends its output to a log file. Rejects when there is no such program or it may not be run. */
  static async start(command: Command, log: string): Promise<Child> {
    const fd = fs.openSync(log, 'a', 0o600);
    try {
      const logStart = fs.fstatSync(fd).size;
      const child = spawn(command.program, command.args, {
        argv0: command.argv0,
        cwd: command.cwd,
        env: command.env,
        detached: true,
        stdio: ['ignore', fd, fd],
      });
      const exited = new Promise<Exit>((resolve) => {
        // `close` would wait for the pipes; there are none, and `exit` is the program's own end.
        child.once('exit', (code, signal) => {
          resolve(signal ? { signal } : { code: code ?? 0 });
        });
      });
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', reject);
      });
      if (child.pid === undefined) throw new Error(`${command.program}: started without a pid`);
      return new Child(child.pid, log, logStart, exited);
    } finally {
      fs.closeSync(fd);
    }
  }

  /** The program itself has not ended. */
  get alive(): boolean {
    return this.exit === undefined;
  }

  get elapsed(): number {
    return Date.now() - this.startedAt;
  }

  /** The last lines of what this run wrote. */
  lastLines(count = 12): string[] {
    const fd = fs.openSync(this.log, 'r');
    try {
      const { size } = fs.fstatSync(fd);
      const from = Math.max(this.logStart, size - 16_384);
      const buffer = Buffer.alloc(Math.max(0, size - from));
      fs.readSync(fd, buffer, 0, buffer.length, from);
      return buffer.toString('utf8').split('\n').filter(Boolean).slice(-count);
    } finally {
      fs.closeSync(fd);
    }
  }

  /**
   * Asks the whole group to end, waits for `grace` milliseconds, and then ends it by force. Returns when the program
   * and everything it left in its group are gone.
   */
  async stop(grace: number): Promise<Exit> {
    await stopGroup(this.pid, grace);
    return this.exited;
  }
}

/** Asks a process group to end, waits for `grace` milliseconds, and then ends it by force. Returns when it is gone. */
export async function stopGroup(group: number, grace: number): Promise<void> {
  signalGroup(group, 'SIGTERM');
  if (await groupGone(group, grace)) return;
  signalGroup(group, 'SIGKILL');
  // What is killed ends; it may only take a while on a busy machine.
  await groupGone(group, 10_000);
}

/** Signals every process of a group; a group that is gone is no error. */
function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Waits until nothing of a process group runs, at most for `limit` milliseconds; false when the time is over. */
async function groupGone(group: number, limit: number): Promise<boolean> {
  const deadline = Date.now() + limit;
  while (isGroupRunning(group)) {
    if (Date.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}
