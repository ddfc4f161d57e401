/** Thrown when the user interrupted a command; the message says what is left running. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
