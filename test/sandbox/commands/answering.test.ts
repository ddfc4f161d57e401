import { untilAllAnswer } from '../../../sandbox/commands/answering';
import { status, table } from '../../../sandbox/commands/status';
import type { Terminal } from '../../../sandbox/terminal/terminal';
import { Running, ready } from './running';

const plain = (text: string) => text;
const terminal: Terminal = {
  line: () => undefined,
  status: () => undefined,
  style: { ok: plain, bad: plain, dim: plain },
};
const never = new AbortController().signal;

const silent = ready('aws', { silent: 'no answer' });
const waiting = ready('ack-s3', {
  state: 'waiting',
  failure: { kind: 'exited', exit: { code: 1 }, after: 2000, output: [] },
});

test('a sandbox whose parts all answer is up', async () => {
  const { folder } = await Running.make(ready('aws'), ready('etcd'));
  await untilAllAnswer(folder, terminal, never, 0);
  expect(table(folder, await status(folder))).toContain('sandbox one is up, ');
});

test('one with parts that do not is not said to be up', async () => {
  const { folder } = await Running.make(silent, ready('etcd'), waiting);
  const summary = table(folder, await status(folder))
    .split('\n')
    .at(-1);
  expect(summary).toMatch(/^sandbox one is only partly up, without aws, ack-s3, /);
  const message = [
    'sandbox one is only partly up:',
    '  aws does not answer: no answer',
    '  ack-s3 is waiting: ended (exit code 1 after 2.0s)',
    '`SANDBOX=one make logs P=aws` shows what it says, `SANDBOX=one make restart P=aws` starts it anew.',
  ].join('\n');
  await expect(untilAllAnswer(folder, terminal, never, 0)).rejects.toMatchObject({ ending: 'failure', message });
});

test('a part that comes back is waited for', async () => {
  const running = await Running.make(silent);
  const done = untilAllAnswer(running.folder, terminal, never, 60_000);
  await running.has(ready('aws'));
  await done;
});

test('the wait can be interrupted', async () => {
  const { folder } = await Running.make(silent);
  const done = untilAllAnswer(folder, terminal, AbortSignal.timeout(100), 60_000);
  await expect(done).rejects.toMatchObject({ ending: 'interrupted' });
});
