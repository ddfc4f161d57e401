import * as batch from '@aws-sdk/client-batch';
import * as budgets from '@aws-sdk/client-budgets';
import * as dynamodb from '@aws-sdk/client-dynamodb';
import * as ec2 from '@aws-sdk/client-ec2';
import * as ecr from '@aws-sdk/client-ecr';
import * as iam from '@aws-sdk/client-iam';
import * as s3 from '@aws-sdk/client-s3';
import * as sfn from '@aws-sdk/client-sfn';
import { type State, tidy } from './state';

/** The account that the sandbox emulates. */
export const account = '120569615884';

// The SDK announces with every first client that it will need Node 22 one day.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** AWS's API as the environment points at it (AWS_ENDPOINT_URL, AWS_REGION, keys). */
export const aws = {
  batch: new batch.Batch(),
  budgets: new budgets.Budgets(),
  dynamodb: new dynamodb.DynamoDB(),
  ec2: new ec2.EC2(),
  ecr: new ecr.ECR(),
  iam: new iam.IAM(),
  s3: new s3.S3({ forcePathStyle: true }),
  sfn: new sfn.SFN(),
};

/**
 * Everything that there is in the account, but what AWS itself puts into each (the default VPC, service-linked roles), what
 * the installation does (the controllers' roles), and what changes by use (counts, sizes, what was spent).
 */
export async function readState(): Promise<State> {
  return read([buckets, tables, repositories, network, roles, batchKinds, stateMachines, allBudgets]);
}

/** The part of that which EC2 knows: a tenth of the calls. */
export async function readNetwork(): Promise<State> {
  return read([network]);
}

async function read(readers: readonly (() => Promise<Entry[]>)[]): Promise<State> {
  const entries = (await Promise.all(readers.map((reader) => reader()))).flat();
  return Object.fromEntries(entries.map(([name, answer]) => [name, tidy(answer)]));
}

/** `service kind name`, and what AWS answers about it. */
type Entry = readonly [string, unknown];

async function buckets(): Promise<Entry[]> {
  const { Buckets = [] } = await aws.s3.listBuckets();
  return Promise.all(
    Buckets.map(async ({ Name, CreationDate }): Promise<Entry> => {
      const bucket = { Bucket: Name ?? '' };
      const answers = await Promise.all([
        aws.s3.getBucketVersioning(bucket),
        aws.s3.getBucketEncryption(bucket),
        aws.s3.getPublicAccessBlock(bucket),
        aws.s3.getBucketOwnershipControls(bucket),
        orNothing(aws.s3.getBucketLifecycleConfiguration(bucket)),
        orNothing(aws.s3.getBucketPolicy(bucket)),
        orNothing(aws.s3.getBucketTagging(bucket)),
      ]);
      return [`s3 bucket ${bucket.Bucket}`, Object.assign({ CreationDate }, ...answers)];
    }),
  );
}

/** What a bucket does not have, S3 answers with an error. */
async function orNothing(answer: Promise<object>): Promise<object> {
  return answer.catch((error: unknown) => {
    if (/^NoSuch(LifecycleConfiguration|BucketPolicy|TagSet)$/.test((error as Error).name)) return {};
    throw error;
  });
}

async function tables(): Promise<Entry[]> {
  const { TableNames = [] } = await aws.dynamodb.listTables();
  return Promise.all(
    TableNames.map(async (TableName): Promise<Entry> => {
      const { Table } = await aws.dynamodb.describeTable({ TableName });
      const table = without(Table, 'ItemCount', 'TableSizeBytes');
      const [{ ContinuousBackupsDescription: backups }, { Tags }] = await Promise.all([
        aws.dynamodb.describeContinuousBackups({ TableName }),
        aws.dynamodb.listTagsOfResource({ ResourceArn: table.TableArn ?? '' }),
      ]);
      const recovery = backups?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
      return [`dynamodb table ${TableName}`, { ...table, PointInTimeRecoveryStatus: recovery, Tags }];
    }),
  );
}

async function repositories(): Promise<Entry[]> {
  const { repositories: all = [] } = await aws.ecr.describeRepositories();
  return Promise.all(
    all.map(async (repository): Promise<Entry> => {
      const { repositoryName, repositoryArn } = repository;
      const [{ lifecyclePolicyText }, { tags }] = await Promise.all([
        aws.ecr.getLifecyclePolicy({ repositoryName }),
        aws.ecr.listTagsForResource({ resourceArn: repositoryArn ?? '' }),
      ]);
      return [`ecr repository ${repositoryName}`, { ...repository, lifecyclePolicyText, tags }];
    }),
  );
}

