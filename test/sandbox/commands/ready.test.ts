import * as fs from 'node:fs';
import * as path from 'node:path';
import { untilReady } from '../../../sandbox/commands/ready';
import { Kubectl } from '../../../sandbox/kube/kubectl';
import { Folder } from '../../../sandbox/state/folder';
import type { Terminal } from '../../../sandbox/terminal/terminal';
import { temporaryFolder } from '../process/fakes';

/** What a sandbox's API server has. */
interface Cluster {
  readonly applications: readonly object[];
  readonly objects?: readonly object[];
}

/** Waits for what is in a cluster, and returns what was told meanwhile. The cluster may change: each state lasts a second. */
async function wait(states: readonly Cluster[], signal = new AbortController().signal): Promise<string[]> {
  const folder = temporaryFolder();
  const script = path.join(folder, 'kubectl');
  const show = (index: number) => {
    const { applications = [], objects = [] } = states[index] ?? {};
    fs.writeFileSync(path.join(folder, 'applications'), JSON.stringify({ items: applications }));
    fs.writeFileSync(path.join(folder, 'objects'), JSON.stringify({ items: objects }));
  };
  const answers = `case "$*" in
    annotate*) ;;
    'get applicationsets,applications '*) cat '${folder}/applications';;
    'get '*Bucket.s3.services.k8s.aws*' --namespace=sanders-dev --output=json') cat '${folder}/objects';;
    *) echo "not expected: $*" >&2; exit 1;;
    esac`;
  fs.writeFileSync(script, `#!/bin/sh\n${answers}\n`, { mode: 0o700 });
  show(0);
  let index = 0;
  const timer = setInterval(() => {
    if (index + 1 < states.length) show((index += 1));
  }, 1000);
  const told: string[] = [];
  const plain = (text: string) => text;
  const terminal: Terminal = {
    line: (text) => told.push(text),
    status: () => undefined,
    style: { ok: plain, bad: plain, dim: () => '' },
  };
  try {
    const patience = { environments: 4_000, givenUp: 1_500 };
    await untilReady(new Folder('one', folder), new Kubectl(script, ''), terminal, signal, patience);
    return told;
  } finally {
    clearInterval(timer);
  }
}

const application = (sync: string, health: string) => ({
  kind: 'Application',
  metadata: { name: 'sanders-dev' },
  status: { sync: { status: sync }, health: { status: health } },
});

const bucket = (type: string, status: string) => ({
  kind: 'Bucket',
  metadata: { name: 'data' },
  status: { conditions: [{ type, status, message: 'InvalidBucketName: no' }] },
});

const refused = { applications: [application('Synced', 'Degraded')], objects: [bucket('ACK.Terminal', 'True')] };
const ready = { applications: [application('Synced', 'Healthy')] };

test('an environment that is Ready is told', async () => {
  expect(await wait([{ applications: [application('OutOfSync', 'Missing')] }, ready])).toEqual([
    '✓ sanders-dev synced and healthy ',
  ]);
});

test('an object that its controller has given up on ends the wait, with what it says and what to do', async () => {
  const started = Date.now();
  const says =
    /^this will not .*:\n {2}sanders-dev: Bucket data: InvalidBucketName: no\nMend.* git push sandbox-one HEAD:main\.\n/;
  const message = expect.stringMatching(says) as string;
  await expect(wait([refused])).rejects.toMatchObject({ ending: 'failure', message });
  expect(Date.now() - started).toBeLessThan(4_000);
});

test('one that it gave up on before, and looks at again, does not', async () => {
  expect(await wait([refused, ready])).toHaveLength(1);
});

test.each<[string, Cluster]>([
  ['is tried again', { ...refused, objects: [bucket('ACK.Recoverable', 'True')] }],
  ['was given up on and is not any more', { ...refused, objects: [bucket('ACK.Terminal', 'False')] }],
])('an object that %s has all the time', async (_, cluster) => {
  const message = expect.stringMatching(
    /^not everything is Ready after 4\.0s:\n {2}sanders-dev: Synced, Degraded\n.*SANDBOX=one make status/,
  ) as string;
  await expect(wait([cluster])).rejects.toMatchObject({ ending: 'failure', message });
});

test('an interruption says what goes on, and how to stop it', async () => {
  const interrupt = new AbortController();
  setTimeout(() => {
    interrupt.abort();
  }, 300);
  const message = expect.stringContaining('`SANDBOX=one make down` stops it') as string;
  await expect(wait([refused], interrupt.signal)).rejects.toMatchObject({ ending: 'interrupted', message });
});
