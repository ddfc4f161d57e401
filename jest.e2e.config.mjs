import base from './jest.config.js';

/**
 * The end-to-end tests (`npm run e2e`): one sandbox for all of them, and one after another, because they share it. The one that
 * watches that nothing happens has another for itself (`npm run e2e:steady`).
 *
 * @type {import('jest').Config}
 */
export default {
  testEnvironment: 'node',
  roots: base.roots,
  testMatch: ['**/*.e2e.ts'],
  transform: base.transform,
  maxWorkers: 1,
  globalSetup: '<rootDir>/test/e2e/setup.ts',
  globalTeardown: '<rootDir>/test/e2e/teardown.ts',
  testTimeout: 180_000,
};
