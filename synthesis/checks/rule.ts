import { isDeepStrictEqual } from 'node:util';

import type { Environment } from '../../environments/schema';
import { idOf, valueAt, type Manifest } from '../manifest';
import type { Check, Violation } from './violation';

/** A rule for the objects of some kinds. */
export interface Rule {
  /** The kinds it is for. */
  readonly kinds: readonly string[];
  readonly field: string;
  /** What must hold. */
  readonly rule: string;
  readonly fix: string;
  readonly holds: (value: unknown, manifest: Manifest, env: Environment) => boolean;
}

/** The check that each object keeps the rules for its kind. */
export function checkOf(rules: readonly Rule[]): Check {
  return ({ env, manifests }) =>
    manifests.flatMap((manifest) =>
      rules
        .filter(
          ({ kinds, field, holds }) => kinds.includes(manifest.kind) && !holds(fieldOf(manifest, field), manifest, env),
        )
        .map(({ field, rule, fix }): Violation => ({ object: `${env.name} ${idOf(manifest)}`, field, rule, fix })),
    );
}

/** Whether a value is the expected one, in depth. */
export function equals(expected: unknown): (value: unknown) => boolean {
  return (value) => isDeepStrictEqual(value, expected);
}

/** The value of a field; what follows `annotations.` is one key. */
function fieldOf(manifest: Manifest, field: string): unknown {
  const annotation = /^metadata\.annotations\.(.+)$/.exec(field)?.[1];
  return annotation === undefined ? valueAt(manifest, field) : manifest.metadata.annotations?.[annotation];
}
