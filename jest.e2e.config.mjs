import base from './jest.config.js';

/**
 * The end-to-end tests: one sandbox for all of a run (`npm run e2e`, and in parallel to it `e2e:faults`), and one after
 * another, because they share it. The one that watches that nothing happens has a sandbox for itself (`npm run e2e:steady`).
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
  // Three times what the slowest takes on a quiet machine.
  testTimeout: 300_000,
};
