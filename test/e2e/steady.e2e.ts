/**
 * Nothing happens when nothing has changed: no difference in Argo CD, no call that changes AWS, over minutes in which every
 * controller looks at everything several times. `npm run e2e:steady` gives it a sandbox of its own, whose minutes pass beside other
 * tests. E2E_WATCH_SECONDS is how long it watches (240 by default, 600 in `make test-long`).
 */
import { setTimeout } from 'node:timers/promises';
import { long } from '../sample';
import { callsSince, isWrite, lastCall, readState } from './aws';
import { settled, watchApplications } from './platform';
import { changes } from './state';

const seconds = Number(process.env['E2E_WATCH_SECONDS'] ?? (long ? 600 : 240));

test(
  'Argo CD stays Synced, and AWS is only read',
  async () => {
    await settled();
    const before = await readState();
    const start = await lastCall();
    const watch = watchApplications();
    await setTimeout(seconds * 1000);
    const calls = await callsSince(start);
    const seen = await watch.end();
    expect([...new Set(seen)].sort()).toEqual(['sanders-dev Synced Healthy', 'sanders-prod Synced Healthy']);
    expect(calls.filter(isWrite)).toEqual([]);
    // Or it would have proved nothing: each controller has looked at what it serves.
    const services = new Set(calls.map(({ service }) => service));
    expect([...services].sort()).toEqual(
      expect.arrayContaining(['batch', 'budgets', 'dynamodb', 'ec2', 'ecr', 'iam', 's3', 'stepfunctions']),
    );
    expect(changes(before, await readState())).toEqual({});
  },
  (seconds + 300) * 1000,
);
