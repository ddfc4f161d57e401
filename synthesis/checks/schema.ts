import { Validator, type Schema } from '@cfworker/json-schema';

import schemas from '../../imports/schemas.json';
import { idOf } from '../manifest';
import type { Check, Violation } from './violation';

/** Kinds of Kubernetes itself, whose types cdk8s-plus checks at compile time. */
const coreKinds = ['v1/Namespace', 'v1/ConfigMap'];

const validators = new Map<string, Validator>();

/** Every object is one that the API server accepts and keeps whole: its kind is imported, its fields are those of the CRD. */
export const checkSchema: Check = ({ env, manifests }) =>
  manifests.flatMap((manifest) => {
    const gvk = `${manifest.apiVersion}/${manifest.kind}`;
    if (coreKinds.includes(gvk)) return [];

    const object = `${env.name} ${idOf(manifest)}`;
    const validator = validatorOf(gvk);
    if (validator === undefined) {
      return [
        {
          object,
          field: 'kind',
          rule: `${gvk} is not imported`,
          fix: 'add the kind to imports/import.ts and run `npm run import`',
        },
      ];
    }
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
        fix: `see the fields of ${manifest.kind} in imports/${manifest.apiVersion.split('/')[0] ?? ''}.ts`,
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
