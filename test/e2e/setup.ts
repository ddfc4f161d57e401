import { sandbox, useEnvironment } from './sandbox';

/** Brings up a fresh sandbox with both environments Ready, and points the tests at it. */
export default async function setup(): Promise<void> {
  // Interrupted tests leave nothing running either; jest's teardown does not run then.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      void sandbox('reset').finally(() => process.exit(130));
    });
  try {
    await sandbox('reset'); // What a run left that was killed.
    await sandbox('up');
    await useEnvironment();
  } catch (error) {
    await sandbox('reset');
    throw error;
  }
}
