import { Expected } from '../expected';
import { saysDiskFull, withDiskRemedy } from '../state/disk';

/**
 * Runs a command line to its end: results go to standard output, everything else to standard error. Exit codes: 0 success,
 * 1 failure, 2 usage, 130 interrupted.
 *
 * @param usage printed after what is wrong with the arguments
 */
export function runCommand(usage: string, command: (args: string[]) => Promise<void>): void {
  command(process.argv.slice(2)).catch((error: unknown) => {
    const { message, exitCode } = expected(error, usage);
    process.stderr.write(`${withDiskRemedy(message)}\n`);
    // Not process.exit(): what is still on its way to a pipe would be lost.
    process.exitCode = exitCode;
  });
}

/** A signal that aborts when the user presses Ctrl-C or closes the terminal; from then on that does not end this process. */
export function interruption(): AbortSignal {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      interrupt.abort();
    });
  return interrupt.signal;
}

/** The error as one that the user can do something about. @throws the error itself when it is a fault of ours */
function expected(error: unknown, usage: string): Expected {
  if (error instanceof Expected) return error;
  if (error instanceof Error) {
    if ('code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'))
      return new Expected('usage', `${error.message}\n${usage}`);
    // Anything may run into a full disk, which is no fault of ours.
    if (saysDiskFull(error.message)) return new Expected('failure', error.message);
  }
  throw error;
}