async function network(): Promise<Entry[]> {
  const [vpcs, subnets, routeTables, gateways, nats, addresses, groups, endpoints] = await Promise.all([
    aws.ec2.describeVpcs(),
    aws.ec2.describeSubnets(),
    aws.ec2.describeRouteTables(),
    aws.ec2.describeInternetGateways(),
    aws.ec2.describeNatGateways(),
    aws.ec2.describeAddresses(),
    aws.ec2.describeSecurityGroups(),
    aws.ec2.describeVpcEndpoints(),
  ]);
  const own = (vpcs.Vpcs ?? []).filter(({ IsDefault }) => IsDefault !== true);
  const names = new Map(own.map((vpc) => [vpc.VpcId, nameOf(vpc)]));
  const inOwn = ({ VpcId }: { VpcId?: string }) => names.has(VpcId);
  const named = (kind: string, all: readonly object[] = []) =>
    all.map((one): Entry => [`ec2 ${kind} ${nameOf(one)}`, one]);
  return [
    ...(await Promise.all(own.map(vpc))),
    ...named('subnet', subnets.Subnets?.filter(inOwn)),
    ...named(
      'internet-gateway',
      gateways.InternetGateways?.filter(({ Attachments = [] }) => Attachments.some(inOwn)),
    ),
    ...named(
      'nat-gateway',
      nats.NatGateways?.filter(({ State }) => State !== 'deleted'),
    ),
    ...named('address', addresses.Addresses),
    ...named('vpc-endpoint', endpoints.VpcEndpoints),
    // AWS makes one of each with a VPC.
    ...(routeTables.RouteTables ?? []).filter(inOwn).map((table): Entry => {
      const main = table.Associations?.some(({ Main }) => Main);
      // Their order says nothing: the most specific one counts.
      const Routes = [...(table.Routes ?? [])].sort((a, b) => (destination(a) < destination(b) ? -1 : 1));
      return [`ec2 route-table ${main ? `main of ${names.get(table.VpcId)}` : nameOf(table)}`, { ...table, Routes }];
    }),
    ...(groups.SecurityGroups ?? []).filter(inOwn).map((group): Entry => {
      const name = group.GroupName === 'default' ? `default of ${names.get(group.VpcId)}` : group.GroupName;
      return [`ec2 security-group ${name}`, group];
    }),
  ];
}

async function vpc(found: ec2.Vpc): Promise<Entry> {
  const { VpcId } = found;
  const [{ EnableDnsSupport }, { EnableDnsHostnames }] = await Promise.all([
    aws.ec2.describeVpcAttribute({ VpcId, Attribute: 'enableDnsSupport' }),
    aws.ec2.describeVpcAttribute({ VpcId, Attribute: 'enableDnsHostnames' }),
  ]);
  return [`ec2 vpc ${nameOf(found)}`, { ...found, EnableDnsSupport, EnableDnsHostnames }];
}

function destination({ DestinationCidrBlock, DestinationPrefixListId }: ec2.Route): string {
  return DestinationCidrBlock ?? DestinationPrefixListId ?? '';
}

function nameOf({ Tags = [] }: { Tags?: readonly ec2.Tag[] }): string {
  return Tags.find(({ Key }) => Key === 'Name')?.Value ?? '(without a name)';
}

async function roles(): Promise<Entry[]> {
  const { Roles = [] } = await aws.iam.listRoles();
  const own = Roles.filter(
    ({ Path = '', RoleName = '' }) => !Path.startsWith('/aws-service-role/') && !RoleName.startsWith('ack-'),
  );
  return Promise.all(
    own.map(async ({ RoleName }): Promise<Entry> => {
      const [{ Role }, { AttachedPolicies = [] }, { PolicyNames = [] }] = await Promise.all([
        aws.iam.getRole({ RoleName }),
        aws.iam.listAttachedRolePolicies({ RoleName }),
        aws.iam.listRolePolicies({ RoleName }),
      ]);
      const inline = PolicyNames.map(async (PolicyName) => {
        const { PolicyDocument = '' } = await aws.iam.getRolePolicy({ RoleName, PolicyName });
        return [PolicyName, decodeURIComponent(PolicyDocument)] as const;
      });
      const all = {
        ...without(Role, 'RoleLastUsed'),
        AssumeRolePolicyDocument: decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''),
        AttachedPolicies: AttachedPolicies.map(({ PolicyArn }) => PolicyArn).sort(),
        InlinePolicies: Object.fromEntries(await Promise.all(inline)),
      };
      return [`iam role ${RoleName}`, all];
    }),
  );
}

async function batchKinds(): Promise<Entry[]> {
  const [{ computeEnvironments = [] }, { jobQueues = [] }, definitions] = await Promise.all([
    aws.batch.describeComputeEnvironments(),
    aws.batch.describeJobQueues(),
    activeJobDefinitions(),
  ]);
  const byName = new Map<string, batch.JobDefinition[]>();
  for (const definition of definitions) {
    const name = definition.jobDefinitionName ?? '';
    byName.set(name, [...(byName.get(name) ?? []), definition]);
  }
  return [
    ...computeEnvironments.map((one): Entry => [`batch compute-environment ${one.computeEnvironmentName}`, one]),
    ...jobQueues.map((one): Entry => [`batch job-queue ${one.jobQueueName}`, one]),
    ...[...byName].map(([name, revisions]): Entry => {
      const newestFirst = revisions.sort((a, b) => (b.revision ?? 0) - (a.revision ?? 0));
      const newest = without(newestFirst[0], 'jobDefinitionArn', 'revision');
      return [`batch job-definition ${name}`, { ...newest, activeRevisions: newestFirst.map((one) => one.revision) }];
    }),
  ];
}

