import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { parse } from 'yaml';
import { checkout } from '../state/folder';

interface Project {
  readonly spec: { readonly namespaceResourceWhitelist: readonly { readonly group: string; readonly kind: string }[] };
}

/** The kinds of AWS resources that environments may consist of, by API group: those that Argo CD's project admits. */
export async function platformKinds(): Promise<Map<string, string[]>> {
  const file = path.join(checkout, 'argocd', 'base', 'project.yaml');
  const { spec } = parse(await fs.readFile(file, 'utf8')) as Project;
  const kinds = new Map<string, string[]>();
  for (const { group, kind } of spec.namespaceResourceWhitelist) {
    if (group.endsWith('.services.k8s.aws')) kinds.set(group, [...(kinds.get(group) ?? []), kind]);
  }
  return kinds;
}

/** Group and kind that a CustomResourceDefinition in controller-gen's layout defines; undefined for other objects. */
export function definedKind(document: string): { readonly group: string; readonly kind: string } | undefined {
  if (!/^kind: CustomResourceDefinition$/m.test(document)) return undefined;
  const group = /^ {2}group: (\S+)$/m.exec(document)?.[1];
  const kind = /^ {4}kind: (\S+)$/m.exec(document)?.[1];
  return group === undefined || kind === undefined ? undefined : { group, kind };
}
