import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { checkout } from '../../sandbox/state/folder';

/** The recording that the emulator's tests ask the shipped policies about. */
const file = path.join(checkout, 'sandbox', 'aws', 'tests', 'iam', 'needs.json');

/** What a role's calls needed: action, resource, and the keys that a condition may name. */
type Need = readonly [action: string, resource: string, context: Readonly<Record<string, unknown>>];

/** Adds to the recording what the platform's roles needed in the sandbox that the environment points at. */
export async function record(): Promise<void> {
  const answer = await fetch(`${process.env['AWS_ENDPOINT_URL']}/sanders/needs`);
  const { needs } = (await answer.json()) as {
    needs: Record<string, { action: string; resource: string; context: Record<string, unknown> }[]>;
  };
  const known = JSON.parse(await fs.readFile(file, 'utf8').catch(() => '{}')) as Record<string, Need[]>;
  for (const [principal, those] of Object.entries(needs)) {
    const role = /:role\/((?:ack|sanders)-\S+)$/.exec(principal)?.[1];
    if (role === undefined) continue;
    const name = settled(role);
    const found = those.map(({ action, resource, context }): Need => [action, resource, asked(context)]);
    known[name] = unique([
      ...(known[name] ?? []),
      ...found.map((need) => JSON.parse(settled(JSON.stringify(need))) as Need),
    ]);
  }
  const lines = Object.entries(known)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([role, those]) =>
        `${JSON.stringify(role)}: [\n${those.map((need) => `  ${JSON.stringify(need)}`).join(',\n')}\n]`,
    );
  await fs.writeFile(file, `{\n${lines.join(',\n')}\n}\n`);
}

/** Without what no policy asks for, which would be most of it. */
function asked(context: Readonly<Record<string, unknown>>): Need[2] {
  const keys = Object.entries(context).filter(
    ([key]) => !/^aws:tagkeys$|^sts:rolesessionname$|tag\/(?!project$)/.test(key),
  );
  return Object.fromEntries(keys);
}

function unique(needs: readonly Need[]): Need[] {
  return [...new Set(needs.map((need) => JSON.stringify(need)))].sort().map((text) => JSON.parse(text) as Need);
}

/** Without what differs from run to run, so that the same calls are recorded as the same: ids, random names, dates. */
function settled(text: string): string {
  return text
    .replaceAll(/\b([a-z]+)-[0-9a-f]{17}\b/g, '$1-0')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '0')
    .replaceAll(/\b[0-9a-f]{32}\b/g, '0')
    .replaceAll(/data\/\d+\.csv/g, 'data/0.csv');
}
