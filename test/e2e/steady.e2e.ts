/**
 * Nothing happens when nothing has changed: no difference in Argo CD, no call that changes AWS, over several resyncs of every
 * controller. E2E_WATCH_SECONDS is how long it watches (150 by default).
 */
import { setTimeout } from 'node:timers/promises';
import { callsSince, isWrite, lastCall, readState } from './aws';
import { application, settled } from './platform';
import { changes } from './state';

const watch = Number(process.env['E2E_WATCH_SECONDS'] ?? 150) * 1000;

test(
  'Argo CD stays Synced, and AWS is only read',
  async () => {
    await settled();
    const before = await readState();
    const start = await lastCall();
    const deadline = Date.now() + watch;
    while (Date.now() < deadline) {
      for (const environment of ['dev', 'prod']) {
        const { sync, health } = (await application(environment))?.status ?? {};
        expect([environment, sync?.status, health?.status]).toEqual([environment, 'Synced', 'Healthy']);
      }
      await setTimeout(1000);
    }
    const calls = await callsSince(start);
    expect(calls.filter(isWrite)).toEqual([]);
    // Or it would have proved nothing: each controller has looked at what it serves.
    const services = new Set(calls.map(({ service }) => service));
    expect([...services].sort()).toEqual(
      expect.arrayContaining(['batch', 'budgets', 'dynamodb', 'ec2', 'ecr', 'iam', 's3', 'stepfunctions']),
    );
    expect(changes(before, await readState())).toEqual({});
  },
  180_000 + 2 * watch,
);
