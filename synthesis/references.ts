import { kindOf, kinds } from './kinds';
import { idOf, valueAt, walk, type Manifest } from './manifest';

/** A field of an object that names another object of the same environment. */
export interface Reference {
  /** The field: `spec.subnetRefs[0]`. */
  readonly path: string;
  /** The object named, as idOf gives it; undefined when nothing says of which kind it is. */
  readonly target: string | undefined;
}

/** The object whose resource has this ARN; undefined for ARNs of what no object of ours makes. */
export type FindByArn = (arn: string) => string | undefined;

/** Finds the objects of an environment by the ARN of their resource. An ARN that should be an object's but is none's gives `Kind/?name`. */
export function arnIndex(manifests: readonly Manifest[]): FindByArn {
  const byName = new Map<string, string>();
  for (const manifest of manifests) {
    const field = kindOf(manifest.kind)?.name;
    const name = field === undefined ? undefined : valueAt(manifest.spec, field);
    if (typeof name === 'string') byName.set(`${manifest.kind}/${name}`, idOf(manifest));
  }
  return (arn) => {
    for (const { arn: pattern, kind } of kinds) {
      const name = pattern?.exec(arn)?.[1];
      if (name !== undefined) return byName.get(`${kind}/${name}`) ?? `${kind}/?${name}`;
    }
    return undefined;
  };
}

/**
 * The objects that an object cannot do without: its namespace, what its reference fields name, and where its kind has none
 * (kinds.ts: refersByArn), what it names by ARN.
 *
 * ARNs in IAM and bucket policies are not among them: AWS lets them name what does not exist yet.
 */
export function referencesOf(manifest: Manifest, findByArn: FindByArn): Reference[] {
  const { kind, metadata, spec } = manifest;
  const row = kindOf(kind);
  const references: Reference[] = [];
  if (metadata.namespace !== undefined)
    references.push({ path: 'metadata.namespace', target: `Namespace/${metadata.namespace}` });

  if (kind === 'FieldExport') {
    const { from, to } = spec as unknown as FieldExportSpec;
    references.push({ path: 'spec.from.resource', target: `${from.resource.kind}/${from.resource.name}` });
    references.push({ path: 'spec.to', target: to.kind === 'configmap' ? `ConfigMap/${to.name}` : undefined });
    return references;
  }

  for (const { path, key, value } of walk(spec, 'spec')) {
    const name = (value as { from?: { name?: unknown } } | null | undefined)?.from?.name;
    if (/Refs?$/.test(key) && typeof name === 'string') {
      const target = row?.references?.[key];
      references.push({ path, target: target === undefined ? undefined : `${target}/${name}` });
    }
    if (row?.refersByArn === true && typeof value === 'string') {
      references.push(...arnsIn(value).flatMap((arn) => toReference(path, findByArn(arn))));
    }
  }
  return references;
}

/** The ARNs in a text: itself, or those in its JSON. */
export function arnsIn(text: string): string[] {
  return text.match(/arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:\d*:[^"\s]+/g) ?? [];
}

function toReference(path: string, target: string | undefined): Reference[] {
  return target === undefined ? [] : [{ path, target }];
}

interface FieldExportSpec {
  readonly from: { readonly resource: { readonly kind: string; readonly name: string } };
  readonly to: { readonly kind: string; readonly name: string };
}
