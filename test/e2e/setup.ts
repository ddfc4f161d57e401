import * as fs from 'node:fs/promises';
import { folder, sandbox, useEnvironment } from './sandbox';
import { seed } from './seed';

/** What the tests wait for most is the next look of the controllers at AWS: seconds. */
const resyncSeconds = Number(process.env['E2E_RESYNC_SECONDS'] ?? 20);

/** Brings up a fresh sandbox with both environments Ready, and points the tests at it. */
export default async function setup(): Promise<void> {
  // Interrupted tests leave nothing running either; jest's teardown does not run then.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      void sandbox('reset').finally(() => process.exit(130));
    });
  try {
    await sandbox('reset'); // What a run left that was killed.
    await folder.create();
    await fs.writeFile(folder.path('settings.json'), JSON.stringify({ resyncSeconds }));
    await seed(folder);
    await sandbox('up');
    await useEnvironment();
  } catch (error) {
    await sandbox('reset');
    throw error;
  }
}
