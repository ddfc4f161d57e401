import { parseAllDocuments } from 'yaml';

import { render, type Rendered } from '../synthesis/render';
import type { Manifest } from '../synthesis/manifest';
import type { EnvironmentInput } from '../environments/schema';
import { parse } from './fixtures';

const cache = new Map<string, Rendered>();

/** An environment's manifests, as the charts make them; made once. */
export function rendered(input: EnvironmentInput): Rendered {
  return once(cache, JSON.stringify(input), () => render(parse(input)));
}

/** The file that a chart makes of an environment. */
export function fileOf(input: EnvironmentInput, chart: string): string {
  const content = rendered(input).files.get(`${input.name}/${chart}.k8s.yaml`);
  if (content === undefined) throw new Error(`no chart ${chart}`);
  return content;
}

const readBack = new Map<string, readonly Manifest[]>();

/** The objects of a kind, read back from the YAML, as Argo CD sees them. */
export function objects(input: EnvironmentInput, kind: string): Manifest[] {
  const all = once(readBack, JSON.stringify(input), () =>
    [...rendered(input).files.values()]
      .flatMap((file) => parseAllDocuments(file, { version: '1.1' }))
      .map((document) => document.toJS() as Manifest),
  );
  // A copy, which the test may change.
  return structuredClone(all.filter((manifest) => manifest.kind === kind));
}

/** The only object of a kind. */
export function object(input: EnvironmentInput, kind: string): any {
  const [found, ...others] = objects(input, kind);
  if (found === undefined || others.length > 0)
    throw new Error(`expected one ${kind}, found ${others.length + (found ? 1 : 0)}`);
  return found;
}

/** The object of a kind and name. */
export function named(input: EnvironmentInput, kind: string, name: string): any {
  const found = objects(input, kind).find((manifest) => manifest.metadata.name === name);
  if (found === undefined)
    throw new Error(
      `no ${kind} ${name} among ${objects(input, kind)
        .map((m) => m.metadata.name)
        .join(', ')}`,
    );
  return found;
}

function once<T>(made: Map<string, T>, key: string, make: () => T): T {
  const found = made.get(key) ?? make();
  made.set(key, found);
  return found;
}
