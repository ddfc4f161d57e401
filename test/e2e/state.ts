/** What JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What is in AWS: `service kind name` → its properties. */
export type State = Record<string, Json>;

/**
 * An answer of an AWS SDK as plain JSON to compare: without metadata, lists of tags as maps, policies and other JSON
 * in texts as what they say, times as texts.
 */
export function tidy(value: unknown): Json {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'string') return /^\s*\{/.test(value) ? (JSON.parse(value) as Json) : value;
  if (Array.isArray(value)) return isTags(value) ? tagMap(value) : value.map(tidy);
  if (typeof value !== 'object' || value === null) return value as Json;
  const known = Object.entries(value).filter(([key, child]) => key !== '$metadata' && child !== undefined);
  return Object.fromEntries(known.map(([key, child]) => [key, tidy(child)]));
}

type Tag = Readonly<Record<string, string>>;

function isTags(list: readonly unknown[]): list is Tag[] {
  return (
    list.length > 0 &&
    list.every((one) =>
      /^key,value$/i.test(
        Object.keys(one ?? {})
          .sort()
          .join(','),
      ),
    )
  );
}

function tagMap(tags: readonly Tag[]): Json {
  return Object.fromEntries(
    tags.map((tag) => [tag['Key'] ?? tag['key'] ?? '', tag['Value'] ?? tag['value'] ?? '']).sort(),
  );
}

/**
 * What differs between two states: `service kind name: path` → `before → after`. Resources that came or went have no
 * path: `added`, `removed`.
 */
export function changes(before: State, after: State): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [before[name], after[name]];
    if (old === undefined) found[name] = 'added';
    else if (now === undefined) found[name] = 'removed';
    else compare(`${name}:`, old, now, found);
  }
  return found;
}

function compare(path: string, before: Json | undefined, after: Json | undefined, found: Record<string, string>): void {
  if (isParent(before) && isParent(after)) {
    const [old, now] = [Object(before), Object(after)] as Record<string, Json>[];
    const separator = path.endsWith(':') ? ' ' : '.';
    for (const key of new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})]))
      compare(`${path}${separator}${key}`, old?.[key], now?.[key], found);
  } else if (before !== after) {
    found[path] = `${show(before)} → ${show(after)}`;
  }
}

function isParent(value: Json | undefined): boolean {
  return typeof value === 'object' && value !== null;
}

function show(value: Json | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
