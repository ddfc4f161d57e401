import { Netmask } from 'netmask';
import { z } from 'zod';

import { describeFargateMemories, FARGATE_VCPUS, fargateMemories } from './fargate';
import { PLATFORM_TAGS } from './names';

/*
 * The shape of an environment and what is allowed in each field on its own. Rules between fields are in rules.ts.
 * Every `error` says what is allowed; problem.ts adds where, and what was found.
 */

const wholeNumber = (min: number, max: number, unit: string) => {
  const error = `a whole number of ${unit} from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};

const text = (pattern: RegExp, error: string) => z.string({ error }).regex(pattern, { error });

const oneOf = <const T extends readonly string[]>(...values: T) =>
  z.enum(values, { error: `one of ${values.map((value) => `"${value}"`).join(', ')}` });

const yesOrNo = z.boolean({ error: 'true or false' });

/** An IPv4 block whose mask is from `min` to `max`. */
const cidr = (min: number, max: number) => {
  const error = `an IPv4 block from /${min} to /${max}, written as the first address and the mask`;
  return z.string({ error }).refine((value) => isBlock(value, min, max), { error });
};

function isBlock(value: string, min: number, max: number): boolean {
  if (!/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/.test(value)) return false;
  try {
    const { base, bitmask } = new Netmask(value);
    return value.startsWith(`${base}/`) && bitmask >= min && bitmask <= max;
  } catch {
    return false; // A number is out of range.
  }
}

const vcpus = `one of ${FARGATE_VCPUS.join(', ')} vCPU`;

const job = z
  .strictObject({
    /** What the job definition is called: `sanders-job-<name>-<environment>`. */
    name: text(/^[a-z0-9][a-z0-9-]{0,31}$/, '1 to 32 lower case letters, digits and dashes'),
    /** vCPUs. */
    vcpu: z.number({ error: vcpus }).refine((vcpu) => FARGATE_VCPUS.includes(vcpu), { error: vcpus }),
    /** Memory in MiB. */
    memoryMiB: z.int({ error: 'a whole number of MiB that Fargate offers with the vCPUs' }),
  })
  .superRefine(({ vcpu, memoryMiB }, context) => {
    if (!FARGATE_VCPUS.includes(vcpu) || fargateMemories(vcpu).includes(memoryMiB)) return;
    const message = `${vcpu} vCPU allows ${describeFargateMemories(vcpu)}`;
    // The pair is wrong, so the report names the job; but of its fields only the memory is in doubt.
    context.addIssue({
      code: 'custom',
      path: ['memoryMiB'],
      message,
      params: { reportedAt: 'parent', got: memoryMiB },
    });
  });

const step = z.strictObject({
  /** The name of the entry of `batch.jobs` that this step runs. */
  job: z.string({ error: 'the name of an entry of batch.jobs' }),
  /** The step fails, and its job is terminated, after this many minutes. */
  timeoutMinutes: wholeNumber(1, 14 * 24 * 60, 'minutes'),
});

/** CloudWatch Logs, PutRetentionPolicy: `retentionInDays`. */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
const logRetentionDays = `one of ${LOG_RETENTION_DAYS.join(', ')} days`;

const amount = 'an amount of at least 0.01 USD, in whole cents';
const isAmount = (value: number) => value >= 0.01 && Number(value.toFixed(2)) === value;

const percentage = 'a percentage above 0, at most 1000';
const percent = z.number({ error: percentage }).gt(0, { error: percentage }).max(1000, { error: percentage });

const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const tagKey = z
  .string()
  .min(1, { error: 'a tag key of 1 to 128 characters' })
  .max(128, { error: 'a tag key of 1 to 128 characters' })
  .regex(tagText, { error: 'a tag key of letters, digits, spaces and _ . : / = + - @' })
  .refine((key) => !/^aws:/i.test(key), { error: 'a tag key that does not begin with "aws:", which AWS reserves' })
  .refine((key) => !PLATFORM_TAGS.some((tag) => tag.toLowerCase() === key.toLowerCase()), {
    error: `a tag other than ${PLATFORM_TAGS.join(', ')}, which the platform sets`,
  });
const tagValue = z
  .string({ error: 'a tag value (text)' })
  .max(256, { error: 'a tag value of at most 256 characters' })
  .regex(tagText, { error: 'a tag value of letters, digits, spaces and _ . : / = + - @' });

/** One environment: everything that may differ between dev and prod, and nothing else. */
export const environmentSchema = z.strictObject({
  /** Ends every name in AWS and the namespace: `sanders-…-<name>`. */
  name: text(
    /^[a-z](-?[a-z0-9]){0,19}$/,
    '1 to 20 lower case letters, digits and single dashes, beginning with a letter',
  ),
  /** The AWS account that the environment lives in. */
  account: text(/^\d{12}$/, 'an AWS account id: 12 digits, in quotes'),
  /** The AWS partition. @default aws */
  partition: oneOf('aws', 'aws-us-gov', 'aws-cn').default('aws'),
  /** The AWS region. */
  region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region, e.g. "eu-central-1"'),

  network: z.strictObject({
    /** Two to six zones of the region. One public and one private subnet is made in each. */
    availabilityZones: z
      .array(text(/^[a-z0-9-]+[a-z]$/, 'an availability zone, e.g. "eu-central-1a"'), {
        error: 'a list of availability zones',
      })
      .min(2, { error: 'two to six availability zones' })
      .max(6, { error: 'two to six availability zones' }),
    /** The VPC's addresses: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html. @default 10.0.0.0/16 */
    vpcCidr: cidr(16, 28).default('10.0.0.0/16'),
    /** How large each subnet is. @default 24 */
    subnetMask: wholeNumber(16, 28, 'bits').default(24),
    /** 0, 1, or one for each zone. With 0 the jobs run in the public subnets with a public address and no ingress. @default 1 */
    natGateways: z
      .int({ error: '0, 1 or one for each availability zone' })
      .min(0, { error: '0, 1 or one for each availability zone' })
      .default(1),
    /** Blocks that the VPC will be connected to (peering, VPN) and must not overlap. @default none */
    avoidCidrs: z.array(cidr(0, 32), { error: 'a list of IPv4 blocks' }).default([]),
  }),

  batch: z.strictObject({
    /** The most vCPUs that jobs may use at the same time. @default 16 */
    maxvCpus: wholeNumber(1, 10_000, 'vCPUs').default(16),
    /** One job definition each. */
    jobs: z.array(job, { error: 'a list of job sizes' }).min(1, { error: 'at least one job size' }),
    /** The tag of the image that jobs run. @default latest */
    imageTag: text(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/, 'an image tag: 1 to 128 letters, digits and _ . -').default(
      'latest',
    ),
    /**
     * `own`: the role `sanders-batch-service-role-<name>`, as the platform always had. `service-linked`: Batch's
     * own AWSServiceRoleForBatch, which must exist in the account. AWS cannot swap one for the other in place.
     * @default own
     */
    serviceRole: oneOf('own', 'service-linked').default('own'),
  }),

  orchestration: z.strictObject({
    /** An execution fails after this many hours. @default 24 */
    timeoutHours: wholeNumber(1, 24 * 365, 'hours').default(24),
    /** Which job size each step of the state machine runs, and for how long at most. */
    steps: z.strictObject({ featureExtraction: step, dataProcessing: step, modelTraining: step }),
  }),

  retention: z.strictObject({
    /**
     * `retain`: bucket, table and repository outlive their manifests, and Argo CD asks before it prunes them.
     * `delete`: they go with their contents.
     */
    data: oneOf('retain', 'delete'),
    /** Point-in-time recovery of the table. */
    pointInTimeRecovery: yesOrNo,
    /** Deletion protection of the table. */
    deletionProtection: yesOrNo,
    /** Noncurrent versions of objects are deleted after this many days. @default 90 */
    noncurrentVersionDays: wholeNumber(1, 3650, 'days').default(90),
    /** How long Batch's job logs are to be kept. Published as an output; set by hand, see docs/operations.md. @default 90 */
    logDays: z
      .int({ error: logRetentionDays })
      .refine((days) => LOG_RETENTION_DAYS.includes(days), { error: logRetentionDays })
      .default(90),
  }),

  budget: z.strictObject({
    /** The limit a month, in USD. @default 10 */
    limitUSD: z.number({ error: amount }).refine(isAmount, { error: amount }).default(10),
    /** Whom AWS notifies. Without addresses there are no notifications. @default nobody */
    emails: z
      .array(z.email({ error: 'an e-mail address' }), { error: 'a list of e-mail addresses' })
      .max(10, { error: 'at most 10 e-mail addresses (AWS Budgets)' })
      .default([]),
    /** Notify when this percentage of the limit has been spent. @default [80] */
    actualThresholds: z.array(percent, { error: 'a list of percentages' }).default([80]),
    /** Notify when this percentage of the limit is forecast to be spent. @default [100] */
    forecastThresholds: z.array(percent, { error: 'a list of percentages' }).default([100]),
  }),

  /** Tags beside the platform's own (Project, Environment, ManagedBy, Service). @default none */
  tags: z.record(tagKey, tagValue, { error: 'tags: names and texts' }).default({}),

  /** Names that differ from the platform's rule, e.g. because someone else owns the bucket's name. @default the rule's names */
  names: z
    .strictObject({
      /** The S3 bucket. @default sanders-customer-platform-<name> */
      bucket: z.string({ error: 'a bucket name' }),
      /** The DynamoDB table. @default sanders_daily_customer_features_<name> */
      table: z.string({ error: 'a table name' }),
      /** The ECR repository. @default sanders-customer-platform-<name> */
      repository: z.string({ error: 'a repository name' }),
      /** The Batch job queue. @default sanders-batch-queue-<name> */
      queue: z.string({ error: 'a queue name' }),
    })
    .partial()
    .default({}),

  /**
   * Drift made by hand in AWS must be repaired within this many seconds. ACK resyncs a whole service, so this is a
   * wish: a test compares it with the resync periods that argocd/ gives the controllers.
   * @default Batch, EC2 and IAM 300, the others 600
   */
  resyncSeconds: z
    .strictObject({
      batch: wholeNumber(60, 36_000, 'seconds').default(300),
      ec2: wholeNumber(60, 36_000, 'seconds').default(300),
      iam: wholeNumber(60, 36_000, 'seconds').default(300),
      others: wholeNumber(60, 36_000, 'seconds').default(600),
    })
    .prefault({}),
});

/** An environment as its file gives it: what has a default may be left out. */
export type EnvironmentInput = z.input<typeof environmentSchema>;

/** An environment with its defaults filled in. */
export type Environment = z.output<typeof environmentSchema>;
