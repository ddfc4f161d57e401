import { spawn } from 'node:child_process';

/** A finished command. */
export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  /** @default - this process' own */
  readonly env?: NodeJS.ProcessEnv;
  /** Ends the command and whatever it started. */
  readonly signal?: AbortSignal;
  /** Called for each line on standard error. */
  readonly onLine?: (line: string) => void;
}

/** Runs a command to its end. Rejects only when it cannot be started, as with ENOENT. */
export function run(program: string, args: readonly string[], options: CommandOptions): Promise<Finished> {
  return new Promise((resolve, reject) => {
    // Its own process group, so that an interrupted build takes the compilers along.
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let stdout = '';
    let stderr = '';
    let unfinished = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      const lines = (unfinished + text).split('\n');
      unfinished = lines.pop() ?? '';
      lines.forEach((line) => options.onLine?.(line));
    });
    const stop = () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    };
    options.signal?.addEventListener('abort', stop, { once: true });
    child.on('error', (error) => {
      options.signal?.removeEventListener('abort', stop);
      reject(error);
    });
    child.on('close', (code, signal) => {
      options.signal?.removeEventListener('abort', stop);
      resolve({ code, signal, stdout, stderr });
    });
    if (options.signal?.aborted) stop();
  });
}
