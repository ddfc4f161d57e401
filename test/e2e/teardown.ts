import { record } from './needs';
import { sandbox } from './sandbox';

/**
 * Leaves nothing behind: no process, no folder, no git remote. With E2E_RECORD=1, what the platform's roles needed is added to
 * the recording first.
 */
export default async function teardown(): Promise<void> {
  if (process.env['E2E_RECORD'] === '1') await record();
  await sandbox('reset');
}
