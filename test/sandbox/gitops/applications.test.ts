import * as fs from 'node:fs';
import * as path from 'node:path';
import { applications, isReady, refresh } from '../../../sandbox/gitops/applications';
import { Kubectl, KubectlFailed } from '../../../sandbox/kube/kubectl';
import { temporaryFolder } from '../process/fakes';

/** A kubectl that answers everything with the given text, on standard output, or on standard error and with exit code 1. */
function kubectl(answer: string, fails = false): Kubectl {
  const folder = temporaryFolder();
  const script = path.join(folder, 'kubectl');
  fs.writeFileSync(path.join(folder, 'answer'), answer);
  fs.writeFileSync(script, `#!/bin/sh\ncat '${folder}/answer' ${fails ? '>&2; exit 1' : ''}\n`, { mode: 0o700 });
  return new Kubectl(script, '');
}

const list = (...items: object[]) => JSON.stringify({ items });
const application = (status: object, annotations = {}) => ({
  kind: 'Application',
  metadata: { name: 'sanders-dev', annotations },
  status,
});
const synced = { sync: { status: 'Synced' }, health: { status: 'Healthy' } };

const cases: Record<string, { object: object; ready: boolean; want: object }> = {
  'synced and healthy': { object: application(synced), ready: true, want: { problems: [], progress: '' } },
  'new, and not looked at yet': { object: application({}), ready: false, want: { sync: 'Unknown', health: 'Unknown' } },
  'asked to look again: what it says is old': {
    object: application(synced, { 'argocd.argoproj.io/refresh': 'normal' }),
    ready: false,
    want: { sync: 'Refreshing' },
  },
  'in the middle of a sync': {
    object: application({
      ...synced,
      sync: { status: 'OutOfSync' },
      operationState: { phase: 'Running', message: 'waiting for Role' },
    }),
    ready: false,
    want: { progress: 'waiting for Role', problems: [] },
  },
  'failed to sync': {
    object: application({
      sync: { status: 'OutOfSync' },
      operationState: { phase: 'Failed', message: 'no such kind' },
    }),
    ready: false,
    want: { progress: '', problems: ['no such kind'] },
  },
  'cannot read Git': {
    object: application({
      conditions: [
        { type: 'ComparisonError', message: 'no such path' },
        { type: 'Other', message: 'x' },
      ],
    }),
    ready: false,
    want: { problems: ['no such path'] },
  },
};

test.each(Object.entries(cases))('an Application that is %s', async (_, { object, ready, want }) => {
  const { environments } = await applications(kubectl(list(object)));
  expect(environments).toHaveLength(1);
  expect(environments[0]).toMatchObject(want);
  expect(environments.map(isReady)).toEqual([ready]);
});

const set = (status: string, annotations = {}) => ({
  kind: 'ApplicationSet',
  metadata: { annotations },
  status: { conditions: [{ type: 'ResourcesUpToDate', status }] },
});

test.each<[string, object, boolean]>([
  ['has made its Applications', set('True'), true],
  ['has not', set('False'), false],
  ['is to look at Git again', set('True', { 'argocd.argoproj.io/application-set-refresh': 'true' }), false],
  ['is new', { kind: 'ApplicationSet', metadata: {} }, false],
])('an ApplicationSet that %s', async (_, object, settled) => {
  expect((await applications(kubectl(list(object)))).settled).toBe(settled);
});

test.each<[string, string, boolean]>([
  ['an Application that vanishes', 'Error from server (NotFound): applications.argoproj.io "a" not found\n', true],
  ['a refusal', 'Error from server (NotFound): …\nError from server (Forbidden): …\n', false],
  ['nothing that is said', '', false],
])('refresh meets %s', async (_, stderr, passes) => {
  const outcome = refresh(kubectl(stderr, true)).then(
    () => true,
    () => false,
  );
  expect(await outcome).toBe(passes);
});

test('what kubectl complains about is told, but not without end', async () => {
  const error: unknown = await applications(kubectl('x'.repeat(1_000_000), true)).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(KubectlFailed);
  expect((error as KubectlFailed).message.length).toBeLessThan(3000);
});
