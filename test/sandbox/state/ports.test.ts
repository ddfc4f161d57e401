import * as fs from 'node:fs';
import * as net from 'node:net';
import { once } from 'node:events';
import { Folder } from '../../../sandbox/state/folder';
import { reservePorts } from '../../../sandbox/state/ports';
import { temporaryFolder } from '../process/fakes';

async function sandbox(base: string, name: string): Promise<Folder> {
  const folder = new Folder(name, base);
  await folder.create();
  return folder;
}

test('remembers ports, and picks new ones only for new names', async () => {
  const folder = await sandbox(temporaryFolder(), 'one');
  const first = await reservePorts(folder, ['a', 'b']);
  const second = await reservePorts(folder, ['a', 'b', 'c']);
  expect(second).toMatchObject(first);
  expect(new Set(Object.values(second)).size).toBe(3);
  expect(fs.statSync(folder.path('ports.json')).mode & 0o777).toBe(0o600);
});

test('picks below the ports that systems give to outgoing connections', async () => {
  const ports = Object.values(await reservePorts(await sandbox(temporaryFolder(), 'one'), ['a', 'b', 'c', 'd']));
  expect(Math.max(...ports)).toBeLessThan(32_768);
});

test('refuses to start on a port that another program holds', async () => {
  const folder = await sandbox(temporaryFolder(), 'one');
  const { a = 0 } = await reservePorts(folder, ['a']);
  const squatter = net.createServer().listen(a, '127.0.0.1');
  await once(squatter, 'listening');
  try {
    const says = `^a: port ${a} is in use[^]*ports\\.json[^]*SANDBOX=one make up`;
    const message = expect.stringMatching(says) as string;
    await expect(reservePorts(folder, ['a'])).rejects.toMatchObject({ ending: 'failure', message });
  } finally {
    squatter.close();
  }
});

test('two sandboxes of a checkout never share a port', async () => {
  const base = temporaryFolder();
  const names = Array.from({ length: 30 }, (_, index) => `part-${index}`);
  const one = await reservePorts(await sandbox(base, 'one'), names);
  const two = await reservePorts(await sandbox(base, 'two'), names);
  expect(new Set([...Object.values(one), ...Object.values(two)]).size).toBe(60);
});
