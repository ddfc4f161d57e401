import type { EnvironmentInput } from './schema';

export const dev: EnvironmentInput = {
  name: 'dev',
  account: '120569615884',
  region: 'eu-central-1',
  production: false,

  network: {
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    vpcCidr: '10.0.0.0/16',
    natGateways: 1,
  },

  batch: {
    maxvCpus: 16,
    jobs: [
      { name: '2g', vcpu: 0.5, memoryMiB: 2048 },
      { name: '8g', vcpu: 2, memoryMiB: 8192 },
      { name: '16g', vcpu: 4, memoryMiB: 16384 },
    ],
  },

  orchestration: {
    stages: [
      [
        { name: 'feature-extraction', job: '8g', timeoutMinutes: 6 * 60, result: 'featureJob' },
        { name: 'data-processing', job: '2g', timeoutMinutes: 6 * 60, result: 'processingJob' },
      ],
      [{ name: 'model-training', job: '16g', timeoutMinutes: 12 * 60, result: 'trainingJob' }],
    ],
  },

  // Everything is deleted with the environment, contents included.
  retention: {
    data: 'delete',
    pointInTimeRecovery: false,
    deletionProtection: false,
    noncurrentVersionDays: 30,
    logDays: 30,
  },

  budget: { limitUSD: 10 },
};
