import { kinds, serviceOf } from '../../synthesis/kinds';

/** The kinds of AWS resources that environments may consist of, by API group. */
export function platformKinds(): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { group, kind } of kinds) {
    if (serviceOf(group) !== undefined) groups.set(group, [...(groups.get(group) ?? []), kind]);
  }
  return groups;
}

/** Group and kind that a CustomResourceDefinition in controller-gen's layout defines; undefined for other objects. */
export function definedKind(document: string): { readonly group: string; readonly kind: string } | undefined {
  if (!/^kind: CustomResourceDefinition$/m.test(document)) return undefined;
  const group = /^ {2}group: (\S+)$/m.exec(document)?.[1];
  const kind = /^ {4}kind: (\S+)$/m.exec(document)?.[1];
  return group === undefined || kind === undefined ? undefined : { group, kind };
}
