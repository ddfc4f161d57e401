import { everything, minimal } from '../fixtures';
import { fileOf, named, objects } from '../rendered';

/** An inline policy's statements by their Sid. */
function statements(role: string, policy: string): Record<string, any> {
  const { Statement } = JSON.parse(named(minimal, 'Role', role).spec.inlinePolicies[policy]);
  return Object.fromEntries(Statement.map((statement: { Sid: string }) => [statement.Sid, statement]));
}

describe('roles', () => {
  test('minimal', () => {
    expect(fileOf(minimal, 'roles')).toMatchSnapshot();
  });

  test('with everything set', () => {
    expect(fileOf(everything, 'roles')).toMatchSnapshot();
  });

  test("make no service role where Batch's service-linked role is chosen", () => {
    expect(objects(minimal, 'Role')).toHaveLength(4);
    expect(objects(everything, 'Role').map(({ metadata }) => metadata.name)).toEqual([
      'sanders-ecs-task-execution-role-everything',
      'sanders-batch-job-role-everything',
      'sanders-stepfunctions-role-everything',
    ]);
  });

  test('are trusted only for the own account', () => {
    for (const { spec } of objects(minimal, 'Role')) {
      const [statement] = JSON.parse(String(spec?.['assumeRolePolicyDocument'])).Statement;
      expect(statement.Condition).toEqual({ StringEquals: { 'aws:SourceAccount': '111111111111' } });
    }
  });

  test("let Batch tag the tasks in its compute environment's cluster, where AWS's own policy does not", () => {
    const { TagTasks } = statements('sanders-batch-service-role-minimal', 'tag-tasks');
    expect(TagTasks).toMatchObject({
      Action: 'ecs:TagResource',
      Resource: 'arn:aws:ecs:eu-west-1:111111111111:task/AWSBatch-sanders-batch-compute-minimal-*/*',
    });
  });

  test('let jobs log to the log group of Batch alone', () => {
    const { JobLogGroup, JobLogStreams } = statements('sanders-batch-job-role-minimal', 'logs');
    expect(JobLogGroup.Resource).toEqual([
      'arn:aws:logs:eu-west-1:111111111111:log-group:/aws/batch/job',
      'arn:aws:logs:eu-west-1:111111111111:log-group:/aws/batch/job:*',
    ]);
    expect(JobLogStreams.Resource).toBe('arn:aws:logs:eu-west-1:111111111111:log-group:/aws/batch/job:log-stream:*');
  });

  describe('let the state machine', () => {
    const { SubmitJobs, TagJobs, StopJobs, WatchJobs, JobEvents } = statements(
      'sanders-stepfunctions-role-minimal',
      'run-jobs',
    );

    test("submit to this environment's queue with this environment's job definitions only", () => {
      expect(SubmitJobs.Resource).toEqual([
        'arn:aws:batch:eu-west-1:111111111111:job-queue/sanders-batch-queue-minimal',
        'arn:aws:batch:eu-west-1:111111111111:job-definition/sanders-job-small-minimal',
        'arn:aws:batch:eu-west-1:111111111111:job-definition/sanders-job-small-minimal:*',
        'arn:aws:batch:eu-west-1:111111111111:job/*',
      ]);
    });

    test('tag what it submits, for which AWS asks for the right to tag the definition too', () => {
      expect(TagJobs.Resource).toEqual(SubmitJobs.Resource);
    });

    test("stop only what carries this environment's tag, and set no other's", () => {
      expect(StopJobs.Condition).toEqual({ StringEquals: { 'aws:ResourceTag/Environment': 'minimal' } });
      expect(TagJobs.Condition).toEqual({ StringEquals: { 'aws:RequestTag/Environment': 'minimal' } });
    });

    test('use the one events rule of Step Functions for Batch', () => {
      expect(JobEvents.Resource).toBe(
        'arn:aws:events:eu-west-1:111111111111:rule/StepFunctionsGetEventsForBatchJobsRule',
      );
    });

    test('look at all jobs, since AWS offers no resource for that, and do nothing else on *', () => {
      expect(WatchJobs).toMatchObject({ Action: 'batch:DescribeJobs', Resource: '*' });
      expect([SubmitJobs, TagJobs, StopJobs, JobEvents].flatMap(({ Resource }) => Resource)).not.toContain('*');
    });
  });
});
