import { execFileSync } from 'node:child_process';
import * as path from 'node:path';

const root = path.join(__dirname, '..', '..');

/**
 * An environment whose `aws` and `python3` are the pinned AWS CLI and a Python that has boto3 (requirements.txt). They
 * are installed into the user's cache the first time.
 */
export function withTools(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const emulator = path.join(root, 'sandbox', 'aws');
  const args = [path.join(emulator, 'environment.py'), path.join(__dirname, 'requirements.txt')];
  const python = execFileSync(path.join(emulator, 'python'), args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }).trim();
  return { ...env, PATH: [path.dirname(python), env['PATH']].join(path.delimiter) };
}
