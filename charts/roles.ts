import type { Construct } from 'constructs';

import type { Environment } from '../environments/schema';
import { Role } from '../imports/iam.services.k8s.aws';
import { EnvironmentChart, objectName } from './lib/chart';
import { compactJson, policy, readableJson, type Policy, type Statement } from './lib/policy';

/** What the platform's services and jobs may do. Who deploys is not here: see docs/installation.md. */
export class Roles extends EnvironmentChart {
  /** What AWS Batch itself does for the compute environment; absent when that is left to Batch's service-linked role. */
  readonly batchService: Role | undefined;
  /** What Fargate does to start a job: pull the image, write the log. */
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
        // The condition keeps another account from making the service act here in its name:
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
      // CloudWatch Logs checks the group's ARN with the end `:*`, older parts of it the one without:
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
    // AWS checks a definition as the request names it: without a revision, or with one.
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
        // A job's ARN is a random id. So the state machine tags what it submits (orchestration.ts), may set no other
        // environment's tag, and may stop only what carries its own. It could tag a foreign job first: what keeps it
        // from that is its definition, which only Git changes; AWS tells tagging at submission from tagging later by nothing.
        //
        // SubmitJob with tags is refused unless its definition may be tagged as well
        // (https://github.com/wri/gfw-data-api/pull/175), although only the job is.
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
      // AWS offers no resource for this action: it is on the list in synthesis/checks/iam.ts.
      { Sid: 'WatchJobs', Effect: 'Allow', Action: 'batch:DescribeJobs', Resource: '*' },
      {
        // How Step Functions learns that a job has ended: https://docs.aws.amazon.com/step-functions/latest/dg/connect-batch.html
        Sid: 'JobEvents',
        Effect: 'Allow',
        Action: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
        Resource: arns.regional('events', 'rule/StepFunctionsGetEventsForBatchJobsRule'),
      },
    ];
  }
}

/** Where the awslogs driver writes the logs of Batch jobs when it is told nothing else. One group an account and region. */
const jobLogGroup = '/aws/batch/job';

interface Grants {
  /** ARNs of managed policies. */
  readonly policies?: string[];
  /** Policies of this role alone, by name. */
  readonly inlinePolicies?: Readonly<Record<string, Policy>>;
}
