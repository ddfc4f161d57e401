import * as v from 'valibot';

import { EnvironmentError, formatPath, formatProblem, type Problem } from './problem';
import { identity, problemsBetween, rules } from './rules';
import { environmentSchema, type Environment, type EnvironmentInput } from './schema';

export { EnvironmentError } from './problem';
export { names, resultOf, stateOf, type Names, type Side } from './names';
export { platform } from './platform';
export type { Environment, EnvironmentInput } from './schema';

/**
 * Checks environments and fills in their defaults.
 *
 * @throws EnvironmentError with every mistake in every environment, if there is any.
 */
export function parseEnvironments(inputs: readonly EnvironmentInput[]): Environment[] {
  const checked = inputs.map((input) => checkEnvironment(input));
  const comparable = checked.filter(({ readable }) => readable(identity));
  const between = problemsBetween(comparable.map(({ env }) => env));

  const lines = checked.flatMap((one, i) => {
    const all = [...one.problems, ...(between[comparable.indexOf(one)] ?? [])];
    return all.map((problem) => `environments/${labelOf(inputs[i], i)}: ${formatProblem(problem)}`);
  });
  if (lines.length > 0) throw new EnvironmentError(lines);
  return checked.map(({ env }) => env);
}

interface Checked {
  /** The environment with its defaults. Where there are problems, only what is `readable` may be read. */
  readonly env: Environment;
  readonly problems: readonly Problem[];
  /** Whether all of these fields are valid on their own: `batch.jobs[*].name`. */
  readonly readable: (fields: readonly string[]) => boolean;
}

function checkEnvironment(input: unknown): Checked {
  // Valid fields come out with their defaults, invalid ones as they went in.
  const { output, issues = [] } = v.safeParse(environmentSchema, input);
  const env = output as Environment;
  const own = issues.map(toProblem);
  const bad = own.map(({ path, concerns = path }) => concerns);
  const readable = (fields: readonly string[]) => fields.every((field) => !bad.some((path) => touches(path, field)));

  // A rule between fields still runs when other fields are bad, so that one run reports every mistake.
  const between = rules.filter(({ reads }) => readable(reads)).flatMap((rule) => rule.check(env));
  return { env, problems: [...own, ...between], readable };
}

/** Whether one contains the other, e.g. the path `batch, jobs, 1` the field `batch.jobs[*].name`. */
function touches(path: Problem['path'], field: string): boolean {
  const keys = field.replaceAll('[*]', '.*').split('.');
  return path.every((key, i) => i >= keys.length || keys[i] === '*' || keys[i] === String(key));
}

function toProblem({ type, message, input, path: items }: v.BaseIssue<unknown>): Problem {
  const path = items?.map(({ key }) => key as string | number) ?? [];
  const parent = path.slice(0, -1);
  // An unknown key: the message lists the known ones.
  if (type === 'never') {
    return { path, allowed: `no such key; ${formatPath(parent) || 'an environment'} has ${message}`, got: input };
  }
  // A check of a whole group: the report names the group, but only the field in its path is in doubt.
  if (type === 'raw_check') return { path: parent, concerns: path, allowed: message, got: input };
  return { path, allowed: message, got: input };
}

function labelOf(input: unknown, index: number): string {
  const name = (input as { name?: unknown } | null)?.name;
  return typeof name === 'string' && name !== '' ? name : `[${index}]`;
}
