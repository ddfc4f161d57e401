import schemas from '../../imports/schemas.json';
import { idOf, walk, type Manifest } from '../manifest';
import { arnIndex, arnsIn, referencesOf } from '../references';
import type { Check, Violation } from './violation';

/** Whatever an object names exists in the same environment: by reference, by ARN, or as a field to export. */
export const checkReferences: Check = ({ env, manifests }) => {
  const ids = new Set(manifests.map(idOf));
  const findByArn = arnIndex(manifests);
  const place = new RegExp(`^arn:${env.partition}:[a-z0-9-]+:(${env.region})?:(${env.account})?:`);
  // The policies that AWS manages are in no account.
  const aws = new RegExp(`^arn:${env.partition}:iam::aws:policy/`);

  return manifests.flatMap((manifest) => {
    const object = `${env.name} ${idOf(manifest)}`;
    const violations: Violation[] = [];
    const add = (field: string, rule: string, fix: string) => violations.push({ object, field, rule, fix });

    for (const { path, target } of referencesOf(manifest, findByArn)) {
      if (target === undefined)
        add(
          path,
          'nothing says which kind this refers to',
          'add the field to `references` of the kind in synthesis/kinds.ts',
        );
      else if (!ids.has(target))
        add(
          path,
          `refers to ${target}, which is not in the environment`,
          'refer to an object of the same environment with refTo()',
        );
    }

    for (const { path, value } of walk({ spec: manifest.spec, data: manifest.data })) {
      if (typeof value !== 'string') continue;
      for (const arn of arnsIn(value)) {
        if (aws.test(arn)) continue;
        const target = findByArn(arn);
        if (!place.test(arn))
          add(
            path,
            `${arn} is outside partition ${env.partition}, region ${env.region}, account ${env.account}`,
            'make the ARN with charts/lib/arns.ts',
          );
        else if (target !== undefined && !ids.has(target))
          add(path, `${arn} is of ${target}, which is not in the environment`, 'make the ARN with charts/lib/arns.ts');
      }
    }

    if (manifest.kind === 'FieldExport') violations.push(...checkExportedField(manifest, manifests, object));
    return violations;
  });
};

/** A FieldExport's path is a field of the status that the CRD describes. */
function checkExportedField(manifest: Manifest, manifests: readonly Manifest[], object: string): Violation[] {
  const { from } = manifest.spec as unknown as { from: { path: string; resource: { kind: string; name: string } } };
  const source = manifests.find((other) => idOf(other) === `${from.resource.kind}/${from.resource.name}`);
  const schema = (schemas as unknown as Record<string, Node | undefined>)[
    `${source?.apiVersion ?? ''}/${source?.kind ?? ''}`
  ];
  if (source === undefined || schema === undefined) return []; // Reported as such: the reference, the kind.
  const keys = from.path.split('.').slice(1);
  const field = keys.reduce<Node | undefined>((node, key) => node?.properties?.[key], schema);
  if (field !== undefined) return [];
  return [
    {
      object,
      field: 'spec.from.path',
      rule: `${source.kind} has no field ${from.path}`,
      fix: `choose one of ${Object.keys(schema.properties?.['status']?.properties ?? {}).join(', ')}`,
    },
  ];
}

interface Node {
  readonly properties?: Readonly<Record<string, Node | undefined>>;
}
