import * as fs from 'node:fs';

/** Whether a process is there and has not ended. A zombie has: it only waits for its parent to ask how. */
export function isRunning(pid: number): boolean {
  if (!takesSignals(pid)) return false;
  return process.platform !== 'linux' || statOf(pid)?.hasEnded === false;
}

/**
 * Whether a process group has a process that has not ended. What a program left behind is its parent's no more, and where nobody
 * takes over orphans, as in many containers, such a zombie never goes.
 */
export function isGroupRunning(group: number): boolean {
  if (!takesSignals(-group)) return false;
  return process.platform !== 'linux' || pids().some((pid) => isRunningMember(pid, group));
}

function isRunningMember(pid: number, group: number): boolean {
  const stat = statOf(pid);
  return stat?.group === group && !stat.hasEnded;
}

function takesSignals(target: number): boolean {
  try {
    process.kill(target, 0);
    return true;
  } catch (error) {
    // EPERM: another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function pids(): number[] {
  return fs
    .readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
}

/** What Linux says about a process; undefined when there is none any more. */
function statOf(pid: number): { readonly hasEnded: boolean; readonly group: number } | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name, in parentheses, may itself have some. Behind it: state, parent, group.
    const [state, , group] = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
    return { hasEnded: state === 'Z', group: Number(group) };
  } catch {
    return undefined;
  }
}
