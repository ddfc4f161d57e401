import * as os from 'node:os';
import { isRunning } from '../../sandbox/process/running';
import { until } from '../sandbox/process/fakes';
import type { Block } from './document';
import { run } from './session';

const place = { folder: os.tmpdir(), env: { PATH: process.env['PATH'], GREETING: 'hello' }, timeout: 20_000 };

jest.setTimeout(2 * place.timeout);

const bash = (code: string, output?: string): Block => ({ language: 'bash', code, line: 1, output });
const python = (code: string): Block => ({ language: 'python', code, line: 1 });

const outcomes = async (...blocks: Block[]) => (await run(blocks, place)).map(({ outcome }) => outcome);

test('variables, functions and folders of one block are there in the next', async () => {
  const results = await run([bash('say() { echo "$1 $NAME"; }; NAME=you; cd /'), bash('say "$GREETING"; pwd')], place);
  expect(results.map(({ stdout }) => stdout)).toEqual(['', 'hello you\n/\n']);
});

test('exported variables are there in Python', async () => {
  const results = await run([bash('export NAME=you'), python('import os\nprint(os.environ["NAME"])')], place);
  expect(results[1]).toMatchObject({ outcome: 'passed', stdout: 'you\n' });
});

test.each<[string, Block]>([
  ['a command', bash('false\necho on')],
  ['the first part of a pipe', bash('false | cat\necho on')],
  ['a variable that is not there', bash('echo "$NOWHERE"')],
  ['what is no shell', bash('if')],
  ['Python', python('raise SystemExit(3)')],
  ['exit, also without an error', bash('exit 0')],
])('what fails ends it: %s', async (_, block) => {
  expect(await outcomes(bash('true'), block, bash('true'))).toEqual(['passed', 'failed', 'not run']);
});

test('the output of a block that fails is kept', async () => {
  const [result] = await run([bash('echo out; echo err >&2; false')], place);
  expect(result).toMatchObject({ stdout: 'out\n', stderr: 'err\n' });
});

test('what is not printed as shown is told, and does not end it', async () => {
  expect(await outcomes(bash('echo 1', '2'), bash('echo 2', '2'))).toEqual(['printed something else', 'passed']);
});

test('a block that hangs is ended with its children', async () => {
  const results = await run([bash('sleep 987 & echo $!; wait')], { ...place, timeout: 3000 });
  expect(results[0]?.outcome).toBe('failed');
  const child = Number(results[0]?.stdout);
  expect(child).toBeGreaterThan(1);
  await until('the child has ended', () => !isRunning(child));
});
