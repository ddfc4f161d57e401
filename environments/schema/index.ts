import { z } from 'zod';

import { EnvironmentError, formatPath, formatProblem, type Problem } from './problem';
import { IDENTITY, problemsBetween, RULES } from './rules';
import { environmentSchema, type Environment, type EnvironmentInput } from './schema';

export { EnvironmentError } from './problem';
export { names, PLATFORM, type Names } from './names';
export type { Environment, EnvironmentInput } from './schema';

/**
 * Checks environments and fills in their defaults.
 *
 * @throws EnvironmentError with every mistake of every environment, when there is one.
 */
export function parseEnvironments(inputs: readonly EnvironmentInput[]): Environment[] {
  const checked = inputs.map((input) => checkEnvironment(input));
  const comparable = checked.filter(({ readable }) => readable(IDENTITY));
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
  const parsed = environmentSchema.safeParse(input);
  const env = parsed.success ? parsed.data : (withDefaults(environmentSchema, input) as Environment);
  const own = parsed.success ? [] : parsed.error.issues.flatMap((issue) => toProblems(issue, input));
  const bad = own.map(({ path, concerns = path }) => concerns);
  const readable = (fields: readonly string[]) => fields.every((field) => !bad.some((path) => touches(path, field)));

  // A rule between fields still runs when other fields are bad, so that one run reports every mistake.
  const between = RULES.filter(({ reads }) => readable(reads)).flatMap((rule) => rule.check(env));
  return { env, problems: [...own, ...between], readable };
}

/** A bad environment with the defaults of what is good in it. Only the fields without problems may be read. */
function withDefaults(schema: z.core.$ZodType, value: unknown): unknown {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed.data;
  const { shape } = unwrap(schema);
  if (shape === undefined || typeof value !== 'object' || value === null) return value;
  const given = value as Record<string, unknown>;
  return Object.fromEntries(Object.entries(shape).map(([key, field]) => [key, withDefaults(field, given[key])]));
}

/** Whether one is the other or lies in it: the path `batch, jobs, 1` and the field `batch.jobs[*].name`. */
function touches(path: Problem['path'], field: string): boolean {
  const keys = field.replaceAll('[*]', '.*').split('.');
  return path.every((key, i) => i >= keys.length || keys[i] === '*' || keys[i] === String(key));
}

function toProblems(issue: z.core.$ZodIssue, input: unknown): Problem[] {
  const path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
  if (issue.code === 'unrecognized_keys') {
    const allowed = `no such key; ${formatPath(path) || 'an environment'} has ${keysAt(path).join(', ')}`;
    return issue.keys.map((key) => ({ path: [...path, key], allowed, got: valueAt(input, [...path, key]) }));
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map((inner) => ({ path, allowed: inner.message, got: path.at(-1) }));
  }
  if (issue.code === 'custom' && issue.params?.['reportedAt'] === 'parent') {
    return [{ path: path.slice(0, -1), concerns: path, allowed: issue.message, got: issue.params['got'] }];
  }
  const got = valueAt(input, path);
  const generic = issue.code === 'invalid_type' && issue.message.startsWith('Invalid input');
  return [{ path, allowed: generic ? `keys ${keysAt(path).join(', ')}` : issue.message, got }];
}

function valueAt(input: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<string | number, unknown> | null | undefined)?.[key],
    input,
  );
}

/** The keys that the schema knows at `path`. */
function keysAt(path: readonly (string | number)[]): string[] {
  const group = path.reduce<z.core.$ZodType | undefined>((schema, key) => {
    const node = unwrap(schema);
    return typeof key === 'number' ? node.element : node.shape?.[key];
  }, environmentSchema);
  return Object.keys(unwrap(group).shape ?? {});
}

/** What zod's objects, arrays and wrappers (defaults, refinements) have of each other. */
interface SchemaNode {
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly element?: z.core.$ZodType;
  readonly unwrap?: () => z.core.$ZodType;
}

/** The object or array schema below wrappers. */
function unwrap(schema: z.core.$ZodType | undefined): SchemaNode {
  const node = (schema ?? {}) as SchemaNode;
  return node.shape === undefined && node.element === undefined && node.unwrap !== undefined
    ? unwrap(node.unwrap())
    : node;
}

function labelOf(input: unknown, index: number): string {
  const name = (input as { name?: unknown } | null)?.name;
  return typeof name === 'string' && name !== '' ? name : `[${index}]`;
}
