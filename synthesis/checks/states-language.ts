import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { version as validatorVersion } from 'asl-validator/package.json';

import { idOf } from '../manifest';
import type { Check, Violation } from './violation';

/** State machine definitions are valid Amazon States Language. */
export const checkStatesLanguage: Check = ({ env, manifests }) =>
  manifests
    .filter((manifest) => manifest.kind === 'StateMachine')
    .flatMap((manifest) => {
      const object = `${env.name} ${idOf(manifest)}`;
      return problemsOf(String(manifest.spec?.['definition'])).map((rule): Violation => ({
        object,
        field: 'spec.definition',
        rule,
        fix: 'correct the state in charts/orchestration.ts',
      }));
    });

/**
 * Where valid definitions are remembered. The validator takes a third of a second to load and compile its schemas, which
 * is as long as all the rest of synthesis; a definition rarely changes its shape.
 */
const cacheFolder = join(__dirname, '..', '..', 'node_modules', '.cache', 'states-language');

/** What is wrong with a definition. @param cache where valid ones are remembered; one that cannot be written costs time only */
export function problemsOf(definition: string, cache = cacheFolder): string[] {
  const seen = join(
    cache,
    createHash('sha256')
      .update(`${validatorVersion}\n${shapeOf(definition)}`)
      .digest('hex'),
  );
  if (existsSync(seen)) return [];

  const problems = validate(definition);
  if (problems.length === 0) {
    try {
      mkdirSync(cache, { recursive: true });
      writeFileSync(seen, '');
    } catch {
      // A read-only installation: it is validated again next time.
    }
  }
  return problems;
}

/** The definition without the texts in `Parameters`, which the language leaves to the service: there environments differ. */
function shapeOf(definition: string): string {
  try {
    return JSON.stringify(
      JSON.parse(definition, (key, value: unknown) => (key === 'Parameters' ? blank(value) : value)),
    );
  } catch {
    return definition; // No JSON: validate says so.
  }
}

function blank(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, inner: unknown) =>
    typeof inner === 'string' && !key.endsWith('.$') ? '' : inner,
  );
}

function validate(definition: string): string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(definition);
  } catch (error) {
    return [`is not JSON: ${(error as Error).message}`];
  }
  // Loaded only here, see cacheFolder; and without types, which it does not bring.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const validator = require('asl-validator') as AslValidator;
  return validator(parsed).errors.map((error) => error.Message);
}

type AslValidator = (definition: unknown) => { readonly errors: readonly { readonly Message: string }[] };
