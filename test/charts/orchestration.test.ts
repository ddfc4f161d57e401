import type { EnvironmentInput } from '../../environments/schema';
import { everything, minimal } from '../fixtures';
import { fileOf, object } from '../rendered';

const definitionOf = (env: EnvironmentInput) => JSON.parse(object(env, 'StateMachine').spec.definition);
const definition = definitionOf(minimal);

/** A definition's states with what follows each, and of a Parallel the states of its branches. */
const shapeOf = ({ States }: any) =>
  Object.entries<any>(States).map(([name, { Type, Next, Branches, ResultPath }]) =>
    [name, Type, ...(Branches?.map(({ StartAt }: any) => StartAt) ?? []), ResultPath, Next].filter(Boolean).join(' '),
  );

describe('orchestration', () => {
  test('minimal', () => {
    expect(fileOf(minimal, 'orchestration')).toMatchSnapshot();
  });

  test('with everything set', () => {
    expect(fileOf(everything, 'orchestration')).toMatchSnapshot();
  });

  test('makes a Task of a stage with one step, a Parallel of a larger one', () => {
    expect(definitionOf(everything).StartAt).toBe('PrepareJob');
    expect(shapeOf(definitionOf(everything))).toEqual([
      'PrepareJob Task $.prepared ParallelJobs2',
      'ParallelJobs2 Parallel FeatureExtractionJob DataProcessingJob Quality2Job $.parallelResults2 ModelTrainingJob',
      'ModelTrainingJob Task $.model SuccessState',
      'SuccessState Succeed',
      'FailState Fail',
    ]);
  });

  test('takes a fourth step by one line more', () => {
    const fourth = structuredClone(minimal);
    fourth.orchestration?.stages?.push([{ name: 'report', job: 'small', timeoutMinutes: 5 }]);
    expect(shapeOf(definitionOf(fourth)).slice(1, 3)).toEqual([
      'TrainJob Task $.trainJob ReportJob',
      'ReportJob Task $.reportJob SuccessState',
    ]);
  });

  test('catches every error of every stage', () => {
    for (const state of Object.values<any>(definitionOf(everything).States).filter(({ Type }) =>
      /Task|Parallel/.test(Type),
    ))
      expect(state.Catch).toEqual([{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'FailState' }]);
  });

  test('gives each job its time-out, and the execution its own', () => {
    const [load, cleanUp] = definition.States.ParallelJobs.Branches;
    expect([
      load.States.LoadJob.TimeoutSeconds,
      cleanUp.States.CleanUpJob.TimeoutSeconds,
      definition.States.TrainJob.TimeoutSeconds,
      definition.TimeoutSeconds,
    ]).toEqual([600, 1200, 1800, 86400]);
  });

  test("retries when Batch's API fails, never when a job does", () => {
    const errors = definition.States.TrainJob.Retry.flatMap(
      (retrier: { ErrorEquals: string[] }) => retrier.ErrorEquals,
    );
    expect(errors).toContain('Batch.TooManyRequestsException');
    expect(errors.every((error: string) => error.startsWith('Batch.'))).toBe(true);
  });

  test('tags the jobs, so that its role may stop them', () => {
    expect(definition.States.TrainJob.Parameters.Tags.Environment).toBe('minimal');
  });
});
