import { spawnSync } from 'node:child_process';
import { checkout } from '../../../sandbox/state/folder';

/** Runs what the body of a command says in a process of its own. */
function run(body: string): { status: number | null; stderr: string } {
  const script = `
    const { parseArgs } = require('node:util');
    const { Expected } = require('./sandbox/expected');
    const { BuildFailure } = require('./sandbox/builder/failure');
    require('./sandbox/commands/run').runCommand('Usage: try this', async () => { ${body} });`;
  const args = ['--require', 'ts-node/register', '--eval', script];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: checkout, encoding: 'utf8' });
  return { status, stderr };
}

const cases: Record<string, { body: string; status: number; stderr: string }> = {
  'did what it was asked for': { body: '', status: 0, stderr: '' },
  'did not work': { body: "throw new Expected('failure', 'no such log')", status: 1, stderr: 'no such log\n' },
  'was asked for wrongly': { body: "throw new Expected('usage', 'no name')", status: 2, stderr: 'no name\n' },
  'was interrupted': { body: "throw new Expected('interrupted', 'bye')", status: 130, stderr: 'bye\n' },
  'was interrupted while it built': {
    body: "throw new BuildFailure('interrupted', 'bye')",
    status: 130,
    stderr: 'bye\n',
  },
  'could not build': { body: "throw new BuildFailure('offline', 'no network')", status: 1, stderr: 'no network\n' },
  'has an option that there is not': {
    body: "parseArgs({ args: ['--nonsense'] })",
    status: 2,
    stderr: "Unknown option '--nonsense'\nUsage: try this\n",
  },
  'met a full disk': {
    body: "throw new Error('ENOSPC: no space left on device, write')",
    status: 1,
    stderr:
      'ENOSPC: no space left on device, write\n' +
      'The disk is full: free some space and run it again; it goes on where it stopped.\n',
  },
  'met a full disk, and says what to do': {
    body: "throw new BuildFailure('disk-full', 'no space left on device. Free some space.')",
    status: 1,
    stderr: 'no space left on device. Free some space.\n',
  },
};

test.each(Object.entries(cases))('a command that %s', (_, { body, status, stderr }) => {
  expect(run(body)).toEqual({ status, stderr });
});

test('a fault of ours shows where it comes from', () => {
  const { status, stderr } = run("throw new TypeError('x is not a function')");
  expect(status).toBe(1);
  expect(stderr).toMatch(/TypeError: x is not a function\n +at /);
});
