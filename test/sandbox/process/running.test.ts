import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { isGroupRunning, isRunning } from '../../../sandbox/process/running';
import { until } from './fakes';

let parent: ChildProcess | undefined;

/** Starts something in the background whose parent never asks how it ended, and returns its process id. */
async function neverReaped(background: string): Promise<number> {
  // Job control gives it a group of its own.
  const script = `set -m; ${background} & echo $!; exec sleep 600`;
  const shell = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  parent = shell;
  const [data] = (await once(shell.stdout, 'data')) as [Buffer];
  // The shell would ask; the program that it becomes does not.
  const command = () => execFileSync('ps', ['-o', 'comm=', '-p', String(shell.pid)], { encoding: 'utf8' });
  await until('the shell is another program', () => command().includes('sleep'));
  return Number(data.toString());
}

afterEach(() => {
  parent?.kill('SIGKILL');
});

test('a process runs until it has ended, and not as a zombie', async () => {
  const pid = await neverReaped('sleep 601');
  expect(isRunning(pid)).toBe(true);
  process.kill(pid, 'SIGKILL');
  await until('it has ended', () => !isRunning(pid));
  expect(() => process.kill(pid, 0)).not.toThrow();
});

test('no process', () => {
  expect(isRunning(2147483646)).toBe(false);
});

test('a group runs as long as one of it does, and not by its zombies', async () => {
  const pid = await neverReaped('(sleep 602 & exec sleep 601)');
  expect(isGroupRunning(pid)).toBe(true);
  process.kill(pid, 'SIGKILL');
  await until('its leader has ended', () => !isRunning(pid));
  expect(isGroupRunning(pid)).toBe(true);
  process.kill(-pid, 'SIGKILL');
  await until('nothing of it runs', () => !isGroupRunning(pid));
  expect(() => process.kill(-pid, 0)).not.toThrow();
});