async function activeJobDefinitions(): Promise<batch.JobDefinition[]> {
  const found: batch.JobDefinition[] = [];
  for await (const page of batch.paginateDescribeJobDefinitions({ client: aws.batch }, { status: 'ACTIVE' }))
    found.push(...(page.jobDefinitions ?? []));
  return found;
}

async function stateMachines(): Promise<Entry[]> {
  const { stateMachines: all = [] } = await aws.sfn.listStateMachines();
  return Promise.all(
    all.map(async ({ name, stateMachineArn = '' }): Promise<Entry> => {
      const [machine, { tags }] = await Promise.all([
        aws.sfn.describeStateMachine({ stateMachineArn }),
        aws.sfn.listTagsForResource({ resourceArn: stateMachineArn }),
      ]);
      return [`sfn state-machine ${name}`, { ...without(machine, 'revisionId'), tags }];
    }),
  );
}

async function allBudgets(): Promise<Entry[]> {
  const { Budgets = [] } = await aws.budgets.describeBudgets({ AccountId: account, ShowFilterExpression: true });
  return Promise.all(
    Budgets.map(async (found): Promise<Entry> => {
      const budget = without(found, 'CalculatedSpend', 'LastUpdatedTime');
      const [{ Notifications }, { ResourceTags }] = await Promise.all([
        aws.budgets.describeNotificationsForBudget({ AccountId: account, BudgetName: budget.BudgetName }),
        aws.budgets.listTagsForResource({ ResourceARN: `arn:aws:budgets::${account}:budget/${budget.BudgetName}` }),
      ]);
      return [`budgets budget ${budget.BudgetName}`, { ...budget, Notifications, ResourceTags }];
    }),
  );
}

function without<T extends object, K extends keyof T>(whole: T | undefined, ...keys: K[]): Omit<T, K> {
  const kept = Object.entries(whole ?? {}).filter(([key]) => !keys.includes(key as K));
  return Object.fromEntries(kept) as Omit<T, K>;
}

/** A call to AWS's API, as the emulator logs it. */
export interface Call {
  readonly number: number;
  readonly service: string;
  readonly action: string;
  /** HTTP status; 0 when no answer was sent. */
  readonly status: number;
  /** AWS's error code; empty for success. */
  readonly error: string;
}

/** The calls after the one of that number, oldest first; those of the tests' own clients and of the installation are left out. */
export async function callsSince(number: number): Promise<Call[]> {
  const { calls } = await ask<{ calls: (Call & { user_agent: string })[] }>(`calls?since=${number}`);
  return calls.filter(({ user_agent }) => !/^aws-sdk-js\/|sanders-bootstrap/.test(user_agent));
}

/** The number of the last call. */
export async function lastCall(): Promise<number> {
  return (await ask<{ calls: number }>('health')).calls;
}

/** What happens to calls that match: see docs/aws-emulator.md. */
export interface Fault {
  readonly kind: 'error' | 'throttle' | 'timeout' | 'drop' | 'latency';
  readonly service?: string;
  readonly action?: string;
  readonly code?: string;
  readonly status?: number;
}

/** Makes AWS fail from now on, until removeFaults. */
export async function inject(fault: Fault): Promise<void> {
  await ask('faults', { method: 'POST', body: JSON.stringify(fault) });
}

export async function removeFaults(): Promise<void> {
  await ask('faults', { method: 'DELETE' });
}

/** Asks the emulator itself (docs/aws-emulator.md). */
async function ask<Answer>(what: string, request?: RequestInit): Promise<Answer> {
  const response = await fetch(`${process.env['AWS_ENDPOINT_URL']}/sanders/${what}`, request);
  if (!response.ok) throw new Error(`the emulator answers ${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
}

/** Runs something and returns which calls that change AWS were made meanwhile: `service Action`, each once, sorted. */
export async function writesDuring(something: () => Promise<unknown>): Promise<string[]> {
  const start = await lastCall();
  await something();
  const writes = (await callsSince(start)).filter(isWrite).map(({ service, action }) => `${service} ${action}`);
  return [...new Set(writes)].sort();
}

/** Whether a call may change something; who assumes a role changes nothing. */
export function isWrite({ action }: Pick<Call, 'action'>): boolean {
  return !/^(Describe|Get|List|Head|Validate|BatchGet|AssumeRole)/.test(action);
}
