import { Validator, type Schema } from '@cfworker/json-schema';

import schemas from '../../imports/schemas.json';
import { kindOf } from '../kinds';
import { groupOf, idOf } from '../manifest';
import type { Check, Violation } from './violation';

const validators = new Map<string, Validator>();

/** Every object is one that the API server accepts and keeps whole: its kind is known and imported, its fields are those of the CRD. */
export const checkSchema: Check = ({ env, manifests }) =>
  manifests.flatMap((manifest) => {
    const gvk = `${manifest.apiVersion}/${manifest.kind}`;
    const object = `${env.name} ${idOf(manifest)}`;
    const row = kindOf(manifest.kind);
    if (row === undefined || row.group !== groupOf(manifest))
      return [{ object, field: 'kind', rule: `${gvk} has no row`, fix: 'add the kind to synthesis/kinds.ts' }];
    // The types of Kubernetes' own kinds are checked at compile time, by cdk8s-plus.
    if (row.group === '') return [];

    const validator = validatorOf(gvk);
    if (validator === undefined)
      return [{ object, field: 'kind', rule: `${gvk} is not imported`, fix: 'run `make import`' }];
    const { errors } = validator.validate({ spec: manifest.spec ?? {} });
    return errors
      .filter(({ keyword }) => !wrappers.includes(keyword))
      .map(({ instanceLocation, error }): Violation => ({
        object,
        field: instanceLocation
          .slice(2)
          .replaceAll(/\/(\d+)/g, '[$1]')
          .replaceAll('/', '.'),
        rule: error.replace('False boolean schema.', 'the CRD has no such field'),
        fix: `see the fields of ${manifest.kind} in imports/${row.group}.ts`,
      }));
  });

/** Errors that only say that there is an error further in. */
const wrappers = ['properties', 'items', 'additionalProperties', '$ref'];

function validatorOf(gvk: string): Validator | undefined {
  const known = validators.get(gvk);
  if (known !== undefined) return known;
  const schema = (schemas as unknown as Record<string, Schema | undefined>)[gvk];
  if (schema === undefined) return undefined;
  const validator = new Validator(schema, '7', false);
  validators.set(gvk, validator);
  return validator;
}
