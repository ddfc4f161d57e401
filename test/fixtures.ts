import { parseEnvironments, type Environment, type EnvironmentInput } from '../environments/schema';

/** Every field, all the way down. A new optional field that is missing from `everything` does not compile. */
type DeepRequired<T> = T extends readonly (infer Item)[]
  ? DeepRequired<Item>[]
  : T extends object
    ? { [Key in keyof T]-?: DeepRequired<NonNullable<T[Key]>> }
    : T;

/** Only what has no default. */
export const minimal: EnvironmentInput = {
  name: 'minimal',
  account: '111111111111',
  region: 'eu-west-1',
  production: false,
  network: { availabilityZones: ['eu-west-1a', 'eu-west-1b'] },
  batch: { jobs: [{ name: 'small', vcpu: 0.25, memoryMiB: 512 }] },
  orchestration: {
    stages: [
      [
        { name: 'load', job: 'small', timeoutMinutes: 10 },
        { name: 'clean-up', job: 'small', timeoutMinutes: 20 },
      ],
      [{ name: 'train', job: 'small', timeoutMinutes: 30 }],
    ],
  },
  retention: { data: 'delete', pointInTimeRecovery: false, deletionProtection: false },
  budget: {},
};

/** Every field, and none with its default. */
export const everything: DeepRequired<EnvironmentInput> = {
  name: 'everything',
  account: '222222222222',
  partition: 'aws-us-gov',
  region: 'us-gov-west-1',
  production: true,
  network: {
    availabilityZones: ['us-gov-west-1a', 'us-gov-west-1b', 'us-gov-west-1c'],
    vpcCidr: '172.16.0.0/20',
    subnetMask: 26,
    natGateways: 3,
    avoidCidrs: ['10.0.0.0/8'],
  },
  batch: {
    maxvCpus: 64,
    jobs: [
      { name: 'small', vcpu: 1, memoryMiB: 2048 },
      { name: 'large', vcpu: 16, memoryMiB: 122880 },
    ],
    imageTag: 'v1.2.3',
    serviceRole: 'service-linked',
  },
  orchestration: {
    timeoutHours: 48,
    stages: [
      [{ name: 'prepare', job: 'small', timeoutMinutes: 15, result: 'prepared' }],
      [
        { name: 'feature-extraction', job: 'large', timeoutMinutes: 60, result: 'features' },
        { name: 'data-processing', job: 'small', timeoutMinutes: 30, result: 'processed' },
        { name: 'quality-2', job: 'small', timeoutMinutes: 45, result: 'quality' },
      ],
      [{ name: 'model-training', job: 'large', timeoutMinutes: 120, result: 'model' }],
    ],
  },
  retention: {
    data: 'retain',
    pointInTimeRecovery: true,
    deletionProtection: true,
    noncurrentVersionDays: 365,
    logDays: 14,
  },
  budget: {
    limitUSD: 250.5,
    emails: ['ops@example.com', 'cfo@example.com'],
    actualThresholds: [50, 90],
    forecastThresholds: [120],
  },
  tags: { CostCenter: '4711' },
  names: {
    bucket: 'sanders-customer-platform-222',
    table: 'sanders_daily_customer_features_2.0',
    repository: 'sanders-customer-platform-team/jobs',
    queue: 'sanders-Daily_Queue',
  },
};

/**
 * The CDK stack that this platform replaces, as an environment. Frozen: what the stack was does not change when an
 * environment does.
 */
export function cdkStack(name: 'dev' | 'prod'): EnvironmentInput {
  const production = name === 'prod';
  return {
    name,
    account: '120569615884',
    region: 'eu-central-1',
    production,
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
    retention: {
      data: production ? 'retain' : 'delete',
      pointInTimeRecovery: production,
      deletionProtection: production,
      // The stack kept them for ever; how long ours does is the platform's own choice.
      noncurrentVersionDays: production ? 90 : 30,
    },
    budget: { limitUSD: 10 },
  };
}

/** An environment with its defaults. */
export function parse(input: EnvironmentInput): Environment {
  const [env] = parseEnvironments([input]);
  if (env === undefined) throw new Error('parseEnvironments returned nothing');
  return env;
}
