import { Netmask } from 'netmask';
import * as v from 'valibot';

import { describeFargateMemories, fargateVcpus, fargateMemories } from './fargate';
import { platformTags } from './platform';

/*
 * The fields of an environment, and what is allowed in each of them on its own. Rules about several fields are in
 * rules.ts. Every message says what is allowed; problem.ts adds where, and what was found.
 */

const number = (accepts: (value: number) => boolean, error: string) => v.pipe(v.number(error), v.check(accepts, error));

const wholeNumber = (min: number, max: number, unit: string) =>
  number(
    (value) => Number.isInteger(value) && value >= min && value <= max,
    `a whole number of ${unit} from ${min} to ${max}`,
  );

const text = (pattern: RegExp, error: string) => v.pipe(v.string(error), v.regex(pattern, error));

const oneOf = <const T extends readonly string[]>(...values: T) =>
  v.picklist(values, `one of ${values.map((value) => `"${value}"`).join(', ')}`);

const yesOrNo = v.boolean('true or false');

type Message = string | ((issue: v.BaseIssue<unknown>) => string);
type Fields = Readonly<Record<string, v.GenericSchema & { readonly message?: Message }>>;

/** An object with these fields and no others. If a field is missing, its own message is reported. */
function group<const T extends Fields>(fields: T): v.StrictObjectSchema<T, undefined> {
  const keys = Object.keys(fields).join(', ');
  const message = (issue: v.BaseIssue<unknown>): string => {
    const own = fields[String(issue.path?.[0]?.key)]?.message ?? `keys ${keys}`;
    return typeof own === 'string' ? own : own({ ...issue, path: undefined });
  };
  // Not v.strictObject, which reports only the first unknown key.
  return v.objectWithRest(fields, v.never(keys), message) as unknown as v.StrictObjectSchema<T, undefined>;
}

