/** The places that a row of synthesis/kinds.ts needs something in, besides what is generated from it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse as parseYaml } from 'yaml';

import { environments } from '../../environments';
import { parseEnvironments } from '../../environments/schema';
import schemas from '../../imports/schemas.json';
import { installation, type Tables } from '../../synthesis/installation';
import { builtServices, officialServices, serviceOf, standIn } from '../../synthesis/kinds';
import { everything, minimal } from '../fixtures';
import { rendered } from '../rendered';

const root = join(__dirname, '..', '..');

/** What is missing, and what to put there: empty when every place has what the tables ask for, and nothing that they do not. */
export function missing(tables: Tables): string[] {
  return [
    ...tables.kinds.flatMap((row) => ofKind(row.kind, row.group, tables)),
    ...Object.keys(tables.services).flatMap((service) => ofService(service, tables)),
    ...strays(tables),
    ...stale(tables),
  ];
}

function ofKind(kind: string, group: string, { services }: Tables): string[] {
  const service = serviceOf(group);
  return [
    ...(madeKinds().has(kind)
      ? []
      : [`charts/: no chart makes a ${kind}; make it in one, and list a new chart in charts/index.ts`]),
    ...(group === '' || Object.keys(schemas).some((gvk) => gvk.startsWith(`${group}/`) && gvk.endsWith(`/${kind}`))
      ? []
      : [`imports/: no ${kind}.${group}; run \`make import\``]),
    ...(service === undefined || service in services
      ? []
      : [`synthesis/kinds.ts: services has no ${service}, whose controller serves ${kind}; add its row`]),
  ];
}

function ofService(service: string, { services }: Tables): string[] {
  const official = officialServices(services).includes(service);
  return [
    ...(has('argocd', 'iam', `${service}.json`) === official
      ? []
      : [`argocd/iam/${service}.json: ${official ? "the rights of the service's official controller" : 'remove it'}`]),
    ...(has('argocd', 'iam', 'capability', `${service}.json`) === official
      ? []
      : [
          `argocd/iam/capability/${service}.json: ${official ? 'what any version of it may read besides' : 'remove it'}`,
        ]),
    ...(has('controllers', 'config', 'iam', `${service}.json`) === !official
      ? []
      : [`controllers/config/iam/${service}.json: ${official ? 'remove it' : 'the rights that our controller needs'}`]),
    ...(official || ownServices().includes(service)
      ? []
      : [`argocd/controller/values.yaml: services lacks ${service}, which our controller serves`]),
    ...(builtServices(services).includes(service) ? ofProgram(service, services[service]?.sandbox) : []),
    ...(services[service]?.sandbox === standIn && !standIns().includes(service)
      ? [
          `controllers/cmd/standins/main.go: no ${service}.Service(); write the stand-in: controllers/generate/${service}.yaml, ` +
            `controllers/apis/${service}, controllers/internal/${service}`,
        ]
      : []),
  ];
}

function ofProgram(service: string, version: string | undefined): string[] {
  const folder = `sandbox/programs/ack-${service}`;
  if (!has(folder, 'go.mod')) return [`${folder}: a go.mod that requires the controller's module`];
  const required = `github.com/aws-controllers-k8s/${service}-controller v${String(version)}\n`;
  if (read(folder, 'go.mod').includes(required)) return [];
  return [`${folder}/go.mod: require ${required.trim()}, the version in the sandbox of synthesis/kinds.ts`];
}

/** What no row asks for. */
function strays({ services }: Tables): string[] {
  const known = (names: readonly string[], where: string) =>
    names.filter((name) => !(name in services)).map((name) => `${where}: ${name} has no row in synthesis/kinds.ts`);
  const programs = readdirSync(join(root, 'sandbox', 'programs')).filter((name) => name.startsWith('ack-'));
  return [
    ...known(policies('argocd', 'iam'), 'argocd/iam'),
    ...known(policies('argocd', 'iam', 'capability'), 'argocd/iam/capability'),
    ...known(policies('controllers', 'config', 'iam'), 'controllers/config/iam'),
    ...known(ownServices(), 'argocd/controller/values.yaml'),
    ...known(standIns(), 'controllers/cmd/standins'),
    ...programs
      .filter((name) => !builtServices(services).includes(name.replace('ack-', '')))
      .map((name) => `sandbox/programs/${name}: is no official controller that synthesis/kinds.ts has built`),
  ];
}

/** Generated files that are not what the tables and the environments make. */
function stale(tables: Tables): string[] {
  return [...installation(parseEnvironments(environments), tables)]
    .filter(([path, content]) => !has(path) || read(path) !== content)
    .map(([path]) => `${path}: run \`make synth\``);
}

/** The kinds that the charts make, of the live environments and with every option. */
function madeKinds(): ReadonlySet<string> {
  made ??= new Set(
    [...environments, minimal, everything].flatMap((env) => rendered(env).manifests.map(({ kind }) => kind)),
  );
  return made;
}
let made: ReadonlySet<string> | undefined;

function ownServices(): string[] {
  return (parseYaml(read('argocd', 'controller', 'values.yaml')) as { services: string[] }).services;
}

function standIns(): string[] {
  return [...read('controllers', 'cmd', 'standins', 'main.go').matchAll(/(\w+)\.Service\(\)/g)].map(
    ([, name = '']) => name,
  );
}

function policies(...folder: string[]): string[] {
  const files = readdirSync(join(root, ...folder)).filter((file) => file.endsWith('.json'));
  return files.map((file) => file.replace(/\.json$/, ''));
}

function has(...path: string[]): boolean {
  return existsSync(join(root, ...path));
}

function read(...path: string[]): string {
  return readFileSync(join(root, ...path), 'utf8');
}
