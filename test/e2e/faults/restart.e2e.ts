/** A sandbox that is stopped goes on where it was: nothing is made anew. */
import { callsSince, isWrite, readState } from '../aws';
import { settled } from '../platform';
import { sandbox } from '../sandbox';
import { changes } from '../state';

test('down and up change nothing in AWS', async () => {
  await settled();
  const before = await readState();
  await sandbox('down');
  await expect(readState()).rejects.toThrow(/ECONNREFUSED/);
  await sandbox('up');
  // The emulator's log begins with its start.
  const calls = await callsSince(0);
  expect(calls.length).toBeGreaterThan(Object.keys(before).length);
  expect(calls.filter(isWrite)).toEqual([]);
  expect(changes(before, await readState())).toEqual({});
});
