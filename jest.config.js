/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // One suite does little but wait for a sandbox: the others run beside it, on two cores too.
  maxWorkers: '100%',
  // Machines are shared: a test that starts a program may wait for a core.
  testTimeout: 60_000,
  collectCoverageFrom: ['charts/**/*.ts', 'environments/**/*.ts', 'synthesis/**/*.ts'],
  coverageReporters: ['text-summary'],
  coverageThreshold: { global: { branches: 95 } },
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022' } }] },
};
