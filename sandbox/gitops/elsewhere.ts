import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { Expected } from '../expected';
import { account, region } from '../parts/aws';
import type { Folder } from '../state/folder';
import { gitEnvironment } from './git';
import { scripts } from './hooks';
import { branch, remoteName, source } from './remote';

/**
 * Refuses environments that the sandbox would make in another account or region than theirs, before anything is started for
 * them; the repository refuses a push of such. It goes when the controllers work in more than one place.
 *
 * @throws Expected that names them and says what to do
 */
export async function refuseElsewhere(folder: Folder): Promise<void> {
  const { repository, commit, isPushed } = await source(folder);
  const again = `${isPushed ? `git push ${remoteName(folder)} HEAD:${branch}, ` : ''}${folder.make('up')}`;
  const script = path.join(scripts, 'refuse-elsewhere.sh');
  const options = { cwd: repository, env: gitEnvironment() };
  await promisify(execFile)('sh', [script, commit, account, region, again], options).catch((error: unknown) => {
    throw new Expected('failure', (error as { stderr: string }).stderr.trim());
  });
}
