import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { repository } from '../../sandbox/gitops/remote';
import { checkout, type Folder } from '../../sandbox/state/folder';
import { environmentFile, indexFile } from '../environment-file';
import { cdkStack, parse } from '../fixtures';
import { run } from './sandbox';

/**
 * Puts the checkout's commit into a sandbox's repository before the sandbox is up, with the frozen dev and prod in place of the
 * live ones: what these tests expect does not change when somebody changes an environment.
 */
export async function seed(folder: Folder): Promise<void> {
  const clone = folder.path('seed');
  const git = (...args: string[]) => run('git', args, clone);
  await run('git', ['clone', '--quiet', checkout, clone], folder.root);
  await fs.symlink(path.join(checkout, 'node_modules'), path.join(clone, 'node_modules'));

  const environments = path.join(clone, 'environments');
  for (const name of ['dev', 'prod'] as const)
    // With its defaults, so that every field is there to be changed.
    await fs.writeFile(path.join(environments, `${name}.ts`), environmentFile(parse(cdkStack(name))));
  await fs.writeFile(path.join(environments, 'index.ts'), indexFile(['dev', 'prod']));
  await run('npm', ['run', '--silent', 'synth'], clone);
  await git('add', '--all', '--', ':!node_modules');
  const author = ['-c', 'user.name=End-to-end test', '-c', 'user.email=e2e@localhost', '-c', 'commit.gpgSign=false'];
  await git(...author, 'commit', '--quiet', '--allow-empty', '--message=The environments of the CDK stack');

  const bare = repository(folder);
  await git('init', '--quiet', '--bare', '--initial-branch=main', bare);
  // CI systems clone without the whole history.
  await git('-C', bare, 'config', 'receive.shallowUpdate', 'true');
  await git('push', '--quiet', bare, 'HEAD:refs/heads/main');
  await fs.rm(clone, { recursive: true });
}