/** An IPv4 block with a mask from `min` to `max`. */
const cidr = (min: number, max: number) => {
  const error = `an IPv4 block from /${min} to /${max}, written as the first address and the mask`;
  return v.pipe(
    v.string(error),
    v.check((value) => isBlock(value, min, max), error),
  );
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

const job = v.pipe(
  group({
    /** The job definition's name is `sanders-job-<name>-<environment>`. */
    name: text(/^[a-z0-9][a-z0-9-]{0,31}$/, '1 to 32 lower case letters, digits and dashes'),
    /** vCPUs. */
    vcpu: v.picklist(fargateVcpus, `one of ${fargateVcpus.join(', ')} vCPU`),
    /** Memory in MiB. */
    memoryMiB: number(Number.isInteger, 'a whole number of MiB that Fargate offers with the vCPUs'),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { vcpu, memoryMiB } = dataset.value;
    if (!Number.isInteger(memoryMiB) || fargateMemories(vcpu).includes(memoryMiB)) return;
    const memory = {
      type: 'object',
      origin: 'value',
      input: dataset.value,
      key: 'memoryMiB',
      value: memoryMiB,
    } as const;
    addIssue({ message: `${vcpu} vCPU allows ${describeFargateMemories(vcpu)}`, input: memoryMiB, path: [memory] });
  }),
);

const stepName = '1 to 40 lower case letters, digits and single dashes, beginning with a letter';

const resultKey =
  '1 to 64 letters and digits, beginning with a lower case letter, and not command, error or parallelResults';

const step = group({
  /** What Batch calls the job, and in capitals the state: `feature-extraction` is the state `FeatureExtractionJob`. */
  name: v.pipe(text(/^[a-z](-?[a-z0-9]+)*$/, stepName), v.maxLength(40, stepName)),
  /** The name of the entry of `batch.jobs` that this step runs. */
  job: v.string('the name of an entry of batch.jobs'),
  /** The step fails, and its job is terminated, after this many minutes. */
  timeoutMinutes: wholeNumber(1, 14 * 24 * 60, 'minutes'),
  /** The key of the state's output that holds what Batch says of the job. @default <name in camel case>Job */
  result: v.optional(text(/^(?!(command|error|parallelResults\d*)$)[a-z][A-Za-z0-9]{0,63}$/, resultKey)),
});

/** The daily run as the CDK stack had it. */
const defaultStages = [
  [
    { name: 'feature-extraction', job: '8g', timeoutMinutes: 6 * 60, result: 'featureJob' },
    { name: 'data-processing', job: '2g', timeoutMinutes: 6 * 60, result: 'processingJob' },
  ],
  [{ name: 'model-training', job: '16g', timeoutMinutes: 12 * 60, result: 'trainingJob' }],
];

/** CloudWatch Logs, PutRetentionPolicy: `retentionInDays`. */
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
const logRetentionDays = `one of ${retentionDays.join(', ')} days`;

const amount = 'an amount of at least 0.01 USD, in whole cents';
const isAmount = (value: number) => value >= 0.01 && Number(value.toFixed(2)) === value;

const percent = number((value) => value > 0 && value <= 1000, 'a percentage above 0, at most 1000');

const email = 'an e-mail address';

const tagText = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const tagKeyLength = 'a tag key of 1 to 128 characters';
const tagKey = v.pipe(
  v.string(tagKeyLength),
  v.minLength(1, tagKeyLength),
  v.maxLength(128, tagKeyLength),
  v.regex(tagText, 'a tag key of letters, digits, spaces and _ . : / = + - @'),
  v.check((key) => !/^aws:/i.test(key), 'a tag key that does not begin with "aws:", which AWS reserves'),
  v.check(
    (key) => !platformTags.some((tag) => tag.toLowerCase() === key.toLowerCase()),
    `a tag other than ${platformTags.join(', ')}, which the platform sets`,
  ),
);
const tagValue = v.pipe(
  v.string('a tag value (text)'),
  v.maxLength(256, 'a tag value of at most 256 characters'),
  v.regex(tagText, 'a tag value of letters, digits, spaces and _ . : / = + - @'),
);

/** One environment: everything that may differ between dev and prod, and nothing else. */
export const environmentSchema = group({
  /** The last part of every name in AWS, and of the namespace: `sanders-…-<name>`. */
  name: text(
    /^[a-z](-?[a-z0-9]){0,19}$/,
    '1 to 20 lower case letters, digits and single dashes, beginning with a letter',
  ),
  /** The AWS account that the environment lives in. */
  account: text(/^\d{12}$/, 'an AWS account id: 12 digits, in quotes'),
  /** The AWS partition. @default aws */
  partition: v.optional(oneOf('aws', 'aws-us-gov', 'aws-cn'), 'aws'),
  /** The AWS region. */
  region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'an AWS region, e.g. "eu-central-1"'),
  /** Whether losing its data would hurt. If so, rules.ts demands that the data is retained and protected. */
  production: yesOrNo,

  network: group({
    /** Two to six zones of the region. Each gets a public and a private subnet. */
    availabilityZones: v.pipe(
      v.array(text(/^[a-z0-9-]+[a-z]$/, 'an availability zone, e.g. "eu-central-1a"'), 'a list of availability zones'),
      v.minLength(2, 'two to six availability zones'),
      v.maxLength(6, 'two to six availability zones'),
    ),
    /**
     * The VPC's addresses: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html.
     * @default 10.0.0.0/16
     */
    vpcCidr: v.optional(cidr(16, 28), '10.0.0.0/16'),
    /** The size of each subnet, as a mask. @default 24 */
    subnetMask: v.optional(wholeNumber(16, 28, 'bits'), 24),
    /**
     * 0, 1, or one per zone. With 0, jobs run in the public subnets, with a public address and no ingress.
     * @default 1
     */
    natGateways: v.optional(
      number((value) => Number.isInteger(value) && value >= 0, '0, 1 or one for each availability zone'),
      1,
    ),
    /** Blocks that the VPC must not overlap, because it will be connected to them (peering, VPN). @default none */
    avoidCidrs: v.optional(v.array(cidr(0, 32), 'a list of IPv4 blocks'), []),
  }),

  batch: group({
    /** How many vCPUs jobs may use at the same time. @default 16 */
    maxvCpus: v.optional(wholeNumber(1, 10_000, 'vCPUs'), 16),
    /** The job sizes. Each gets a job definition. */
    jobs: v.pipe(v.array(job, 'a list of job sizes'), v.minLength(1, 'at least one job size')),
    /** The tag of the image that jobs run. @default latest */
    imageTag: v.optional(
      text(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/, 'an image tag: 1 to 128 letters, digits and _ . -'),
      'latest',
    ),
    /**
     * `own`: the role `sanders-batch-service-role-<name>`, which the platform creates. `service-linked`: Batch's
     * AWSServiceRoleForBatch, which must exist in the account. AWS cannot replace one by the other in place.
     * @default own
     */
    serviceRole: v.optional(oneOf('own', 'service-linked'), 'own'),
  }),

  /** @default the daily run of the CDK stack */
  orchestration: v.optional(
    group({
      /** An execution fails after this many hours. @default 24 */
      timeoutHours: v.optional(wholeNumber(1, 24 * 365, 'hours'), 24),
      /**
       * What the state machine runs: stages one after another, each a list of steps that run side by side. When a step fails, the
       * execution fails.
       * @default feature-extraction (8g) beside data-processing (2g), then model-training (16g)
       */
      stages: v.optional(
        v.pipe(
          v.array(v.pipe(v.array(step, 'a list of steps'), v.minLength(1, 'at least one step')), 'a list of stages'),
          v.minLength(1, 'at least one stage'),
        ),
        defaultStages,
      ),
    }),
    {},
  ),

  retention: group({
    /**
     * `retain`: bucket, table and repository stay in AWS when their manifests go, and Argo CD asks before it prunes
     * them. `delete`: they are deleted with their manifests, contents included.
     */
    data: oneOf('retain', 'delete'),
    /** Point-in-time recovery of the table. */
    pointInTimeRecovery: yesOrNo,
    /** Deletion protection of the table. */
    deletionProtection: yesOrNo,
    /** Noncurrent versions of objects are deleted after this many days. @default 90 */
    noncurrentVersionDays: v.optional(wholeNumber(1, 3650, 'days'), 90),
    /**
     * How long Batch's job logs are to be kept. Published as an output, to be set by hand: docs/operations.md.
     * @default 90
     */
    logDays: v.optional(v.picklist(retentionDays, logRetentionDays), 90),
  }),

  budget: group({
    /** The limit per month, in USD. @default 10 */
    limitUSD: v.optional(number(isAmount, amount), 10),
    /** Whom AWS notifies. Without addresses there are no notifications. @default nobody */
    emails: v.optional(
      v.pipe(
        v.array(v.pipe(v.string(email), v.email(email)), 'a list of e-mail addresses'),
        v.maxLength(10, 'at most 10 e-mail addresses (AWS Budgets)'),
      ),
      [],
    ),
    /** Notify when this percentage of the limit has been spent. @default [80] */
    actualThresholds: v.optional(v.array(percent, 'a list of percentages'), [80]),
    /** Notify when this percentage of the limit is forecast to be spent. @default [100] */
    forecastThresholds: v.optional(v.array(percent, 'a list of percentages'), [100]),
  }),

  /** Tags beside the platform's own (Project, Environment, ManagedBy, Service). @default none */
  tags: v.optional(v.record(tagKey, tagValue, 'tags: names and texts'), {}),

  /**
   * Names that differ from the platform's rule, e.g. because someone else owns the bucket's name.
   * @default the rule's names
   */
  names: v.optional(
    group({
      /** The S3 bucket. @default sanders-customer-platform-<name> */
      bucket: v.optional(v.string('a bucket name')),
      /** The DynamoDB table. @default sanders_daily_customer_features_<name> */
      table: v.optional(v.string('a table name')),
      /** The ECR repository. @default sanders-customer-platform-<name> */
      repository: v.optional(v.string('a repository name')),
      /** The Batch job queue. @default sanders-batch-queue-<name> */
      queue: v.optional(v.string('a queue name')),
    }),
    {},
  ),
});

/** An environment as its file gives it: what has a default may be left out. */
export type EnvironmentInput = v.InferInput<typeof environmentSchema>;

/** An environment with its defaults filled in. */
export type Environment = v.InferOutput<typeof environmentSchema>;
