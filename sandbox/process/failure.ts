import { impossible } from '../impossible';
import { duration } from '../terminal/terminal';

/** How a process ended: by itself with a code, or by a signal. */
export type Exit = { readonly code: number } | { readonly signal: NodeJS.Signals };

/** Why a part is not running. Times are milliseconds. */
export type Failure =
  /** The program could not be started at all. */
  | { readonly kind: 'not-startable'; readonly reason: string }
  /** It ended before it was ready. */
  | { readonly kind: 'exited-early'; readonly exit: Exit; readonly after: number; readonly output: readonly string[] }
  /** It ran, but did not answer its check in time. */
  | {
      readonly kind: 'timed-out';
      readonly after: number;
      readonly lastCheck: string;
      readonly output: readonly string[];
    }
  /** It was ready and then ended. Servers have no good reason to end, so exit code 0 is a failure too. */
  | { readonly kind: 'exited'; readonly exit: Exit; readonly after: number; readonly output: readonly string[] };

/** `exit code 2`, `SIGKILL`. */
export function describeExit(exit: Exit): string {
  return 'code' in exit ? `exit code ${exit.code}` : exit.signal;
}

/** One line: what happened and when. */
export function describeFailure(failure: Failure): string {
  switch (failure.kind) {
    case 'not-startable':
      return `cannot be started: ${failure.reason}`;
    case 'exited-early':
      return `ended before it was ready (${describeExit(failure.exit)} after ${duration(failure.after)})`;
    case 'timed-out':
      return `not ready after ${duration(failure.after)}: ${failure.lastCheck}`;
    case 'exited':
      return `ended (${describeExit(failure.exit)} after ${duration(failure.after)})`;
    default:
      return impossible(failure);
  }
}

/** A part that failed to start. */
export class PartFailed extends Error {
  constructor(
    readonly part: string,
    readonly failure: Failure,
    readonly log: string,
  ) {
    const output = 'output' in failure ? failure.output.map((line) => `\n    ${line}`).join('') : '';
    super(`${part}: ${describeFailure(failure)}${output}\n  Its log: ${log}`);
    this.name = 'PartFailed';
  }
}

/** Thrown out of a start that was stopped before it was done. */
export class Stopped extends Error {
  constructor(what: string) {
    super(`${what}: stopped before it was ready`);
    this.name = 'Stopped';
  }
}
