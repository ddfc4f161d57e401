/**
 * The AWS resources of the CDK stack that this platform replaces, row by row of the list that was read off its template:
 * for each, what ours must have. Where ours differs on purpose, docs/cdk-stack.md says so.
 */
import { cdkStack } from '../fixtures';
import { named, object, objects } from '../rendered';

const account = '120569615884';
const region = 'eu-central-1';
const arn = (service: string, resource: string) => `arn:aws:${service}:${region}:${account}:${resource}`;
const ref = (name: string) => ({ from: { name } });

describe.each(['dev', 'prod'] as const)('%s has', (e) => {
  const env = cdkStack(e);
  const prod = e === 'prod';
  const bucket = `sanders-customer-platform-${e}`;
  const table = `sanders_daily_customer_features_${e}`;
  const repositoryUri = `${account}.dkr.ecr.${region}.amazonaws.com/sanders-customer-platform-${e}`;
  const role = (name: string) => named(env, 'Role', name);
  const trusted = (name: string) => JSON.parse(role(name).spec.assumeRolePolicyDocument).Statement[0];
  /** `action on resource`, of every statement of a role's inline policies. */
  const grants = (name: string) =>
    Object.values<string>(role(name).spec.inlinePolicies)
      .flatMap((text) => JSON.parse(text).Statement)
      .flatMap(({ Action, Resource }: any) =>
        [Action]
          .flat()
          .flatMap((action: string) => [Resource].flat().map((resource: string) => `${action} on ${resource}`)),
      );
  const tags = { Project: 'sanders-customer-platform', Environment: e, ManagedBy: 'ACK' };

  const rows: Record<string, () => void> = {
    '1: the bucket': () => {
      const { spec, metadata } = object(env, 'Bucket');
      expect(spec).toMatchObject({
        name: bucket,
        versioning: { status: 'Enabled' },
        encryption: { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }] },
        publicAccessBlock: {
          blockPublicACLs: true,
          blockPublicPolicy: true,
          ignorePublicACLs: true,
          restrictPublicBuckets: true,
        },
      });
      expect(metadata.annotations).toMatchObject(
        prod
          ? { 'services.k8s.aws/deletion-policy': 'retain' }
          : { 'services.k8s.aws/deletion-policy': 'delete', 's3.services.k8s.aws/empty-on-delete': 'true' },
      );
    },
    '2: the table': () => {
      const { spec, metadata } = object(env, 'Table');
      expect(spec).toMatchObject({
        tableName: table,
        attributeDefinitions: [
          { attributeName: 'customer_id', attributeType: 'S' },
          { attributeName: 'date', attributeType: 'S' },
        ],
        keySchema: [
          { attributeName: 'customer_id', keyType: 'HASH' },
          { attributeName: 'date', keyType: 'RANGE' },
        ],
        billingMode: 'PAY_PER_REQUEST',
        continuousBackups: { pointInTimeRecoveryEnabled: prod },
      });
      expect(metadata.annotations['services.k8s.aws/deletion-policy']).toBe(prod ? 'retain' : 'delete');
    },
    '3: the repository': () => {
      const { spec, metadata } = object(env, 'Repository');
      expect(spec).toMatchObject({
        name: `sanders-customer-platform-${e}`,
        imageScanningConfiguration: { scanOnPush: true },
      });
      expect(JSON.parse(spec.lifecyclePolicy)).toEqual({
        rules: [
          {
            rulePriority: 1,
            description: 'Keep last 10 images',
            selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 10 },
            action: { type: 'expire' },
          },
        ],
      });
      expect(metadata.annotations).toMatchObject(
        prod
          ? { 'services.k8s.aws/deletion-policy': 'retain' }
          : { 'services.k8s.aws/deletion-policy': 'delete', 'ecr.services.k8s.aws/force-delete': 'true' },
      );
    },
    '4: the VPC': () => {
      expect(object(env, 'VPC').spec).toMatchObject({
        cidrBlocks: ['10.0.0.0/16'],
        enableDNSSupport: true,
        enableDNSHostnames: true,
        instanceTenancy: 'default',
        disallowSecurityGroupDefaultRules: true,
        tags: expect.arrayContaining([{ key: 'Name', value: `sanders-customer-platform-vpc-${e}` }]),
      });
    },
    '5: four subnets': () => {
      const subnets = objects(env, 'Subnet').map(({ spec = {} }) => [
        spec['cidrBlock'],
        spec['availabilityZone'],
        spec['mapPublicIPOnLaunch'],
      ]);
      expect(subnets).toEqual([
        ['10.0.0.0/24', 'eu-central-1a', true],
        ['10.0.1.0/24', 'eu-central-1b', true],
        ['10.0.2.0/24', 'eu-central-1a', false],
        ['10.0.3.0/24', 'eu-central-1b', false],
      ]);
    },
    '6: the internet gateway, which the public subnets go through': () => {
      const { metadata, spec } = object(env, 'InternetGateway');
      expect(spec.vpcRef).toEqual(ref(`sanders-customer-platform-vpc-${e}`));
      for (const zone of ['a', 'b']) {
        expect(named(env, 'RouteTable', `sanders-public-route-table-${zone}-${e}`).spec.routes).toEqual([
          { destinationCIDRBlock: '0.0.0.0/0', gatewayRef: ref(metadata.name) },
        ]);
      }
    },
    '7: one address and NAT gateway in the first public subnet, which the private ones go through': () => {
      const { metadata, spec } = object(env, 'NATGateway');
      expect(spec).toMatchObject({
        subnetRef: ref(`sanders-public-subnet-a-${e}`),
        allocationRef: ref(object(env, 'ElasticIPAddress').metadata.name),
      });
      for (const zone of ['a', 'b']) {
        expect(named(env, 'RouteTable', `sanders-private-route-table-${zone}-${e}`).spec.routes).toEqual([
          { destinationCIDRBlock: '0.0.0.0/0', natGatewayRef: ref(metadata.name) },
        ]);
      }
    },
    '8: a route table a subnet': () => {
      const used = objects(env, 'Subnet').map(({ spec }) =>
        (spec?.['routeTableRefs'] as { from: { name: string } }[]).map(({ from }) => from.name),
      );
      const made = objects(env, 'RouteTable').map(({ metadata }) => metadata.name);
      expect(made).toHaveLength(4);
      expect(used.flat().sort()).toEqual([...made].sort());
    },
    '9: the security group': () => {
      const { spec } = object(env, 'SecurityGroup');
      expect(spec).toMatchObject({
        name: `sanders-batch-sg-${e}`,
        description: 'Security group for AWS Batch compute environment',
        egressRules: [{ ipProtocol: '-1', ipRanges: [{ cidrIP: '0.0.0.0/0' }] }],
      });
      expect(spec.ingressRules).toBeUndefined();
    },
    "10: Batch's service role": () => {
      const name = `sanders-batch-service-role-${e}`;
      expect(trusted(name)).toMatchObject({ Principal: { Service: 'batch.amazonaws.com' }, Action: 'sts:AssumeRole' });
      expect(role(name).spec.policies).toEqual(['arn:aws:iam::aws:policy/service-role/AWSBatchServiceRole']);
    },
    '11: the execution role': () => {
      const name = `sanders-ecs-task-execution-role-${e}`;
      expect(trusted(name)).toMatchObject({
        Principal: { Service: 'ecs-tasks.amazonaws.com' },
        Action: 'sts:AssumeRole',
      });
      expect(role(name).spec.policies).toEqual([
        'arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy',
      ]);
    },
    "12: the jobs' role": () => {
      const name = `sanders-batch-job-role-${e}`;
      expect(trusted(name)).toMatchObject({
        Principal: { Service: 'ecs-tasks.amazonaws.com' },
        Action: 'sts:AssumeRole',
      });
      const data = [
        'PutItem',
        'GetItem',
        'UpdateItem',
        'DeleteItem',
        'Query',
        'Scan',
        'BatchWriteItem',
        'BatchGetItem',
      ];
      const logs = arn('logs', 'log-group:/aws/batch/job');
      expect(grants(name).sort()).toEqual(
        [
          `s3:ListBucket on arn:aws:s3:::${bucket}`,
          ...['GetObject', 'PutObject', 'DeleteObject'].map((action) => `s3:${action} on arn:aws:s3:::${bucket}/*`),
          ...data.map((action) => `dynamodb:${action} on ${arn('dynamodb', `table/${table}`)}`),
          `logs:CreateLogGroup on ${logs}`,
          `logs:CreateLogGroup on ${logs}:*`,
          `logs:CreateLogStream on ${logs}:log-stream:*`,
          `logs:PutLogEvents on ${logs}:log-stream:*`,
        ].sort(),
      );
    },
    "13: the state machine's role": () => {
      const name = `sanders-stepfunctions-role-${e}`;
      expect(trusted(name)).toMatchObject({ Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' });
      const actions = new Set(grants(name).map((grant) => grant.split(' on ')[0]));
      // Besides what the original may, it tags the jobs that it submits: it may stop only those.
      expect([...actions].sort()).toEqual(
        [
          'batch:SubmitJob',
          'batch:DescribeJobs',
          'batch:TerminateJob',
          'batch:TagResource',
          'events:PutTargets',
          'events:PutRule',
          'events:DescribeRule',
        ].sort(),
      );
    },
    '14: the compute environment': () => {
      expect(object(env, 'ComputeEnvironment').spec).toMatchObject({
        name: `sanders-batch-compute-${e}`,
        type: 'MANAGED',
        state: 'ENABLED',
        serviceRoleRef: ref(`sanders-batch-service-role-${e}`),
        computeResources: {
          type: 'FARGATE',
          maxvCPUs: 16,
          subnetRefs: [ref(`sanders-private-subnet-a-${e}`), ref(`sanders-private-subnet-b-${e}`)],
          securityGroupRefs: [ref(`sanders-batch-sg-${e}`)],
        },
      });
    },
    '15: the job queue': () => {
      expect(object(env, 'JobQueue').spec).toMatchObject({
        name: `sanders-batch-queue-${e}`,
        priority: 1,
        state: 'ENABLED',
        computeEnvironmentOrder: [{ order: 1, computeEnvironmentRef: ref(`sanders-batch-compute-${e}`) }],
      });
    },
    '16: three job definitions': () => {
      const sizes = [
        ['2g', '0.5', '2048'],
        ['8g', '2', '8192'],
        ['16g', '4', '16384'],
      ];
      expect(objects(env, 'JobDefinition').map(({ spec }) => spec)).toEqual(
        sizes.map(([size, vcpu, memory]) =>
          expect.objectContaining({
            name: `sanders-job-${size}-${e}`,
            type: 'container',
            platformCapabilities: ['FARGATE'],
            containerProperties: expect.objectContaining({
              image: `${repositoryUri}:latest`,
              executionRoleRef: ref(`sanders-ecs-task-execution-role-${e}`),
              jobRoleRef: ref(`sanders-batch-job-role-${e}`),
              resourceRequirements: [
                { type: 'VCPU', value: vcpu },
                { type: 'MEMORY', value: memory },
              ],
              fargatePlatformConfiguration: { platformVersion: 'LATEST' },
              logConfiguration: { logDriver: 'awslogs' },
            }),
          }),
        ),
      );
    },
    '17: the state machine': () => {
      const { spec } = object(env, 'StateMachine');
      expect(spec).toMatchObject({
        name: `sanders-orchestrator-${e}`,
        type_: 'STANDARD',
        roleARN: `arn:aws:iam::${account}:role/sanders-stepfunctions-role-${e}`,
      });
      const job = (JobName: string, size: string, ResultPath: string) =>
        expect.objectContaining({
          Type: 'Task',
          Resource: 'arn:aws:states:::batch:submitJob.sync',
          Parameters: expect.objectContaining({
            JobName,
            JobQueue: arn('batch', `job-queue/sanders-batch-queue-${e}`),
            JobDefinition: arn('batch', `job-definition/sanders-job-${size}-${e}`),
            ContainerOverrides: { 'Command.$': '$.command' },
          }),
          ResultPath,
        });
      const caught = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'FailState' }];
      const definition = JSON.parse(spec.definition);
      expect(definition).toMatchObject({ StartAt: 'ParallelJobs', TimeoutSeconds: 24 * 3600 });
      expect(Object.keys(definition.States)).toEqual(['ParallelJobs', 'ModelTrainingJob', 'SuccessState', 'FailState']);
      expect(definition.States.ParallelJobs).toEqual({
        Type: 'Parallel',
        Branches: [
          {
            StartAt: 'FeatureExtractionJob',
            States: { FeatureExtractionJob: job('feature-extraction', '8g', '$.featureJob') },
          },
          {
            StartAt: 'DataProcessingJob',
            States: { DataProcessingJob: job('data-processing', '2g', '$.processingJob') },
          },
        ],
        ResultPath: '$.parallelResults',
        Catch: caught,
        Next: 'ModelTrainingJob',
      });
      expect(definition.States.ModelTrainingJob).toEqual(job('model-training', '16g', '$.trainingJob'));
      expect(definition.States.ModelTrainingJob).toMatchObject({ Catch: caught, Next: 'SuccessState' });
      expect(definition.States.SuccessState).toEqual({ Type: 'Succeed' });
      expect(definition.States.FailState).toEqual({ Type: 'Fail', Error: 'JobFailed', Cause: 'Job execution failed' });
    },
    '18: the outputs': () => {
      const { metadata, data } = object(env, 'ConfigMap');
      expect(metadata).toMatchObject({ name: 'sanders-outputs', namespace: `sanders-${e}` });
      expect(data).toMatchObject({
        S3BucketName: bucket,
        DynamoDBTableName: table,
        ECRRepositoryURI: repositoryUri,
        BatchJobQueueName: `sanders-batch-queue-${e}`,
        StepFunctionsStateMachineARN: arn('states', `stateMachine:sanders-orchestrator-${e}`),
        StepFunctionsStateMachineName: `sanders-orchestrator-${e}`,
      });
      expect(named(env, 'FieldExport', 'output-vpcid').spec).toEqual({
        from: {
          path: '.status.vpcID',
          resource: { group: 'ec2.services.k8s.aws', kind: 'VPC', name: `sanders-customer-platform-vpc-${e}` },
        },
        to: { kind: 'configmap', name: 'sanders-outputs', key: 'VPCId' },
      });
    },
    '19: tags on everything taggable': () => {
      const list = Object.entries(tags).map(([key, value]) => ({ key, value }));
      const service = { key: 'Service', value: 'sanders-customer-platform' };
      for (const kind of ['Role'])
        for (const { spec } of objects(env, kind)) expect(spec?.['tags']).toEqual(expect.arrayContaining(list));
      for (const kind of [
        'Table',
        'Repository',
        'VPC',
        'Subnet',
        'InternetGateway',
        'ElasticIPAddress',
        'NATGateway',
        'RouteTable',
        'SecurityGroup',
        'StateMachine',
      ]) {
        for (const { spec } of objects(env, kind))
          expect(spec?.['tags']).toEqual(expect.arrayContaining([...list, service]));
      }
      expect(object(env, 'Bucket').spec.tagging.tagSet).toEqual(expect.arrayContaining([...list, service]));
      for (const kind of ['ComputeEnvironment', 'JobQueue', 'JobDefinition'])
        for (const { spec } of objects(env, kind)) expect(spec?.['tags']).toMatchObject(tags);
    },
    '20: the budget': () => {
      expect(object(env, 'Budget').spec).toMatchObject({
        name: `SandersMonthlyBudget-${e}`,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: '10', unit: 'USD' },
        filterExpression: {
          and: expect.arrayContaining([{ tags: { key: 'Project', values: ['sanders-customer-platform'] } }]),
        },
        metrics: ['UnblendedCost'],
      });
    },
  };

  test.each(Object.keys(rows))('row %s', (row) => {
    rows[row]?.();
    expect.hasAssertions();
  });
});
