/*
 * The part of the Amazon States Language (https://states-language.net/spec.html) that the platform uses. Types, so that
 * a misspelt field does not compile.
 */

export interface StateMachineDefinition {
  readonly StartAt: string;
  /** Seconds until an execution fails. */
  readonly TimeoutSeconds?: number;
  readonly States: Readonly<Record<string, State>>;
}

export type State = TaskState | ParallelState | SucceedState | FailState;

/** What follows: another state, or the end. */
type Transition = { readonly Next: string } | { readonly End: true };

interface Recovery {
  readonly Retry?: readonly Retrier[];
  readonly Catch?: readonly Catcher[];
  /** Where the result goes in the state's input. */
  readonly ResultPath?: string;
}

export type Task = Recovery & {
  readonly Type: 'Task';
  /** The ARN of a service integration. */
  readonly Resource: string;
  /** The integration's parameters. A key that ends in `.$` takes a path into the input. */
  readonly Parameters: Readonly<Record<string, unknown>>;
  /** Seconds until the task fails with `States.Timeout`; a `.sync` task is then stopped. */
  readonly TimeoutSeconds?: number;
};

export type TaskState = Task & Transition;

export type Parallel = Recovery & {
  readonly Type: 'Parallel';
  readonly Branches: readonly StateMachineDefinition[];
};

export type ParallelState = Parallel & Transition;

export interface SucceedState {
  readonly Type: 'Succeed';
}

export interface FailState {
  readonly Type: 'Fail';
  readonly Error: string;
  readonly Cause: string;
}

export interface Retrier {
  readonly ErrorEquals: readonly string[];
  /** Seconds before the first retry. */
  readonly IntervalSeconds: number;
  readonly MaxAttempts: number;
  readonly BackoffRate: number;
  readonly JitterStrategy?: 'FULL' | 'NONE';
}

export interface Catcher {
  readonly ErrorEquals: readonly string[];
  readonly ResultPath?: string;
  readonly Next: string;
}
