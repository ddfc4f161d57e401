import { restart } from '../../../sandbox/commands/restart';
import { isRunning } from '../../../sandbox/process/running';
import { Folder } from '../../../sandbox/state/folder';
import { temporaryFolder, until } from '../process/fakes';
import { Running, processOf, ready } from './running';

test('ends the part, and waits until it is ready again', async () => {
  const running = await Running.make();
  const [pid, next, other] = await Promise.all(Array.from({ length: 3 }, () => processOf(running.folder)));
  const etcd = ready('etcd', { pid: other });
  await running.has(ready('aws', { pid }), etcd);
  let done = false;
  const restarted = restart(running.folder, 'aws').then(() => (done = true));
  await until('it has ended', () => !isRunning(pid ?? 0));
  await running.has(ready('aws', { state: 'starting' }), etcd);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(done).toBe(false);
  await running.has(ready('aws', { pid: next }), etcd);
  await restarted;
  expect([next, other].map((one) => isRunning(one ?? 0))).toEqual([true, true]);
});

test('does not end a process that is not the sandbox’s: the id may be another’s by now', async () => {
  const running = await Running.make();
  const pid = await processOf(new Folder('two', temporaryFolder()));
  await running.has(ready('aws', { pid }));
  const restarted = restart(running.folder, 'aws');
  await new Promise((resolve) => setTimeout(resolve, 500));
  await running.has(ready('aws', { pid: pid + 1 }));
  await restarted;
  expect(isRunning(pid)).toBe(true);
});

test.each([
  [undefined, 'which part? the parts are aws, etcd'],
  ['nonsense', 'nonsense: no such part; the parts are aws, etcd'],
])('names the parts that there are, and not %s', async (name, message) => {
  const { folder } = await Running.make(ready('aws'), ready('etcd'));
  await expect(restart(folder, name)).rejects.toMatchObject({ ending: 'usage', message });
});

test('of a sandbox that is down says how to bring it up', async () => {
  const folder = new Folder('one', temporaryFolder());
  const message = 'sandbox one is not up; `SANDBOX=one make up` brings it up';
  await expect(restart(folder, 'aws')).rejects.toMatchObject({ ending: 'failure', message });
});
