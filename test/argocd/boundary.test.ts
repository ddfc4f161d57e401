import { environments } from '../../environments';
import { allows, list, policyText, statements, writesOf, type Statement } from './policies';
import { renderedEnvironments, type Manifest } from './manifests';

/** What no role of the platform gets beyond. */
const boundary = statements('boundary/sanders-boundary');

type Role = Manifest & { spec: { inlinePolicies?: Record<string, string> } };

/**
 * What Batch does with its service role to run jobs on Fargate: what AWS's managed policy AWSBatchServiceRole (v14) grants, less
 * what only instances need. Its reads stand for others of the same service.
 */
const batchOnFargate = {
  'ec2:DescribeSecurityGroups': '*',
  'ec2:DescribeSubnets': '*',
  'ecs:CreateCluster': '*',
  'ecs:DeleteCluster': 'arn:aws:ecs:eu-central-1:111122223333:cluster/AWSBatch-x',
  'ecs:DeregisterTaskDefinition': '*',
  'ecs:DescribeClusters': 'arn:aws:ecs:eu-central-1:111122223333:cluster/AWSBatch-x',
  'ecs:DescribeTaskDefinition': '*',
  'ecs:DescribeTasks': 'arn:aws:ecs:eu-central-1:111122223333:task/AWSBatch-x/y',
  'ecs:ListAccountSettings': '*',
  'ecs:ListTasks': '*',
  'ecs:RegisterTaskDefinition': '*',
  'ecs:RunTask': 'arn:aws:ecs:eu-central-1:111122223333:task-definition/x:1',
  'ecs:StopTask': 'arn:aws:ecs:eu-central-1:111122223333:task/AWSBatch-x/y',
  'ecs:TagResource': 'arn:aws:ecs:eu-central-1:111122223333:task/AWSBatch-x/y',
  'ecs:UpdateCluster': 'arn:aws:ecs:eu-central-1:111122223333:cluster/AWSBatch-x',
  'logs:CreateLogGroup': 'arn:aws:logs:eu-central-1:111122223333:log-group:/aws/batch/job',
  'logs:CreateLogStream': 'arn:aws:logs:eu-central-1:111122223333:log-group:/aws/batch/job:log-stream:x',
  'logs:PutLogEvents': 'arn:aws:logs:eu-central-1:111122223333:log-group:/aws/batch/job:log-stream:x',
  'iam:CreateServiceLinkedRole':
    'arn:aws:iam::111122223333:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS',
  'iam:GetRole': 'arn:aws:iam::111122223333:role/sanders-batch-job-role-dev',
  'iam:PassRole': 'arn:aws:iam::111122223333:role/sanders-batch-job-role-dev',
};

test('leaves each role what its own policies grant', () => {
  const roles = renderedEnvironments().flatMap(({ objects }) => objects.filter(({ kind }) => kind === 'Role'));
  const grants = roles.flatMap((role) =>
    Object.values((role as Role).spec.inlinePolicies ?? {})
      .flatMap((document) => (JSON.parse(document) as { Statement: Statement[] }).Statement)
      .flatMap(({ Action, Resource }) => list(Action).flatMap((a) => list(Resource).map((r) => [a, r] as const))),
  );
  expect(grants.length).toBeGreaterThan(20);
  expect(grants.filter(([action, resource]) => !allows(boundary, action, resource))).toEqual([]);
});

test('leaves Batch what it needs to run jobs on Fargate', () => {
  const needs = Object.entries(batchOnFargate);
  expect(needs.filter(([action, resource]) => !allows(boundary, action, resource))).toEqual([]);
});

test.each(environments.map(({ name, account }) => [name, account] as const))(
  'leaves Fargate what it needs to start a job of %s',
  (name, account) => {
    const image = `arn:aws:ecr:eu-central-1:${account}:repository/sanders-customer-platform-${name}`;
    for (const action of ['BatchCheckLayerAvailability', 'BatchGetImage', 'GetDownloadUrlForLayer']) {
      expect([action, allows(boundary, `ecr:${action}`, image)]).toEqual([action, true]);
    }
    expect(allows(boundary, 'ecr:GetAuthorizationToken', '*')).toBe(true);
  },
);

test.each(['ec2', 'autoscaling', 'lambda', 'sts', 'organizations', 'kms', 'secretsmanager'])(
  'lets nobody change anything of %s',
  async (service) => {
    const writes = await writesOf(service);
    expect(writes.length).toBeGreaterThan(3);
    expect(writes.filter((action) => allows(boundary, action, `arn:aws:${service}:eu-central-1:1:x/y`))).toEqual([]);
  },
);

test('lets nobody write roles: it hands jobs theirs, and Batch may ask for the one role that ECS needs', async () => {
  const writes = await writesOf('iam');
  const role = 'arn:aws:iam::111122223333:role';
  const allowedOn = (name: string) => writes.filter((action) => allows(boundary, action, `${role}/${name}`));
  expect(allowedOn('sanders-batch-job-role-dev')).toEqual(['iam:PassRole']);
  expect(allowedOn('ack-iam-target')).toEqual([]);
  expect(allowedOn('aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS')).toEqual(['iam:CreateServiceLinkedRole']);
  expect(allowedOn('aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot')).toEqual([]);

  const conditionOf = (action: string) => boundary.find(({ Action }) => list(Action).includes(action))?.Condition;
  expect(conditionOf('iam:PassRole')).toEqual({
    StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
  });
  expect(conditionOf('iam:CreateServiceLinkedRole')).toEqual({
    StringEquals: { 'iam:AWSServiceName': 'ecs.amazonaws.com' },
  });
});

test('fits into a managed policy: 6,144 characters without white space', () => {
  expect(policyText('boundary/sanders-boundary').replaceAll(/\s/g, '').length).toBeLessThan(6144);
});
