import type { Construct } from 'constructs';

import type { Environment } from '../environments/schema';
import {
  StateMachine,
  StateMachineSpecLoggingConfigurationLevel as LogLevel,
  StateMachineSpecType,
} from '../imports/sfn.services.k8s.aws';
import { EnvironmentChart, objectName } from './lib/chart';
import { readableJson } from './lib/policy';
import type { StateMachineDefinition, Task } from './lib/states-language';
import { serviceTag } from './lib/tags';

type Step = Environment['orchestration']['steps'][keyof Environment['orchestration']['steps']];

/** The state machine that runs the daily jobs: feature extraction beside data processing, then model training. */
export class Orchestration extends EnvironmentChart {
  constructor(scope: Construct, env: Environment) {
    super(scope, 'orchestration', env);
    const name = this.names.stateMachine;
    new StateMachine(this, 'state-machine', {
      metadata: { name: objectName(name) },
      spec: {
        name,
        // The kind has no roleRef.
        roleArn: this.arns.role(this.names.stateMachineRole),
        definition: readableJson(this.definition()),
        // Without these three, the controller never stops updating them: aws-controllers-k8s/community#3035.
        type: StateMachineSpecType.STANDARD,
        loggingConfiguration: { level: LogLevel.OFF, includeExecutionData: false },
        tracingConfiguration: { enabled: false },
        tags: this.tags.list(serviceTag),
      },
    });
  }

  private definition(): StateMachineDefinition {
    const { steps, timeoutHours } = this.env.orchestration;
    const onError = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'FailState' }];
    return {
      StartAt: 'ParallelJobs',
      TimeoutSeconds: timeoutHours * 3600,
      States: {
        ParallelJobs: {
          Type: 'Parallel',
          Branches: [
            {
              StartAt: 'FeatureExtractionJob',
              States: {
                FeatureExtractionJob: {
                  ...this.runJob('feature-extraction', steps.featureExtraction, '$.featureJob'),
                  End: true,
                },
              },
            },
            {
              StartAt: 'DataProcessingJob',
              States: {
                DataProcessingJob: {
                  ...this.runJob('data-processing', steps.dataProcessing, '$.processingJob'),
                  End: true,
                },
              },
            },
          ],
          ResultPath: '$.parallelResults',
          Catch: onError,
          Next: 'ModelTrainingJob',
        },
        ModelTrainingJob: {
          ...this.runJob('model-training', steps.modelTraining, '$.trainingJob'),
          Catch: onError,
          Next: 'SuccessState',
        },
        SuccessState: { Type: 'Succeed' },
        FailState: { Type: 'Fail', Error: 'JobFailed', Cause: 'Job execution failed' },
      },
    };
  }

  /** Submits a Batch job with the command from the execution's input, and waits until it has ended. */
  private runJob(jobName: string, step: Step, resultPath: string): Task {
    return {
      Type: 'Task',
      Resource: `arn:${this.env.partition}:states:::batch:submitJob.sync`,
      Parameters: {
        JobName: jobName,
        JobQueue: this.arns.queue,
        JobDefinition: this.arns.jobDefinition(step.job),
        ContainerOverrides: { 'Command.$': '$.command' },
        // When the task times out, Step Functions tries to stop the job. With this, Batch stops it even if that fails.
        Timeout: { AttemptDurationSeconds: step.timeoutMinutes * 60 },
        // The role may stop only jobs that carry the environment's tag (roles.ts).
        Tags: this.tags.map(),
      },
      ResultPath: resultPath,
      TimeoutSeconds: step.timeoutMinutes * 60,
      Retry: [
        {
          ErrorEquals: [...transientBatchErrors],
          IntervalSeconds: 10,
          MaxAttempts: 5,
          BackoffRate: 2,
          JitterStrategy: 'FULL',
        },
      ],
    };
  }
}

/**
 * Errors of Batch's API: throttling and faults of the service. Step Functions names each after its class in the SDK;
 * `BatchException` and `AWSBatchException` are the two SDK generations' names for errors without a class of their own.
 *
 * A job that fails is `States.TaskFailed`. It is not retried, because it may already have written half of its output.
 * Client errors are not retried either, because after one of them nobody knows whether the job was submitted.
 */
const transientBatchErrors = [
  'Batch.AWSBatchException',
  'Batch.BatchException',
  'Batch.ServerException',
  'Batch.TooManyRequestsException',
];
