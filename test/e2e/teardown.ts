import { sandbox } from './sandbox';

/** Leaves nothing behind: no process, no folder, no git remote. */
export default async function teardown(): Promise<void> {
  await sandbox('reset');
}
