import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Expected } from '../expected';

/**
 * Runs git in a folder and returns its output.
 *
 * @throws Expected when it refuses: what was tried, and what it said
 */
export async function git(folder: string, ...args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('git', args, { cwd: folder, env: gitEnvironment() });
    return stdout.trim();
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    const said = code === 'ENOENT' ? 'git is not on PATH; install it' : (stderr ?? String(error));
    throw new Expected('failure', `git ${args.join(' ')} in ${folder}: ${said.trim()}`);
  }
}

/** The environment without git's own variables: inside a hook of the checkout, they would name its repository. */
export function gitEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
}
