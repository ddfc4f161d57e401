import { everything, minimal } from '../fixtures';
import { fileOf, object } from '../rendered';

const definition = JSON.parse(object(minimal, 'StateMachine').spec.definition);

describe('orchestration', () => {
  test('minimal', () => {
    expect(fileOf(minimal, 'orchestration')).toMatchSnapshot();
  });

  test('with everything set', () => {
    expect(fileOf(everything, 'orchestration')).toMatchSnapshot();
  });

  test('gives each job its time-out, and the execution its own', () => {
    const [extraction, processing] = definition.States.ParallelJobs.Branches;
    expect([
      extraction.States.FeatureExtractionJob.TimeoutSeconds,
      processing.States.DataProcessingJob.TimeoutSeconds,
      definition.States.ModelTrainingJob.TimeoutSeconds,
      definition.TimeoutSeconds,
    ]).toEqual([600, 1200, 1800, 86400]);
  });

  test("retries when Batch's API fails, never when a job does", () => {
    const errors = definition.States.ModelTrainingJob.Retry.flatMap(
      (retrier: { ErrorEquals: string[] }) => retrier.ErrorEquals,
    );
    expect(errors).toContain('Batch.TooManyRequestsException');
    expect(errors.every((error: string) => error.startsWith('Batch.'))).toBe(true);
  });

  test('tags the jobs, so that its role may stop them', () => {
    expect(definition.States.ModelTrainingJob.Parameters.Tags.Environment).toBe('minimal');
  });
});
