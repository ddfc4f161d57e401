import * as fs from 'node:fs';
import * as path from 'node:path';
import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';
import { moduleFolder, readGoMod } from '../../sandbox/builder/go';
import { groupOf, readYaml, root, type Manifest } from './manifests';

/** Folder of a Go module that the sandbox pins, such as argo-cd of sandbox/programs/argocd. */
export async function pinnedModule(program: string, module: string): Promise<{ folder: string; version: string }> {
  const cwd = path.join(root, 'sandbox/programs', program);
  const { toolchain, versionOf } = await readGoMod(cwd);
  return { folder: await moduleFolder(module, { cwd, toolchain }), version: versionOf(module) };
}

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
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

/** The schema with what the API server would prune made an error: a field that the CRD does not know. */
function refuseUnknownFields(schema: Schema): Schema {
  const strict: Schema = { ...schema };
  if (schema.properties) {
    strict.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([name, property]) => [name, refuseUnknownFields(property)]),
    );
    if (!schema['x-kubernetes-preserve-unknown-fields'] && schema.additionalProperties === undefined) {
      strict.additionalProperties = false;
    }
  }
  if (schema.items) strict.items = refuseUnknownFields(schema.items);
  if (typeof schema.additionalProperties === 'object') {
    strict.additionalProperties = refuseUnknownFields(schema.additionalProperties);
  }
  return strict;
}

/** Validates objects against the CRDs of some folders or files. */
export class Crds {
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(...paths: readonly string[]) {
    const ajv = new Ajv({ strict: false, allErrors: true, formats: { int64: true, int32: true, 'date-time': true } });
    const files = paths.flatMap((p) =>
      fs.statSync(p).isDirectory() ? fs.readdirSync(p).map((file) => path.join(p, file)) : [p],
    );
    for (const file of files) {
      const crd = readYaml(file) as Crd;
      if (crd.kind !== 'CustomResourceDefinition') continue; // manifests/crds also holds a kustomization
      for (const version of crd.spec.versions) {
        const schema = refuseUnknownFields(version.schema.openAPIV3Schema);
        // The API server knows the metadata of every kind itself.
        if (schema.properties) schema.properties['metadata'] = { type: 'object' };
        this.validators.set(`${crd.spec.group}/${version.name}/${crd.spec.names.kind}`, ajv.compile(schema));
      }
    }
  }

  /** Whether a CRD defines the object's kind. */
  define(manifest: Manifest): boolean {
    return this.validators.has(`${manifest.apiVersion}/${manifest.kind}`);
  }

  /** What is wrong with an object; empty when nothing is. */
  errors(manifest: Manifest): string[] {
    const validate = this.validators.get(`${manifest.apiVersion}/${manifest.kind}`);
    if (!validate) throw new Error(`no CRD for ${groupOf(manifest)} ${manifest.kind}`);
    return validate(manifest) ? [] : (validate.errors ?? []).map(describeError);
  }
}

function describeError(error: ErrorObject): string {
  return `${error.instancePath || '/'} ${error.message ?? ''} ${JSON.stringify(error.params)}`;
}
