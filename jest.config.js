/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // Machines are shared: a test that starts a program may wait for a core.
  testTimeout: 60_000,
  collectCoverageFrom: ['charts/**/*.ts', 'environments/**/*.ts', 'synthesis/**/*.ts'],
  coverageReporters: ['text-summary'],
  coverageThreshold: { global: { branches: 95 } },
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022' } }] },
};
