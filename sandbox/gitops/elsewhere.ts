import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { Expected } from '../expected';
import { accounts } from '../parts/roles';
import type { Folder } from '../state/folder';
import { gitEnvironment } from './git';
import { scripts } from './hooks';
import { branch, remoteName, source } from './remote';

/**
 * Refuses environments in accounts in which the controllers have no roles, before anything is started for them: they would
 * wait for ever. The repository refuses a push of such.
 *
 * @throws Expected that names them and says what to do
 */
export async function refuseElsewhere(folder: Folder): Promise<void> {
  const { repository, commit, isPushed } = await source(folder);
  const again = `${isPushed ? `git push ${remoteName(folder)} HEAD:${branch}, ` : ''}${folder.make('up')}`;
  const script = path.join(scripts, 'refuse-elsewhere.sh');
  const options = { cwd: repository, env: gitEnvironment() };
  await promisify(execFile)('sh', [script, commit, again, ...(await accounts())], options).catch((error: unknown) => {
    throw new Expected('failure', (error as { stderr: string }).stderr.trim());
  });
}
