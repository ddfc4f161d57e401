import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { problemsOf } from '../../../synthesis/checks/states-language';
import { inDefinition, violations } from './violations';

const machine = (parameters: object, next = 'Done') =>
  JSON.stringify({
    StartAt: 'Work',
    States: {
      Work: { Type: 'Task', Resource: 'arn:aws:states:::batch:submitJob.sync', Parameters: parameters, Next: next },
      Done: { Type: 'Succeed' },
    },
  });

describe('a violation of the states language', () => {
  violations({
    'a transition': {
      reason: 'AWS would refuse it',
      kind: 'StateMachine',
      change: inDefinition((definition) => (definition.States.TrainJob.Next = 'Nowhere')),
      says: /StateMachine\/.*: spec\.definition: .*Nowhere/,
    },
    'a field of a state': {
      reason: 'AWS would refuse it',
      kind: 'StateMachine',
      change: inDefinition((definition) => (definition.States.FailState.Reason = 'x')),
      says: /StateMachine\/.*: spec\.definition: \/States\/FailState/,
    },
    'a path': {
      reason: 'AWS would refuse it',
      kind: 'StateMachine',
      change: inDefinition((definition) => (definition.States.TrainJob.ResultPath = 'trainingJob')),
      says: /StateMachine\/.*: spec\.definition: \/States\/TrainJob/,
    },
    JSON: {
      reason: 'AWS would refuse it',
      kind: 'StateMachine',
      change: ({ spec }) => (spec.definition = spec.definition.slice(1)),
      says: /StateMachine\/.*: spec\.definition: is not JSON/,
    },
  });
});

describe('the memory of what is valid', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'states-language-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('remembers a shape, whatever the texts in its parameters', () => {
    expect(problemsOf(machine({ JobName: 'a', 'Command.$': '$.command' }), folder)).toEqual([]);
    expect(problemsOf(machine({ JobName: 'b', 'Command.$': '$.command' }), folder)).toEqual([]);
    expect(readdirSync(folder)).toHaveLength(1);
    expect(problemsOf(machine({ JobName: 'a', 'Command.$': '$.other' }), folder)).toEqual([]);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  test('remembers nothing that is wrong', () => {
    expect(problemsOf(machine({}, 'Nowhere'), folder)).not.toEqual([]);
    expect(problemsOf('{', folder)).toEqual([expect.stringContaining('is not JSON')]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('does without a folder that cannot be written', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(problemsOf(machine({}), join(file, 'cache'))).toEqual([]);
  });
});
