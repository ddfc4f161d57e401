import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { isGroupRunning, isRunning } from '../../../sandbox/process/running';
import { until } from './fakes';

/** Runs a script that prints a process id. */
async function printedPid(script: string): Promise<{ shell: ChildProcess; pid: number }> {
  const shell = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [data] = (await once(shell.stdout, 'data')) as [Buffer];
  return { shell, pid: Number(data.toString()) };
}

test('a process that is there', () => {
  expect(isRunning(process.pid)).toBe(true);
});

test('no process', () => {
  expect(isRunning(2147483646)).toBe(false);
});

test('a zombie, whose parent never asks how it ended', async () => {
  const { shell, pid } = await printedPid('true & echo $!; exec sleep 600');
  try {
    await until('it has ended', () => !isRunning(pid));
    expect(() => process.kill(pid, 0)).not.toThrow();
  } finally {
    shell.kill('SIGKILL');
  }
});

test('a group runs as long as one of it does, and not by its zombies', async () => {
  // Job control gives the subshell a group of its own; the outer shell becomes a program that never asks how it ended.
  const { shell, pid } = await printedPid('set -m; (sleep 600 & exec sleep 601) & echo $!; exec sleep 602');
  try {
    expect(isGroupRunning(pid)).toBe(true);
    process.kill(pid, 'SIGKILL');
    await until('its leader has ended', () => !isRunning(pid));
    expect(isGroupRunning(pid)).toBe(true);
    process.kill(-pid, 'SIGKILL');
    await until('nothing of it runs', () => !isGroupRunning(pid));
    expect(() => process.kill(-pid, 0)).not.toThrow();
  } finally {
    shell.kill('SIGKILL');
  }
});
