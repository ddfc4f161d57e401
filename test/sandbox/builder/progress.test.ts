import type { BuildEvent } from '../../../sandbox/builder/builder';
import { find } from '../../../sandbox/builder/catalog';
import { compiling, roughly, showBuild } from '../../../sandbox/builder/progress';

const event = (program: string, done: number, total: number) =>
  ({ kind: 'compiling', program, done, total, elapsed: 0 }) as const;

test.each<[string, number, number, string]>([
  ['with packages left', 25, 100, '25 of 100 packages'],
  ['after the last package comes the linker', 100, 100, 'linking'],
  ['with nothing to compile, too', 0, 0, 'linking'],
])('%s', (_, done, total, want) => {
  expect(compiling(event('x', done, total))).toBe(want);
});

test.each([
  [1, '10 seconds'],
  [41_000, '50 seconds'],
  [62_000, '1 minute'],
  [9.4 * 60_000, '9 minutes'],
])('%d ms are roughly %s', (milliseconds, want) => {
  expect(roughly(milliseconds)).toBe(want);
});

/** What is shown of some events: lines that stay and the one that changes. Time stands still. */
function shown(events: readonly BuildEvent[], meanwhile?: string): { lines: string[]; states: (string | undefined)[] } {
  const lines: string[] = [];
  const states: (string | undefined)[] = [];
  const plain = (text: string) => text;
  const terminal = {
    line: (text: string) => lines.push(text),
    status: (text: string | undefined) => states.push(text),
    style: { ok: plain, bad: plain, dim: plain },
  };
  events.forEach(showBuild(terminal, meanwhile, { now: () => 0, cores: 2 }));
  return { lines, states };
}

test('two that are being built at the same time are shown side by side', () => {
  const { states } = shown([
    event('x', 5, 100),
    { kind: 'installing', program: 'aws', elapsed: 2000 },
    { kind: 'built', program: 'x', elapsed: 3000 },
    { kind: 'built', program: 'aws', elapsed: 4000 },
  ]);
  expect(states).toEqual([
    '  x 5 of 100 packages',
    '  x 5 of 100 packages; aws installing Python packages, 2.0s',
    '  aws installing Python packages, 2.0s',
    undefined,
  ]);
});

test('says from the start how long all of it takes, and with each program what is left', () => {
  const programs = find(['etcd', 'redis']).map((program) => ({ ...program, cost: { packages: 100, seconds: 600 } }));
  const { lines, states } = shown(
    [
      { kind: 'planned', programs },
      event('etcd', 50, 100),
      { kind: 'built', program: 'etcd', elapsed: 60_000 },
      { kind: 'built', program: 'redis', elapsed: 60_000 },
    ],
    'Meanwhile, read.',
  );
  expect(lines[0]).toMatch(/^Building etcd, redis: about 10 minutes, once/);
  expect(lines[1]).toBe('Meanwhile, read.');
  expect(states[0]).toMatch(/^ {2}about \d+ (minutes?|seconds) left; etcd 50 of 100 packages$/);
  expect(lines[2]).toMatch(/^✓ etcd built 1m00s, about \d+ (minutes?|seconds) left$/);
  expect(lines[3]).toBe('✓ redis built 1m00s');
});

test('what takes less than a minute leaves no time for anything else', () => {
  const programs = find(['redis']).map((program) => ({ ...program, cost: { packages: 1, seconds: 60 } }));
  expect(shown([{ kind: 'planned', programs }], 'Meanwhile, read.').lines).toHaveLength(1);
});
