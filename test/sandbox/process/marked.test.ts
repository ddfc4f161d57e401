import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { endMarked, marked } from '../../../sandbox/process/marked';
import { isRunning } from '../../../sandbox/process/running';
import { fake } from './fakes';

jest.setTimeout(60_000);

const name = 'SANDERS_TEST_MARK';

/** A process in a session of its own, as nobody's child group would catch it. */
async function detached(value: string): Promise<number> {
  const { program, args, env } = fake('ignore-sigterm', 0);
  const child = spawn(program, args, { env: { ...env, [name]: value }, detached: true, stdio: 'ignore' });
  await once(child, 'spawn');
  return child.pid ?? 0;
}

test('finds and ends the processes with the mark, and no other', async () => {
  const [mine, other] = [randomUUID(), randomUUID()];
  const [first, second, third] = await Promise.all([detached(mine), detached(mine), detached(other)]);
  try {
    expect((await marked(name, mine)).sort()).toEqual([first, second].sort());
    expect((await endMarked(name, mine, 200)).sort()).toEqual([first, second].sort());
    expect([first, second, third].map(isRunning)).toEqual([false, false, true]);
  } finally {
    await endMarked(name, other, 0);
  }
});

test('a value that only begins like the mark is another', async () => {
  const value = randomUUID();
  await detached(`${value}-and-more`);
  try {
    expect(await marked(name, value)).toEqual([]);
  } finally {
    await endMarked(name, `${value}-and-more`, 0);
  }
});
