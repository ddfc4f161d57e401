/** One mistake in an environment file. */
export interface Problem {
  /** Where it is: the keys from the file's root, e.g. `['batch', 'jobs', 1, 'vcpu']`. */
  readonly path: readonly (string | number)[];
  /** The field in doubt, where that is not the whole of `path`. */
  readonly concerns?: readonly (string | number)[];
  /** What is allowed there. */
  readonly allowed: string;
  /** What was found there; `undefined` when the key is missing. */
  readonly got: unknown;
}

/** `batch.jobs[1]: 2 vCPU allows 4096–16384 MiB in steps of 1024, got 20000` */
export function formatProblem(problem: Problem): string {
  const place = formatPath(problem.path);
  return `${place === '' ? '' : `${place}: `}${problem.allowed}, got ${formatValue(problem.got)}`;
}

/** Thrown if an environment is wrong. Its message lists every mistake in every environment, one per line. */
export class EnvironmentError extends Error {
  constructor(readonly problems: readonly string[]) {
    const count = problems.length === 1 ? '1 mistake' : `${problems.length} mistakes`;
    super([`${count} in environments/:`, ...problems.map((problem) => `  ${problem}`)].join('\n'));
    this.name = 'EnvironmentError';
  }
}

export function formatPath(path: readonly (string | number)[]): string {
  return path.map((key, i) => (typeof key === 'number' ? `[${key}]` : i === 0 ? key : `.${key}`)).join('');
}

function formatValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  // For functions and symbols, stringify returns undefined, whatever its type says.
  const text = (JSON.stringify(value) as string | undefined) ?? typeof value;
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
