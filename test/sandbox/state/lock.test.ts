import * as fs from 'node:fs';
import * as path from 'node:path';
import { holderOf, lock, whenTaken } from '../../../sandbox/state/lock';
import { temporaryFolder } from '../process/fakes';

jest.setTimeout(60_000);

const lockFile = () => path.join(temporaryFolder(), 'lock');

test('one holds it at a time', async () => {
  const file = lockFile();
  const unlock = await lock(file);
  const waited: number[] = [];
  const second = lock(file, { onWait: (holder) => waited.push(holder) });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(waited).toEqual([process.pid]);
  await unlock();
  await (
    await second
  )();
  expect(fs.existsSync(file)).toBe(false);
});

test('a lock of a process that is gone is taken over', async () => {
  const file = lockFile();
  fs.writeFileSync(file, '2147483646');
  await (
    await lock(file)
  )();
});

test('waiting can be interrupted, and leaves no file', async () => {
  const file = lockFile();
  const unlock = await lock(file);
  const interrupt = new AbortController();
  const second = expect(lock(file, { signal: interrupt.signal })).rejects.toMatchObject({ name: 'AbortError' });
  interrupt.abort();
  await second;
  await unlock();
  expect(fs.readdirSync(path.dirname(file))).toEqual([]);
});

test('whoever holds it learns that it was taken away, and leaves the next one his', async () => {
  const file = lockFile();
  const unlock = await lock(file);
  const over = new AbortController();
  const taken = whenTaken(file, over.signal);
  expect(await holderOf(file)).toBe(process.pid);
  expect(taken.aborted).toBe(false);
  fs.rmSync(file);
  await new Promise((resolve) => {
    taken.addEventListener('abort', resolve);
  });
  expect(await holderOf(file)).toBeUndefined();
  fs.writeFileSync(file, String(process.ppid));
  await unlock();
  expect(await holderOf(file)).toBe(process.ppid);
});

test('giving it back is not having it taken away', async () => {
  const file = lockFile();
  const unlock = await lock(file);
  const over = new AbortController();
  const taken = whenTaken(file, over.signal);
  over.abort();
  await unlock();
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(taken.aborted).toBe(false);
});
