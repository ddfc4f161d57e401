import type { Construct } from 'constructs';

import type { Environment } from '../environments/schema';
import { Role } from '../imports/iam.services.k8s.aws';
import { EnvironmentChart, objectName } from './lib/chart';
import { compactJson, policy, readableJson, type Policy, type Statement } from './lib/policy';

/** What the platform's services and jobs may do. The rights of whoever deploys them are in docs/rights.md. */
export class Roles extends EnvironmentChart {
  /** What AWS Batch itself may do for the compute environment. Absent if Batch uses its service-linked role instead. */
  readonly batchService: Role | undefined;
  /** What Fargate may do to start a job: pull the image, write the log. */
  readonly execution: Role;
  /** What the job's own code may do. */
  readonly job: Role;
  /** What the state machine may do: run this environment's jobs. */
  readonly stateMachine: Role;

  constructor(scope: Construct, env: Environment) {
    super(scope, 'roles', env);
    const { names, arns } = this;

    this.batchService =
      env.batch.serviceRole === 'own'
        ? this.makeRole('batch-service', names.batchServiceRole, 'batch', {
            policies: [arns.awsPolicy('service-role/AWSBatchServiceRole')],
            inlinePolicies: { 'tag-tasks': policy(this.tagTasksStatement()) },
          })
        : undefined;
    this.execution = this.makeRole('execution', names.executionRole, 'ecs-tasks', {
      policies: [arns.awsPolicy('service-role/AmazonECSTaskExecutionRolePolicy')],
    });
    this.job = this.makeRole('job', names.jobRole, 'ecs-tasks', {
      inlinePolicies: {
        data: policy(...this.dataStatements()),
        logs: policy(...this.logStatements()),
      },
    });
    this.stateMachine = this.makeRole('state-machine', names.stateMachineRole, 'states', {
      inlinePolicies: { 'run-jobs': policy(...this.runJobsStatements()) },
    });
  }

  private makeRole(id: string, name: string, service: string, grants: Grants): Role {
    const { env } = this;
    return new Role(this, id, {
      metadata: { name: objectName(name) },
      spec: {
        name,
        path: '/',
        permissionsBoundary: this.arns.permissionsBoundary,
        maxSessionDuration: 3600,
        // The condition keeps other accounts from using the service to act in this one:
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
        assumeRolePolicyDocument: compactJson(
          policy({
            Effect: 'Allow',
            Principal: { Service: `${service}.amazonaws.com` },
            Action: 'sts:AssumeRole',
            Condition: { StringEquals: { 'aws:SourceAccount': env.account } },
          }),
        ),
        policies: grants.policies,
        inlinePolicies:
          grants.inlinePolicies &&
          Object.fromEntries(
            Object.entries(grants.inlinePolicies).map(([key, document]) => [key, readableJson(document)]),
          ),
        tags: this.tags.list(),
      },
    });
  }

  /**
   * Batch gives tasks the tags of their definition (`propagateTags`). AWS's managed policy allows it in clusters that are named as
   * they once were (`…_Batch_…`); newer ones are named as under Batch's service-linked role. AWS does not say which of the two an
   * environment with its own role gets.
   */
  private tagTasksStatement(): Statement {
    const cluster = `AWSBatch-${this.names.computeEnvironment}-*`;
    const tasks = this.arns.regional('ecs', `task/${cluster}/*`);
    return { Sid: 'TagTasks', Effect: 'Allow', Action: 'ecs:TagResource', Resource: tasks };
  }

  private dataStatements(): Statement[] {
    const { arns } = this;
    return [
      { Sid: 'ListBucket', Effect: 'Allow', Action: 's3:ListBucket', Resource: arns.bucket },
      {
        Sid: 'Objects',
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
        Resource: `${arns.bucket}/*`,
      },
      {
        Sid: 'Features',
        Effect: 'Allow',
        Action: [
          'dynamodb:PutItem',
          'dynamodb:GetItem',
          'dynamodb:UpdateItem',
          'dynamodb:DeleteItem',
          'dynamodb:Query',
          'dynamodb:Scan',
          'dynamodb:BatchWriteItem',
          'dynamodb:BatchGetItem',
        ],
        Resource: arns.table,
      },
    ];
  }

  private logStatements(): Statement[] {
    const group = this.arns.regional('logs', `log-group:${jobLogGroup}`);
    return [
      // CloudWatch Logs checks the group's ARN with `:*` at the end; older parts of it check the ARN without:
      // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
      { Sid: 'JobLogGroup', Effect: 'Allow', Action: 'logs:CreateLogGroup', Resource: [group, `${group}:*`] },
      {
        Sid: 'JobLogStreams',
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: `${group}:log-stream:*`,
      },
    ];
  }

  private runJobsStatements(): Statement[] {
    const { arns, env } = this;
    const jobs = arns.regional('batch', 'job/*');
    // AWS checks the definition exactly as the request names it, with or without a revision.
    const definitions = env.batch.jobs
      .map((job) => arns.jobDefinition(job.name))
      .flatMap((definition) => [definition, `${definition}:*`]);
    return [
      {
        Sid: 'SubmitJobs',
        Effect: 'Allow',
        Action: 'batch:SubmitJob',
        Resource: [arns.queue, ...definitions, jobs],
      },
      {
        // A job's ARN is a random id, so it cannot be limited to one environment. Instead the state machine tags the
        // jobs it submits (orchestration.ts), may set no other environment's tag, and may stop only jobs with its own.
        // It could still tag somebody else's job first, because AWS does not distinguish between tagging a job while
        // submitting it and tagging it later. Only its definition, which changes through Git alone, prevents that.
        //
        // AWS refuses SubmitJob with tags unless the definition may be tagged as well, although only the job is:
        // https://github.com/wri/gfw-data-api/pull/175.
        Sid: 'TagJobs',
        Effect: 'Allow',
        Action: 'batch:TagResource',
        Resource: [arns.queue, ...definitions, jobs],
        Condition: { StringEquals: { 'aws:RequestTag/Environment': env.name } },
      },
      {
        Sid: 'StopJobs',
        Effect: 'Allow',
        Action: 'batch:TerminateJob',
        Resource: jobs,
        Condition: { StringEquals: { 'aws:ResourceTag/Environment': env.name } },
      },
      // This action cannot be limited to a resource in AWS, so synthesis/checks/iam.ts lists it as an exception.
      { Sid: 'WatchJobs', Effect: 'Allow', Action: 'batch:DescribeJobs', Resource: '*' },
      {
        // This is how Step Functions learns that a job has ended:
        // https://docs.aws.amazon.com/step-functions/latest/dg/connect-batch.html
        Sid: 'JobEvents',
        Effect: 'Allow',
        Action: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
        Resource: arns.regional('events', 'rule/StepFunctionsGetEventsForBatchJobsRule'),
      },
    ];
  }
}

/** Where the awslogs driver writes the logs of Batch jobs by default: one group per account and region. */
const jobLogGroup = '/aws/batch/job';

interface Grants {
  /** ARNs of AWS's managed policies. */
  readonly policies?: string[];
  /** This role's own policies, by name. */
  readonly inlinePolicies?: Readonly<Record<string, Policy>>;
}
