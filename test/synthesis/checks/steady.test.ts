import { violations, violationsOf } from './violations';

describe('the rules for what comes to rest', () => {
  violations({
    'a stream that is off': {
      reason: 'dynamodb 1.9.2 asked AWS to switch it off 28 times in a minute, and was refused',
      kind: 'Table',
      change: ({ spec }) => (spec.streamSpecification = { streamEnabled: false }),
      says: /Table\/.*: spec\.streamSpecification: a table without a stream must not declare one that is off/,
    },
    'a stream of which nobody says whether it is on': {
      reason: 'the same to the controller',
      kind: 'Table',
      change: ({ spec }) => (spec.streamSpecification = { streamViewType: 'KEYS_ONLY' }),
      says: /spec\.streamSpecification: a table without a stream/,
    },
    'a state machine that leaves its logging to AWS': {
      reason: 'sfn compares it with what AWS fills in',
      kind: 'StateMachine',
      change: ({ spec }) => delete spec.loggingConfiguration,
      says: /StateMachine\/.*: spec\.loggingConfiguration: must be written out/,
    },
  });

  test('admit a stream', async () => {
    const stream = ({ spec }: any) => (spec.streamSpecification = { streamEnabled: true, streamViewType: 'KEYS_ONLY' });
    expect(await violationsOf('Table', stream)).toEqual([]);
  });
});
