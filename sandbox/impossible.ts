/**
 * For the `default` of a switch that names every member of a union: the compiler refuses the call while one is missing, and
 * what comes nevertheless, as from a file of another version, is not passed over in silence.
 *
 * @throws Error always
 */
export function impossible(what: never): never {
  throw new Error(`impossible: ${JSON.stringify(what)}`);
}
