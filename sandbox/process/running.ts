import * as fs from 'node:fs';

/** Whether a process is there and has not ended. A zombie has: it only waits for its parent to ask how. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return process.platform !== 'linux' || !hasEnded(pid);
}

function hasEnded(pid: number): boolean {
  try {
    // The state follows the program's name, which may itself have parentheses.
    return /\) Z [^)]*$/.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // Gone meanwhile.
    return true;
  }
}
