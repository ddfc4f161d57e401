import { platform } from './platform';
import type { Environment } from './schema';

/** The names of an environment's resources in AWS: `sanders-{resource-type}-{environment}`. */
export interface Names {
  readonly namespace: string;
  readonly bucket: string;
  readonly table: string;
  readonly repository: string;
  readonly queue: string;
  readonly computeEnvironment: string;
  readonly stateMachine: string;
  readonly budget: string;
  readonly batchServiceRole: string;
  readonly executionRole: string;
  readonly jobRole: string;
  readonly stateMachineRole: string;
  readonly securityGroup: string;
  readonly vpc: string;
  readonly internetGateway: string;
  /** The ConfigMap with the environment's outputs; the only object whose name does not end with the environment's. */
  readonly outputs: string;
  /** The name of a job size's job definition. */
  job(size: string): string;
  /** The names of what each zone (`a` of `eu-central-1a`) has, on its public and its private side. */
  subnet(side: Side, zone: string): string;
  routeTable(side: Side, zone: string): string;
  natGateway(zone: string): string;
  natAddress(zone: string): string;
  /** The name of the gateway endpoint of a service: `s3`, `dynamodb`. */
  endpoint(service: string): string;
  /** The name of the FieldExport that fills a key of the outputs. */
  output(key: string): string;
}

/** The two sides of a VPC: subnets that reach the internet through its gateway, and those that do not. */
export type Side = 'public' | 'private';

/** The names of an environment's resources, from its own name and its overrides. */
export function names(env: Pick<Environment, 'name' | 'names'>): Names {
  const e = env.name;
  return {
    namespace: `sanders-${e}`,
    bucket: env.names.bucket ?? `${platform}-${e}`,
    table: env.names.table ?? `sanders_daily_customer_features_${e}`,
    repository: env.names.repository ?? `${platform}-${e}`,
    queue: env.names.queue ?? `sanders-batch-queue-${e}`,
    computeEnvironment: `sanders-batch-compute-${e}`,
    stateMachine: `sanders-orchestrator-${e}`,
    budget: `SandersMonthlyBudget-${e}`,
    batchServiceRole: `sanders-batch-service-role-${e}`,
    executionRole: `sanders-ecs-task-execution-role-${e}`,
    jobRole: `sanders-batch-job-role-${e}`,
    stateMachineRole: `sanders-stepfunctions-role-${e}`,
    securityGroup: `sanders-batch-sg-${e}`,
    vpc: `${platform}-vpc-${e}`,
    internetGateway: `sanders-internet-gateway-${e}`,
    outputs: 'sanders-outputs',
    job: (size) => `sanders-job-${size}-${e}`,
    subnet: (side, zone) => `sanders-${side}-subnet-${zone}-${e}`,
    routeTable: (side, zone) => `sanders-${side}-route-table-${zone}-${e}`,
    natGateway: (zone) => `sanders-nat-gateway-${zone}-${e}`,
    natAddress: (zone) => `sanders-nat-address-${zone}-${e}`,
    endpoint: (service) => `sanders-${service}-endpoint-${e}`,
    output: (key) => `output-${key.toLowerCase()}`,
  };
}

type Step = Environment['orchestration']['stages'][number][number];

/** The state that runs a step: `FeatureExtractionJob` of `feature-extraction`. */
export function stateOf({ name }: Pick<Step, 'name'>): string {
  return `${name.replaceAll(/(^|-)(.)/g, (_, _dash, letter: string) => letter.toUpperCase())}Job`;
}

/** The key of the state's output that holds what Batch says of the step's job: `featureExtractionJob`, or as the step has it. */
export function resultOf(step: Pick<Step, 'name' | 'result'>): string {
  const state = stateOf(step);
  return step.result ?? `${state.charAt(0).toLowerCase()}${state.slice(1)}`;
}

interface NameRule {
  /** What AWS allows, in words. */
  readonly allowed: string;
  accepts(name: string): boolean;
}

/**
 * For the names that an environment may override: what AWS allows, and the prefix that the controllers' IAM policies
 * require (argocd/iam, controllers/config/iam).
 */
export const nameRules: Readonly<Record<'bucket' | 'table' | 'repository' | 'queue', NameRule>> = {
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html. AWS allows dots, but its TLS
  // certificate does not cover the host name of a bucket with dots, and this bucket refuses plain HTTP.
  bucket: {
    allowed:
      'a bucket name of at most 63 lower case letters, digits and dashes, beginning with sanders-customer-platform- and ending with a letter or digit, without what AWS reserves (…-s3alias, …--ol-s3, …--x-s3, …--table-s3)',
    accepts: (name) =>
      /^sanders-customer-platform-[a-z0-9-]*[a-z0-9]$/.test(name) &&
      name.length <= 63 &&
      !/(-s3alias|--ol-s3|--x-s3|--table-s3)$/.test(name),
  },
  // DynamoDB API reference, CreateTable: TableName.
  table: {
    allowed:
      'a table name of at most 255 letters, digits and _ . -, beginning with sanders_daily_customer_features_ and going on',
    accepts: (name) => /^sanders_daily_customer_features_[A-Za-z0-9_.-]{1,223}$/.test(name),
  },
  // ECR API reference, CreateRepository: repositoryName.
  repository: {
    allowed:
      'a repository name of at most 256 lower case letters and digits, with single . _ - or / between them, beginning with sanders-customer-platform-',
    accepts: (name) =>
      name.length <= 256 &&
      /^sanders-customer-platform-[a-z0-9]+([._-][a-z0-9]+)*(\/[a-z0-9]+([._-][a-z0-9]+)*)*$/.test(name),
  },
  // Batch API reference, CreateJobQueue: jobQueueName.
  queue: {
    allowed: 'a queue name of at most 128 letters, digits, dashes and underscores, beginning with sanders-',
    accepts: (name) => /^sanders-[A-Za-z0-9_-]{1,120}$/.test(name),
  },
};
