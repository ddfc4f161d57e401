/**
 * What is in AWS after a fresh `make up`, field by field: row by row what the CDK stack deployed that this platform replaces
 * (test/charts/parity.test.ts has the same rows for the manifests), and nothing beside it.
 */
import { account, readState } from './aws';
import { get, settled } from './platform';
import type { State } from './state';

/** The frozen ones: see seed.ts. */
const environments = ['dev', 'prod'];
const region = 'eu-central-1';
const image = (e: string) => `${account}.dkr.ecr.${region}.amazonaws.com/sanders-customer-platform-${e}`;
const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${account}:${resource}`;
const roleArn = (name: string) => `arn:aws:iam::${account}:role/${name}`;
const sizes = { '2g': ['0.5', '2048'], '8g': ['2', '8192'], '16g': ['4', '16384'] } as const;

let state: State;
const at = (name: string): any => state[name] ?? fail(`there is no ${name} in AWS`);
const fail = (message: string): never => {
  throw new Error(message);
};

beforeAll(async () => {
  await settled();
  state = await readState();
});

test('there is nothing else in AWS', () => {
  const expected = environments.flatMap((e) => [
    `s3 bucket sanders-customer-platform-${e}`,
    `dynamodb table sanders_daily_customer_features_${e}`,
    `ecr repository sanders-customer-platform-${e}`,
    `ec2 vpc sanders-customer-platform-vpc-${e}`,
    `ec2 route-table main of sanders-customer-platform-vpc-${e}`,
    `ec2 security-group default of sanders-customer-platform-vpc-${e}`,
    ...['public', 'private'].flatMap((kind) =>
      ['a', 'b'].flatMap((zone) => [
        `ec2 subnet sanders-${kind}-subnet-${zone}-${e}`,
        `ec2 route-table sanders-${kind}-route-table-${zone}-${e}`,
      ]),
    ),
    `ec2 internet-gateway sanders-internet-gateway-${e}`,
    `ec2 address sanders-nat-address-a-${e}`,
    `ec2 nat-gateway sanders-nat-gateway-a-${e}`,
    // Better than the original: job data pays no NAT charges.
    `ec2 vpc-endpoint sanders-s3-endpoint-${e}`,
    `ec2 vpc-endpoint sanders-dynamodb-endpoint-${e}`,
    `ec2 security-group sanders-batch-sg-${e}`,
    ...['batch-service', 'ecs-task-execution', 'batch-job', 'stepfunctions'].map(
      (role) => `iam role sanders-${role}-role-${e}`,
    ),
    `batch compute-environment sanders-batch-compute-${e}`,
    `batch job-queue sanders-batch-queue-${e}`,
    ...Object.keys(sizes).map((size) => `batch job-definition sanders-job-${size}-${e}`),
    `sfn state-machine sanders-orchestrator-${e}`,
    `budgets budget SandersMonthlyBudget-${e}`,
  ]);
  expect(Object.keys(state).sort()).toEqual(expected.sort());
});

describe.each(environments)('%s has', (e) => {
  const prod = e === 'prod';
  const bucket = `sanders-customer-platform-${e}`;
  const table = `sanders_daily_customer_features_${e}`;
  const tags = { Project: 'sanders-customer-platform', Environment: e, ManagedBy: 'ACK' };
  const serviceTags = { ...tags, Service: 'sanders-customer-platform' };

  const vpcId = () => at(`ec2 vpc sanders-customer-platform-vpc-${e}`).VpcId;
  const subnet = (name: string) => at(`ec2 subnet sanders-${name}-${e}`);
  const routeTable = (name: string) => at(`ec2 route-table sanders-${name}-${e}`);
  const role = (name: string) => at(`iam role sanders-${name}-role-${e}`);
  const trust = (service: string) => ({
    Effect: 'Allow',
    Action: 'sts:AssumeRole',
    Principal: { Service: `${service}.amazonaws.com` },
    Condition: { StringEquals: { 'aws:SourceAccount': account } },
  });
  /** Resource → the actions on it that a role's inline policies grant, sorted. */
  const grants = (name: string) => {
    const found: Record<string, string[]> = {};
    for (const policy of Object.values<any>(role(name).InlinePolicies))
      for (const { Action, Resource } of policy.Statement)
        for (const resource of [Resource].flat())
          found[resource] = [...(found[resource] ?? []), ...[Action].flat()].sort();
    return found;
  };

  const rows: Record<string, () => unknown> = {
    '1: the bucket': () =>
      expect(at(`s3 bucket ${bucket}`)).toMatchObject({
        Status: 'Enabled',
        ServerSideEncryptionConfiguration: {
          Rules: [expect.objectContaining({ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } })],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          IgnorePublicAcls: true,
          BlockPublicPolicy: true,
          RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        Rules: [
          expect.objectContaining({
            ID: 'abort-incomplete-uploads',
            Status: 'Enabled',
            AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
          }),
          expect.objectContaining({
            ID: 'expire-noncurrent-versions',
            Status: 'Enabled',
            Expiration: { ExpiredObjectDeleteMarker: true },
            NoncurrentVersionExpiration: { NoncurrentDays: prod ? 90 : 30 },
          }),
        ],
        Policy: {
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'DenyPlainHttp',
              Effect: 'Deny',
              Principal: '*',
              Action: 's3:*',
              Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
          ],
        },
        TagSet: serviceTags,
      }),
    '2: the table': () =>
      expect(at(`dynamodb table ${table}`)).toMatchObject({
        TableStatus: 'ACTIVE',
        KeySchema: [
          { AttributeName: 'customer_id', KeyType: 'HASH' },
          { AttributeName: 'date', KeyType: 'RANGE' },
        ],
        AttributeDefinitions: [
          { AttributeName: 'customer_id', AttributeType: 'S' },
          { AttributeName: 'date', AttributeType: 'S' },
        ],
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
        PointInTimeRecoveryStatus: prod ? 'ENABLED' : 'DISABLED',
        DeletionProtectionEnabled: prod,
        Tags: serviceTags,
      }),
    '3: the repository': () =>
      expect(at(`ecr repository ${bucket}`)).toMatchObject({
        repositoryUri: image(e),
        imageScanningConfiguration: { scanOnPush: true },
        lifecyclePolicyText: {
          rules: [
            {
              rulePriority: 1,
              description: 'Keep last 10 images',
              selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 10 },
              action: { type: 'expire' },
            },
          ],
        },
        tags: serviceTags,
      }),
    '4: the VPC, whose default security group has no rules': () => {
      const name = `sanders-customer-platform-vpc-${e}`;
      expect(at(`ec2 vpc ${name}`)).toMatchObject({
        CidrBlock: '10.0.0.0/16',
        InstanceTenancy: 'default',
        EnableDnsSupport: { Value: true },
        EnableDnsHostnames: { Value: true },
        Tags: { ...serviceTags, Name: name },
      });
      expect(at(`ec2 security-group default of ${name}`)).toMatchObject({ IpPermissions: [], IpPermissionsEgress: [] });
    },
    '5: four subnets': () => {
      const subnets = { 'public-subnet-a': 0, 'public-subnet-b': 1, 'private-subnet-a': 2, 'private-subnet-b': 3 };
      for (const [name, third] of Object.entries(subnets))
        expect(subnet(name)).toMatchObject({
          VpcId: vpcId(),
          CidrBlock: `10.0.${third}.0/24`,
          AvailabilityZone: `${region}${name.slice(-1)}`,
          MapPublicIpOnLaunch: name.startsWith('public'),
          Tags: { ...serviceTags, Name: `sanders-${name}-${e}` },
        });
    },
    '6: an internet gateway, attached': () =>
      expect(at(`ec2 internet-gateway sanders-internet-gateway-${e}`)).toMatchObject({
        Attachments: [{ VpcId: vpcId(), State: 'available' }],
        Tags: { ...serviceTags, Name: `sanders-internet-gateway-${e}` },
      }),
    '7: one NAT gateway with its address, in the first public subnet': () => {
      const address = at(`ec2 address sanders-nat-address-a-${e}`);
      expect(address).toMatchObject({ Domain: 'vpc', Tags: { ...serviceTags, Name: `sanders-nat-address-a-${e}` } });
      expect(at(`ec2 nat-gateway sanders-nat-gateway-a-${e}`)).toMatchObject({
        State: 'available',
        ConnectivityType: 'public',
        SubnetId: subnet('public-subnet-a').SubnetId,
        VpcId: vpcId(),
        NatGatewayAddresses: [{ AllocationId: address.AllocationId, PublicIp: address.PublicIp }],
        Tags: { ...serviceTags, Name: `sanders-nat-gateway-a-${e}` },
      });
    },
    '8: a route table for each subnet': () => {
      const gateway = at(`ec2 internet-gateway sanders-internet-gateway-${e}`).InternetGatewayId;
      const nat = at(`ec2 nat-gateway sanders-nat-gateway-a-${e}`).NatGatewayId;
      for (const kind of ['public', 'private'])
        for (const zone of ['a', 'b']) {
          const table = routeTable(`${kind}-route-table-${zone}`);
          expect(table).toMatchObject({
            VpcId: vpcId(),
            Associations: [{ SubnetId: subnet(`${kind}-subnet-${zone}`).SubnetId, Main: false }],
            Tags: { ...serviceTags, Name: `sanders-${kind}-route-table-${zone}-${e}` },
          });
          const endpoints = kind === 'private' ? 2 : 0;
          expect(table.Routes).toHaveLength(2 + endpoints);
          expect(table.Routes).toEqual(
            expect.arrayContaining([
              expect.objectContaining({ DestinationCidrBlock: '10.0.0.0/16', GatewayId: 'local', State: 'active' }),
              expect.objectContaining({
                DestinationCidrBlock: '0.0.0.0/0',
                State: 'active',
                ...(kind === 'public' ? { GatewayId: gateway } : { NatGatewayId: nat }),
              }),
            ]),
          );
        }
    },
    'on top: gateway endpoints on the private route tables': () => {
      for (const service of ['s3', 'dynamodb']) {
        const endpoint = at(`ec2 vpc-endpoint sanders-${service}-endpoint-${e}`);
        expect(endpoint).toMatchObject({
          VpcId: vpcId(),
          ServiceName: `com.amazonaws.${region}.${service}`,
          VpcEndpointType: 'Gateway',
          State: 'available',
          Tags: { ...serviceTags, Name: `sanders-${service}-endpoint-${e}` },
        });
        const tables = ['a', 'b'].map((zone) => routeTable(`private-route-table-${zone}`).RouteTableId);
        expect([...endpoint.RouteTableIds].sort()).toEqual(tables.sort());
      }
    },
    '9: the security group': () => {
      const group = at(`ec2 security-group sanders-batch-sg-${e}`);
      expect(group).toMatchObject({
        VpcId: vpcId(),
        Description: 'Security group for AWS Batch compute environment',
        IpPermissions: [],
        IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
        Tags: { ...serviceTags, Name: `sanders-batch-sg-${e}` },
      });
      expect(group.IpPermissionsEgress).toHaveLength(1);
    },
    "10: Batch's service role": () => {
      expect(role('batch-service')).toMatchObject({
        AssumeRolePolicyDocument: { Statement: [trust('batch')] },
        AttachedPolicies: ['arn:aws:iam::aws:policy/service-role/AWSBatchServiceRole'],
        Tags: tags,
      });
      // On top: tasks get the tags by which the budget counts, in clusters that the managed policy leaves out.
      expect(grants('batch-service')).toEqual({
        [arn('ecs', `task/AWSBatch-sanders-batch-compute-${e}-*/*`)]: ['ecs:TagResource'],
      });
    },
    "11: the tasks' execution role": () => {
      expect(role('ecs-task-execution')).toMatchObject({
        AssumeRolePolicyDocument: { Statement: [trust('ecs-tasks')] },
        AttachedPolicies: ['arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy'],
        InlinePolicies: {},
        Tags: tags,
      });
    },
    "12: the jobs' role": () => {
      expect(role('batch-job')).toMatchObject({
        AssumeRolePolicyDocument: { Statement: [trust('ecs-tasks')] },
        AttachedPolicies: [],
        Tags: tags,
      });
      const items = [
        'BatchGetItem',
        'BatchWriteItem',
        'DeleteItem',
        'GetItem',
        'PutItem',
        'Query',
        'Scan',
        'UpdateItem',
      ];
      expect(grants('batch-job')).toEqual({
        [`arn:aws:s3:::${bucket}`]: ['s3:ListBucket'],
        [`arn:aws:s3:::${bucket}/*`]: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
        [arn('dynamodb', `table/${table}`)]: items.map((action) => `dynamodb:${action}`),
        // Better than the original's *: Batch's log group only.
        [arn('logs', 'log-group:/aws/batch/job')]: ['logs:CreateLogGroup'],
        [arn('logs', 'log-group:/aws/batch/job:*')]: ['logs:CreateLogGroup'],
        [arn('logs', 'log-group:/aws/batch/job:log-stream:*')]: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      });
    },
    "13: the state machine's role": () => {
      expect(role('stepfunctions')).toMatchObject({
        AssumeRolePolicyDocument: { Statement: [trust('states')] },
        AttachedPolicies: [],
        Tags: tags,
      });
      const definitions = Object.keys(sizes).flatMap((size) => [
        [arn('batch', `job-definition/sanders-job-${size}-${e}`), ['batch:SubmitJob', 'batch:TagResource']],
        [arn('batch', `job-definition/sanders-job-${size}-${e}:*`), ['batch:SubmitJob', 'batch:TagResource']],
      ]);
      expect(grants('stepfunctions')).toEqual({
        // Better than the original's *: this environment's queue, definitions and jobs.
        [arn('batch', `job-queue/sanders-batch-queue-${e}`)]: ['batch:SubmitJob', 'batch:TagResource'],
        ...Object.fromEntries(definitions),
        [arn('batch', 'job/*')]: ['batch:SubmitJob', 'batch:TagResource', 'batch:TerminateJob'],
        '*': ['batch:DescribeJobs'],
        [arn('events', 'rule/StepFunctionsGetEventsForBatchJobsRule')]: [
          'events:DescribeRule',
          'events:PutRule',
          'events:PutTargets',
        ],
      });
    },
    '14: the compute environment': () =>
      expect(at(`batch compute-environment sanders-batch-compute-${e}`)).toMatchObject({
        type: 'MANAGED',
        state: 'ENABLED',
        status: 'VALID',
        serviceRole: roleArn(`sanders-batch-service-role-${e}`),
        computeResources: {
          type: 'FARGATE',
          maxvCpus: 16,
          subnets: ['a', 'b'].map((zone) => subnet(`private-subnet-${zone}`).SubnetId),
          securityGroupIds: [at(`ec2 security-group sanders-batch-sg-${e}`).GroupId],
        },
        tags,
      }),
    '15: the job queue': () =>
      expect(at(`batch job-queue sanders-batch-queue-${e}`)).toMatchObject({
        state: 'ENABLED',
        status: 'VALID',
        priority: 1,
        computeEnvironmentOrder: [
          { order: 1, computeEnvironment: arn('batch', `compute-environment/sanders-batch-compute-${e}`) },
        ],
        tags,
      }),
    '16: three job definitions': () => {
      for (const [size, [vcpu, memory]] of Object.entries(sizes))
        expect(at(`batch job-definition sanders-job-${size}-${e}`)).toMatchObject({
          type: 'container',
          platformCapabilities: ['FARGATE'],
          activeRevisions: [expect.any(Number)],
          containerProperties: {
            image: `${image(e)}:latest`,
            executionRoleArn: roleArn(`sanders-ecs-task-execution-role-${e}`),
            jobRoleArn: roleArn(`sanders-batch-job-role-${e}`),
            fargatePlatformConfiguration: { platformVersion: 'LATEST' },
            logConfiguration: { logDriver: 'awslogs' },
            networkConfiguration: { assignPublicIp: 'DISABLED' },
            resourceRequirements: expect.arrayContaining([
              { type: 'VCPU', value: vcpu },
              { type: 'MEMORY', value: memory },
            ]),
          },
          tags,
        });
    },
    '17: the state machine': () => {
      const machine = at(`sfn state-machine sanders-orchestrator-${e}`);
      expect(machine).toMatchObject({
        type: 'STANDARD',
        status: 'ACTIVE',
        roleArn: roleArn(`sanders-stepfunctions-role-${e}`),
        tags: serviceTags,
        definition: {
          StartAt: 'ParallelJobs',
          TimeoutSeconds: 24 * 60 * 60,
          States: {
            ParallelJobs: {
              Type: 'Parallel',
              ResultPath: '$.parallelResults',
              Next: 'ModelTrainingJob',
              Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'FailState' }],
            },
            ModelTrainingJob: {
              Next: 'SuccessState',
              Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'FailState' }],
            },
            SuccessState: { Type: 'Succeed' },
            FailState: { Type: 'Fail', Error: 'JobFailed', Cause: 'Job execution failed' },
          },
        },
      });
      const { ParallelJobs, ModelTrainingJob } = machine.definition.States;
      const job = (name: string, size: string, result: string) => ({
        Type: 'Task',
        Resource: 'arn:aws:states:::batch:submitJob.sync',
        ResultPath: result,
        Parameters: {
          JobName: name,
          JobQueue: arn('batch', `job-queue/sanders-batch-queue-${e}`),
          JobDefinition: arn('batch', `job-definition/sanders-job-${size}-${e}`),
          ContainerOverrides: { 'Command.$': '$.command' },
        },
      });
      expect(ParallelJobs.Branches.map(({ StartAt }: any) => StartAt).sort()).toEqual([
        'DataProcessingJob',
        'FeatureExtractionJob',
      ]);
      const branches = Object.assign({}, ...ParallelJobs.Branches.map(({ States }: any) => States));
      expect(branches.FeatureExtractionJob).toMatchObject(job('feature-extraction', '8g', '$.featureJob'));
      expect(branches.DataProcessingJob).toMatchObject(job('data-processing', '2g', '$.processingJob'));
      expect(ModelTrainingJob).toMatchObject(job('model-training', '16g', '$.trainingJob'));
    },
    '18: the outputs': async () => {
      const outputs = JSON.parse(await get(e, 'configmap', 'sanders-outputs', '{.data}'));
      expect(outputs).toMatchObject({
        S3BucketName: bucket,
        DynamoDBTableName: table,
        ECRRepositoryURI: image(e),
        VPCId: vpcId(),
        BatchJobQueueName: `sanders-batch-queue-${e}`,
        StepFunctionsStateMachineARN: at(`sfn state-machine sanders-orchestrator-${e}`).stateMachineArn,
        StepFunctionsStateMachineName: `sanders-orchestrator-${e}`,
      });
    },
    '20: the budget': () =>
      expect(at(`budgets budget SandersMonthlyBudget-${e}`)).toMatchObject({
        BudgetType: 'COST',
        TimeUnit: 'MONTHLY',
        BudgetLimit: { Amount: '10.0', Unit: 'USD' },
        FilterExpression: {
          And: [
            { Tags: { Key: 'Environment', Values: [e] } },
            { Tags: { Key: 'Project', Values: ['sanders-customer-platform'] } },
          ],
        },
        Metrics: ['UnblendedCost'],
        ResourceTags: tags,
      }),
  };

  test.each(Object.entries(rows))('%s', (_, row) => row());
});
