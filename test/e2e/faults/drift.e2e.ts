/** What somebody changes by hand in AWS is repaired at the next resync, and nothing else is touched. */
import { account, aws, readState } from '../aws';
import { reaches, settled } from '../platform';
import { changes, type State } from '../state';

const arn = (service: string, resource: string) => `arn:aws:${service}:eu-central-1:${account}:${resource}`;
const idOf = (name: string, key: string) => (before[name] as Record<string, string>)[key];

interface Drift {
  /** The resource, as the state names it. */
  readonly at: string;
  readonly by: () => Promise<unknown>;
}

const drifts: Record<string, Drift> = {
  'old versions are not kept any more': {
    at: 's3 bucket sanders-customer-platform-dev',
    by: () =>
      aws.s3.putBucketVersioning({
        Bucket: 'sanders-customer-platform-dev',
        VersioningConfiguration: { Status: 'Suspended' },
      }),
  },
  'the bucket lets in plain HTTP': {
    at: 's3 bucket sanders-customer-platform-prod',
    by: () => aws.s3.deleteBucketPolicy({ Bucket: 'sanders-customer-platform-prod' }),
  },
  'no point-in-time recovery': {
    at: 'dynamodb table sanders_daily_customer_features_prod',
    by: () =>
      aws.dynamodb.updateContinuousBackups({
        TableName: 'sanders_daily_customer_features_prod',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
      }),
  },
  'images are not scanned': {
    at: 'ecr repository sanders-customer-platform-dev',
    by: () =>
      aws.ecr.putImageScanningConfiguration({
        repositoryName: 'sanders-customer-platform-dev',
        imageScanningConfiguration: { scanOnPush: false },
      }),
  },
  'a port is open to the world': {
    at: 'ec2 security-group sanders-batch-sg-dev',
    by: () =>
      aws.ec2.authorizeSecurityGroupIngress({
        GroupId: idOf('ec2 security-group sanders-batch-sg-dev', 'GroupId'),
        IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
      }),
  },
  'jobs reach nothing': {
    at: 'ec2 security-group sanders-batch-sg-prod',
    by: () =>
      aws.ec2.revokeSecurityGroupEgress({
        GroupId: idOf('ec2 security-group sanders-batch-sg-prod', 'GroupId'),
        IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
      }),
  },
  'no way to the internet': {
    at: 'ec2 route-table sanders-private-route-table-a-dev',
    by: () =>
      aws.ec2.deleteRoute({
        RouteTableId: idOf('ec2 route-table sanders-private-route-table-a-dev', 'RouteTableId'),
        DestinationCidrBlock: '0.0.0.0/0',
      }),
  },
  'private subnets give public addresses': {
    at: 'ec2 subnet sanders-private-subnet-b-dev',
    by: () =>
      aws.ec2.modifySubnetAttribute({
        SubnetId: idOf('ec2 subnet sanders-private-subnet-b-dev', 'SubnetId'),
        MapPublicIpOnLaunch: { Value: true },
      }),
  },
  'a managed policy is detached': {
    at: 'iam role sanders-batch-service-role-dev',
    by: () =>
      aws.iam.detachRolePolicy({
        RoleName: 'sanders-batch-service-role-dev',
        PolicyArn: 'arn:aws:iam::aws:policy/service-role/AWSBatchServiceRole',
      }),
  },
  'an inline policy grants everything': {
    at: 'iam role sanders-batch-job-role-dev',
    by: () =>
      aws.iam.putRolePolicy({
        RoleName: 'sanders-batch-job-role-dev',
        PolicyName: 'data',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
        }),
      }),
  },
  'fewer vCPUs': {
    at: 'batch compute-environment sanders-batch-compute-dev',
    by: () =>
      aws.batch.updateComputeEnvironment({
        computeEnvironment: 'sanders-batch-compute-dev',
        computeResources: { maxvCpus: 1 },
      }),
  },
  'the queue is disabled': {
    at: 'batch job-queue sanders-batch-queue-dev',
    by: () => aws.batch.updateJobQueue({ jobQueue: 'sanders-batch-queue-dev', state: 'DISABLED', priority: 7 }),
  },
  'a tag is gone': {
    at: 'batch job-queue sanders-batch-queue-prod',
    by: () =>
      aws.batch.untagResource({
        resourceArn: arn('batch', 'job-queue/sanders-batch-queue-prod'),
        tagKeys: ['Project'],
      }),
  },
  'the state machine does nothing': {
    at: 'sfn state-machine sanders-orchestrator-dev',
    by: () =>
      aws.sfn.updateStateMachine({
        stateMachineArn: arn('states', 'stateMachine:sanders-orchestrator-dev'),
        definition: JSON.stringify({ StartAt: 'Done', States: { Done: { Type: 'Succeed' } } }),
      }),
  },
  'the budget is higher': {
    at: 'budgets budget SandersMonthlyBudget-dev',
    by: () =>
      aws.budgets.updateBudget({
        AccountId: account,
        NewBudget: {
          BudgetName: 'SandersMonthlyBudget-dev',
          BudgetType: 'COST',
          TimeUnit: 'MONTHLY',
          BudgetLimit: { Amount: '9999', Unit: 'USD' },
        },
      }),
  },
};

const job = 'sanders-job-16g-prod';
const atJob = `batch job-definition ${job}`;
const deregistered: Drift = {
  at: atJob,
  by: () => aws.batch.deregisterJobDefinition({ jobDefinition: `${job}:${revision()}` }),
};

let before: State;
/** What each drift changed of its own resource, as AWS showed it. */
const drifted: Record<string, Record<string, string>> = {};
let repaired: State;

beforeAll(async () => {
  await settled();
  before = await readState();
  for (const drift of [...Object.values(drifts), deregistered]) drifted[drift.at] = await make(drift);
  // If it never gets there, each case tells what of its own is missing.
  await reaches(before, newRevision()).catch(() => undefined);
  repaired = await readState();
});

test.each(Object.entries(drifts))('%s', (_, { at }) => {
  expect(drifted[at]).not.toEqual({});
  expect(differences(at, repaired)).toEqual({});
});

test('a job definition that was deregistered is there again, as a new revision, and nothing else has changed', () => {
  expect(drifted[atJob]).not.toEqual({});
  expect(changes(before, repaired)).toEqual(newRevision());
});

/** Makes a drift and returns what it changed. A resync that falls between the two repairs it unseen: then it is made again. */
async function make({ at, by }: Drift, attempts = 3): Promise<Record<string, string>> {
  await by();
  const seen = differences(at, await readState());
  return Object.keys(seen).length === 0 && attempts > 1 ? make({ at, by }, attempts - 1) : seen;
}

function differences(at: string, state: State): Record<string, string> {
  return changes({ [at]: before[at] ?? null }, { [at]: state[at] ?? null });
}

function revision(): number {
  return (before[atJob] as { activeRevisions: number[] }).activeRevisions[0] ?? 0;
}

function newRevision(): Record<string, string> {
  return { [`${atJob}: activeRevisions.0`]: `${revision()} → ${revision() + 1}` };
}
