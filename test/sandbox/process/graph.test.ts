import { Stopped } from '../../../sandbox/process/failure';
import { Graph, type Step } from '../../../sandbox/process/graph';

const boom = new Error('boom');

/** Steps that write down what happens to them. */
function steps(
  after: Record<string, readonly string[]>,
  change: Record<string, Partial<Step>> = {},
): { all: Step[]; log: string[] } {
  const log: string[] = [];
  const all = Object.entries(after).map(([name, before]): Step => ({
    name,
    after: before,
    start: () => {
      log.push(`start ${name}`);
      return Promise.resolve();
    },
    stop: () => {
      log.push(`stop ${name}`);
      return Promise.resolve();
    },
    ...change[name],
  }));
  return { all, log };
}

const chain = { api: ['store'], store: [], controller: ['api', 'cloud'], cloud: [] };

test('starts each step after those that it needs, and stops in reverse', async () => {
  const { all, log } = steps(chain);
  const graph = new Graph(all);
  await graph.start();
  expect(log.indexOf('start store')).toBeLessThan(log.indexOf('start api'));
  expect(log.at(-1)).toBe('start controller');
  log.length = 0;
  await graph.stop();
  expect(log[0]).toBe('stop controller');
  expect(log.indexOf('stop api')).toBeLessThan(log.indexOf('stop store'));
});

test('starts at once what waits for nothing', async () => {
  let release: () => void = () => undefined;
  const slow = new Promise<void>((resolve) => (release = resolve));
  const { all, log } = steps(chain, { store: { start: () => slow } });
  const started = new Graph(all).start();
  await Promise.resolve();
  expect(log).toEqual(['start cloud']);
  release();
  await started;
});

test('a step that fails stops all the others, and its error is what start throws', async () => {
  const { all, log } = steps(chain, { api: { start: () => Promise.reject(boom) } });
  await expect(new Graph(all).start()).rejects.toBe(boom);
  expect(log).not.toContain('start controller');
  expect(log.filter((line) => line.startsWith('stop')).sort()).toEqual([
    'stop api',
    'stop cloud',
    'stop controller',
    'stop store',
  ]);
});

test('stop during start starts nothing more', async () => {
  let release: () => void = () => undefined;
  const slow = new Promise<void>((resolve) => (release = resolve));
  const { all, log } = steps(chain, { store: { start: () => slow } });
  const graph = new Graph(all);
  const started = expect(graph.start()).rejects.toBeInstanceOf(Stopped);
  const stopped = graph.stop();
  release();
  await Promise.all([started, stopped]);
  expect(log).not.toContain('start api');
});

test.each<[string, Record<string, readonly string[]>, RegExp]>([
  ['a circle', { a: ['b'], b: ['c'], c: ['a'] }, /a → b → c → a/],
  ['an unknown step', { a: ['b'] }, /a.*b, which is not a step/],
])('refuses %s', (_, after, message) => {
  expect(() => new Graph(steps(after).all)).toThrow(message);
});

test('refuses a name that is used twice', () => {
  const { all } = steps({ a: [] });
  expect(() => new Graph([...all, ...all])).toThrow(/a: defined twice/);
});
