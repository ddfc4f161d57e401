import * as fs from 'node:fs';
import * as path from 'node:path';
import { Validator } from '@cfworker/json-schema';
import { type Schema, toJsonSchema } from '../../imports/json-schema';
import { moduleFolder, readGoMod } from '../../sandbox/builder/go';
import { groupOf, readYaml, root, type Manifest } from './manifests';

/** Folder of a Go module that the sandbox pins, such as argo-cd of sandbox/programs/cluster. */
export async function pinnedModule(program: string, module: string): Promise<{ folder: string; version: string }> {
  const cwd = path.join(root, 'sandbox/programs', program);
  const { toolchain, versionOf } = await readGoMod(cwd);
  return { folder: await moduleFolder(module, { cwd, toolchain }), version: versionOf(module) };
}

/** What we read of a CustomResourceDefinition. */
export interface Crd {
  readonly kind: string;
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
}

/** What is wrong with a value; empty when nothing is. */
export function errorsOf(value: unknown, schema: object): string[] {
  const { errors } = new Validator(schema, '7', false).validate(value);
  return errors.map(({ instanceLocation, error }) => `${instanceLocation.slice(1) || '/'} ${error}`);
}

/** Validates objects against the CRDs of some folders or files. */
export class Crds {
  private readonly schemas = new Map<string, object>();

  constructor(...paths: readonly string[]) {
    const files = paths.flatMap((p) =>
      fs.statSync(p).isDirectory() ? fs.readdirSync(p).map((file) => path.join(p, file)) : [p],
    );
    for (const file of files) {
      const crd = readYaml(file) as Crd;
      if (crd.kind !== 'CustomResourceDefinition') continue; // manifests/crds also holds a kustomization
      for (const version of crd.spec.versions) {
        const { properties, ...rest } = version.schema.openAPIV3Schema;
        // The API server knows the metadata of every kind itself.
        const schema = toJsonSchema({ ...rest, properties: { ...properties, metadata: { type: 'object' } } });
        this.schemas.set(`${crd.spec.group}/${version.name}/${crd.spec.names.kind}`, schema);
      }
    }
  }

  /** Whether a CRD defines the object's kind. */
  define(manifest: Manifest): boolean {
    return this.schemas.has(`${manifest.apiVersion}/${manifest.kind}`);
  }

  /** What is wrong with an object; empty when nothing is. */
  errors(manifest: Manifest): string[] {
    const schema = this.schemas.get(`${manifest.apiVersion}/${manifest.kind}`);
    if (!schema) throw new Error(`no CRD for ${groupOf(manifest)} ${manifest.kind}`);
    return errorsOf(manifest, schema);
  }
}
