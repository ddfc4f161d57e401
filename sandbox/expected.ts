/** How a command that did not succeed ends, and the exit code of each. */
export const exitCodes = { failure: 1, usage: 2, interrupted: 130 } as const;

export type Ending = keyof typeof exitCodes;

/**
 * An error that a user can do something about: its message says what happened and what to do, and it ends the command
 * with its exit code. Whatever else is thrown is a fault of ours and shows its stack trace.
 */
export class Expected extends Error {
  override readonly name: string = 'Expected';

  /** @param ending `failure`: it did not work; `usage`: it was not asked for rightly; `interrupted`: the user stopped it */
  constructor(
    readonly ending: Ending,
    message: string,
  ) {
    super(message);
  }

  get exitCode(): number {
    return exitCodes[this.ending];
  }
}
