import type { Construct } from 'constructs';

import { resultOf, stateOf, type Environment } from '../environments/schema';
import {
  StateMachine,
  StateMachineSpecLoggingConfigurationLevel as LogLevel,
  StateMachineSpecType,
} from '../imports/sfn.services.k8s.aws';
import { EnvironmentChart, objectName } from './lib/chart';
import { readableJson } from './lib/policy';
import type { Parallel, StateMachineDefinition, Task } from './lib/states-language';
import { serviceTag } from './lib/tags';

type Stage = Environment['orchestration']['stages'][number];
type Step = Stage[number];

/** The state machine that runs the daily jobs: stage after stage, the steps of a stage side by side. */
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
    const { stages, timeoutHours } = this.env.orchestration;
    const names = stages.map(stageName);
    const states = stages.map((stage, i) => [
      names[i],
      { ...this.stage(stage, i), Catch: onError, Next: names[i + 1] ?? 'SuccessState' },
    ]);
    return {
      StartAt: names[0] ?? 'SuccessState',
      TimeoutSeconds: timeoutHours * 3600,
      States: {
        ...(Object.fromEntries(states) as StateMachineDefinition['States']),
        SuccessState: { Type: 'Succeed' },
        FailState: { Type: 'Fail', Error: 'JobFailed', Cause: 'Job execution failed' },
      },
    };
  }

  /** A stage of one step is a Task; the steps of a larger one run side by side, each with the stage's input. */
  private stage(steps: Stage, index: number): Task | Parallel {
    const [only, ...others] = steps;
    if (only !== undefined && others.length === 0) return this.runJob(only);
    return {
      Type: 'Parallel',
      Branches: steps.map((step) => ({
        StartAt: stateOf(step),
        States: { [stateOf(step)]: { ...this.runJob(step), End: true } },
      })),
      ResultPath: `$.parallelResults${numberOf(index)}`,
    };
  }

  /** Submits a Batch job with the command from the execution's input, and waits until it has ended. */
  private runJob(step: Step): Task {
    return {
      Type: 'Task',
      Resource: `arn:${this.env.partition}:states:::batch:submitJob.sync`,
      Parameters: {
        JobName: step.name,
        JobQueue: this.arns.queue,
        JobDefinition: this.arns.jobDefinition(step.job),
        ContainerOverrides: { 'Command.$': '$.command' },
        // When the task times out, Step Functions tries to stop the job. With this, Batch stops it even if that fails.
        Timeout: { AttemptDurationSeconds: step.timeoutMinutes * 60 },
        // The role may stop only jobs that carry the environment's tag (roles.ts).
        Tags: this.tags.map(),
      },
      ResultPath: `$.${resultOf(step)}`,
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

const onError = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'FailState' }];

/** The state of a stage: that of its only step, or `ParallelJobs`, with the stage's number behind all but the first. */
function stageName(steps: Stage, index: number): string {
  const [only, ...others] = steps;
  return only !== undefined && others.length === 0 ? stateOf(only) : `ParallelJobs${numberOf(index)}`;
}

/** The number of a stage in names; the first has none, as in the CDK stack. */
function numberOf(index: number): string {
  return index === 0 ? '' : String(index + 1);
}
