import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { version as VALIDATOR_VERSION } from 'asl-validator/package.json';

import type { Environment } from '../../environments/schema';
import { idOf } from '../lib/manifest';
import type { Check, Violation } from './violation';

/** State machine definitions are valid Amazon States Language. */
export const checkStatesLanguage: Check = ({ env, manifests }) =>
  manifests
    .filter((manifest) => manifest.kind === 'StateMachine')
    .flatMap((manifest) => {
      const object = `${env.name} ${idOf(manifest)}`;
      return problemsOf(String(manifest.spec?.['definition']), env).map((rule): Violation => ({
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
const CACHE = join(__dirname, '..', '..', 'node_modules', '.cache', 'states-language');

function problemsOf(definition: string, env: Environment): string[] {
  // Environments differ in these alone, as far as the language is concerned.
  const shape = definition
    .replaceAll(env.account, '0'.repeat(12))
    .replaceAll(env.region, 'region')
    .replaceAll(env.name, 'environment');
  const seen = join(CACHE, createHash('sha256').update(`${VALIDATOR_VERSION}\n${shape}`).digest('hex'));
  if (existsSync(seen)) return [];

  const problems = validate(definition);
  if (problems.length === 0) {
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(seen, '');
  }
  return problems;
}

function validate(definition: string): string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(definition);
  } catch (error) {
    return [`is not JSON: ${(error as Error).message}`];
  }
  // Loaded only here, see CACHE; and without types, which it does not bring.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const validator = require('asl-validator') as AslValidator;
  return validator(parsed).errors.map((error) => error.Message);
}

type AslValidator = (definition: unknown) => { readonly errors: readonly { readonly Message: string }[] };
