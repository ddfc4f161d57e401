import { inOrder, type Scheduled } from '../../../sandbox/builder/schedule';

/** Runs items whose work ends in the order of `ends`, and returns what was begun and what ended, in order. */
async function order(items: readonly Scheduled[], limit: number, ends: readonly string[]): Promise<string[]> {
  const log: string[] = [];
  const finish = new Map<string, () => void>();
  const all = inOrder(items, limit, ({ name }) => {
    log.push(`+${name}`);
    return new Promise((resolve) => finish.set(name, resolve));
  });
  for (const name of ends) {
    log.push(`-${name}`);
    const end = finish.get(name);
    if (!end) throw new Error(`${name} was not begun; so far: ${log.join(' ')}`);
    end();
    await new Promise(setImmediate);
  }
  await all;
  return log;
}

const cases: Record<string, { reason: string; items: Scheduled[]; ends: string[]; want: string }> = {
  'two at a time': {
    reason: 'the third begins when there is room, whichever ended',
    items: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
    ends: ['b', 'a', 'c'],
    want: '+a +b -b +c -a -c',
  },
  'one that waits lets the next one go first': {
    reason: 'a core must not idle',
    items: [{ name: 'a' }, { name: 'b', after: 'a' }, { name: 'c' }],
    ends: ['c', 'a', 'b'],
    want: '+a +c -c -a +b -b',
  },
  'those that become ready go in their order': {
    reason: 'the longest comes first',
    items: [{ name: 'a' }, { name: 'long', after: 'a' }, { name: 'b' }, { name: 'c' }],
    ends: ['a', 'b', 'long', 'c'],
    want: '+a +b -a +long -b +c -long -c',
  },
  'what is not among them is done': {
    reason: 'it was in the cache',
    items: [{ name: 'a', after: 'cached' }],
    ends: ['a'],
    want: '+a -a',
  },
};

test.each(Object.entries(cases))('%s', async (_, { items, ends, want }) => {
  expect((await order(items, 2, ends)).join(' ')).toBe(want);
});

test('after a failure nothing more is begun, and it waits for what is under way', async () => {
  const log: string[] = [];
  const all = inOrder([{ name: 'bad' }, { name: 'slow' }, { name: 'never' }], 2, async ({ name }) => {
    log.push(name);
    if (name === 'bad') throw new Error('broken');
    await new Promise((resolve) => setTimeout(resolve, 50));
    log.push(`${name} ended`);
  });
  await expect(all).rejects.toThrow('broken');
  expect(log).toEqual(['bad', 'slow', 'slow ended']);
});
