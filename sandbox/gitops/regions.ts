import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { Expected } from '../expected';
import { region } from '../parts/aws';
import type { Folder } from '../state/folder';
import { gitEnvironment } from './git';
import { scripts } from './hooks';
import { branch, remoteName, source } from './remote';

/**
 * Refuses environments that the sandbox would make in another region than theirs, before anything is started for them; a
 * push of such is refused by the repository. It goes when the controllers work in more than one region.
 *
 * @throws Expected that names them and says what to do
 */
export async function refuseOtherRegions(folder: Folder): Promise<void> {
  const { repository, commit, isPushed } = await source(folder);
  const again = `${isPushed ? `git push ${remoteName(folder)} HEAD:${branch}, and ` : ''}${folder.make('up')}`;
  const script = path.join(scripts, 'refuse-regions.sh');
  const options = { cwd: repository, env: gitEnvironment() };
  await promisify(execFile)('sh', [script, commit, region, again], options).catch((error: unknown) => {
    throw new Expected('failure', (error as { stderr: string }).stderr.trim());
  });
}
