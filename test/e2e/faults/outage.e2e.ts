/** AWS is away for a while: what was pushed meanwhile is there soon after it is back, and nobody waits out a back-off. */
import { once } from 'node:events';
import * as net from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { StatusReport } from '../../../sandbox/commands/status';
import { isRunning } from '../../../sandbox/process/running';
import { lastCall, readState } from '../aws';
import { Clone, eventually, get, reaches, ready, settled } from '../platform';
import { sandbox } from '../sandbox';
import type { State } from '../state';

/** How long AWS is away. The controllers' back-off grows with it; what ends it does not depend on it. */
const seconds = Number(process.env['E2E_OUTAGE_SECONDS'] ?? 10);

const rule = 's3 bucket sanders-customer-platform-dev: Rules.1.NoncurrentVersionExpiration.NoncurrentDays';

let clone: Clone;
let before: State;

beforeAll(async () => {
  await settled();
  clone = await Clone.make();
  before = await readState();
});

test(
  'what was pushed meanwhile is in AWS soon after, and everything is Ready',
  async () => {
    const end = await beginOutage();
    await clone.edit('dist/dev/storage.k8s.yaml', 'noncurrentDays: 30', 'noncurrentDays: 7');
    const commit = await clone.push('Keep old versions for a week');
    const synced = '{.items[*].status.conditions[?(@.type=="ACK.ResourceSynced")].status}';
    await eventually(async () => expect(await get('dev', 'buckets', '--ignore-not-found', synced)).not.toBe('True'));
    await setTimeout(seconds * 1000);
    await end();
    await eventually(async () => expect(await lastCall()).toBeGreaterThanOrEqual(0));
    const back = Date.now();
    await reaches(before, { [rule]: '30 → 7' }, 180);
    await Promise.all(['dev', 'prod'].map((environment) => ready(environment, commit)));
    process.stderr.write(`Ready ${((Date.now() - back) / 1000).toFixed(1)} s after an outage of ${seconds} s\n`);
    // By an end to the back-off, not by luck.
    const { parts } = await status();
    const own = parts.map(({ name }) => name).filter((name) => name === 'controller' || name.startsWith('ack-'));
    expect(own.length).toBeGreaterThan(6);
    expect(parts.filter(({ name, restarts }) => own.includes(name) && restarts > 0).map(({ name }) => name)).toEqual(
      own,
    );
  },
  (seconds + 400) * 1000,
);

test('and back', async () => {
  await clone.restore();
  await reaches(before, {});
});

/** Ends the emulator and holds its port, so that it cannot come back; returns how to let it. */
async function beginOutage(): Promise<() => Promise<void>> {
  const { pid = 0, port = 0 } = (await status()).parts.find(({ name }) => name === 'aws') ?? {};
  process.kill(pid, 'SIGTERM');
  // It saves its state first. Its successor takes seconds before it listens.
  while (isRunning(pid)) await setTimeout(20);
  const holder = net.createServer((socket) => socket.destroy()).listen(port, '127.0.0.1');
  await once(holder, 'listening');
  return async () => {
    holder.close();
    await once(holder, 'close');
  };
}

async function status(): Promise<StatusReport> {
  return JSON.parse(await sandbox('status', '--json')) as StatusReport;
}
