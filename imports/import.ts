/**
 * Makes the generated files of this folder: `make import`.
 *
 *  - `<group>.ts`: what `cdk8s import` makes of the CRDs of the kinds in synthesis/kinds.ts;
 *  - `schemas.json`: the same CRDs' schemas, for the checks that run at synthesis (synthesis/checks/schema.ts).
 *
 * With `--check` it changes nothing and fails when the folder is not what it would make.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';

import { kinds, serviceNamed, serviceOf, standIn } from '../synthesis/kinds';
import { type Schema, toJsonSchema } from './json-schema';

const root = join(__dirname, '..');

/** An API group: the kinds that the charts use, and the folder of their CRDs. */
interface Source {
  readonly group: string;
  readonly kinds: readonly string[];
  readonly folder: string;
}

/** The groups of synthesis/kinds.ts but Kubernetes' own, in its order. */
function sources(): Source[] {
  const groups = [...new Set(kinds.map(({ group }) => group))].filter((group) => group !== '');
  return groups.map((group) => ({
    group,
    kinds: kinds.filter((row) => row.group === group).map(({ kind }) => kind),
    folder: folderOf(group),
  }));
}

/** Where the CRDs of a group are: in the Go module of an official controller that the sandbox builds, or in this repository. */
function folderOf(group: string): string {
  const own = (folder: string) => join(root, 'controllers', 'config', 'crd', folder);
  const name = serviceOf(group);
  // The group that all official controllers share: each carries it.
  if (name === undefined) return join(moduleOf('s3'), 'config', 'crd', 'common', 'bases');
  const service = serviceNamed(name);
  if (service.controller === 'ours') return own('bases');
  return service.sandbox === standIn ? own('standins') : join(moduleOf(name), 'config', 'crd', 'bases');
}

/** The folder of an official controller's Go module, which is fetched when it is not there. */
function moduleOf(service: string): string {
  const module = `github.com/aws-controllers-k8s/${service}-controller`;
  const program = join(root, 'sandbox', 'programs', `ack-${service}`);
  const go = (...args: string[]) => execFileSync('go', ['-C', program, ...args], { encoding: 'utf8' });
  go('mod', 'download', module);
  return go('list', '-m', '-f', '{{.Dir}}', module).trim();
}

interface Crd {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
}

function readCrds(source: Source): Crd[] {
  const all = readdirSync(source.folder)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .flatMap((file) => parseAllDocuments(readFileSync(join(source.folder, file), 'utf8')))
    .map((document) => document.toJS() as Crd);
  return source.kinds.map((kind) => {
    const crd = all.find(({ spec }) => spec.group === source.group && spec.names.kind === kind);
    if (crd === undefined) throw new Error(`no CRD of ${kind}.${source.group} in ${source.folder}`);
    return crd;
  });
}

/** Makes the folder's generated files in `folder`. */
function generate(folder: string): void {
  const schemas: Record<string, unknown> = {};
  for (const source of sources()) {
    const crds = readCrds(source);
    const input = join(folder, 'crds.yaml');
    writeFileSync(input, crds.map((crd) => stringify(crd)).join('---\n'));
    const cdk8s = join(root, 'node_modules', 'cdk8s-cli', 'bin', 'cdk8s');
    const args = [
      'import',
      input,
      '--output',
      folder,
      '--language',
      'typescript',
      '--save=false',
      '--check-upgrade=false',
    ];
    execFileSync(process.execPath, [cdk8s, ...args], { stdio: ['ignore', 'ignore', 'pipe'], cwd: folder });
    rmSync(input);
    for (const { spec } of crds) {
      for (const version of spec.versions) {
        const { spec: specSchema, status } = version.schema.openAPIV3Schema.properties ?? {};
        if (specSchema === undefined) throw new Error(`the CRD of ${spec.names.kind}.${spec.group} has no spec`);
        const properties = { spec: specSchema, ...(status === undefined ? {} : { status }) };
        schemas[`${spec.group}/${version.name}/${spec.names.kind}`] = toJsonSchema({ type: 'object', properties });
      }
    }
  }
  writeFileSync(join(folder, 'schemas.json'), `${JSON.stringify(schemas)}\n`);
}

/** The generated files of a folder: name → content. */
function filesOf(folder: string): Map<string, string> {
  const names = readdirSync(folder).filter((name) => !['import.ts', 'json-schema.ts'].includes(name));
  return new Map(names.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

function main(): void {
  const check = process.argv.includes('--check');
  const scratch = mkdtempSync(join(tmpdir(), 'imports-'));
  try {
    generate(scratch);
    const [made, present] = [filesOf(scratch), filesOf(__dirname)];
    const stale = [...new Set([...made.keys(), ...present.keys()])].filter(
      (name) => made.get(name) !== present.get(name),
    );
    if (check && stale.length > 0)
      throw new Error(`imports/ is stale (${stale.join(', ')}): run \`make import\` and commit`);
    for (const name of stale) {
      const content = made.get(name);
      if (content === undefined) rmSync(join(__dirname, name));
      else writeFileSync(join(__dirname, name), content);
    }
    console.log(stale.length === 0 ? 'imports/ is up to date' : `imports/: changed ${stale.join(', ')}`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

try {
  main();
} catch (error) {
  console.error(`make import: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
