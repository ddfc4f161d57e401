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
    'time to live that is off': {
      reason: 'dynamodb 1.9.2, hooks_ttl.go: AWS does not name the attribute of what is off',
      kind: 'Table',
      change: ({ spec }) => (spec.timeToLive = { enabled: false, attributeName: 'expires' }),
      says: /spec\.timeToLive: must be on, with its attribute/,
    },
    'time to live without its attribute': {
      reason: 'AWS wants one',
      kind: 'Table',
      change: ({ spec }) => (spec.timeToLive = { enabled: true }),
      says: /spec\.timeToLive: must be on, with its attribute/,
    },
    'encryption without its type': {
      reason: 'dynamodb 1.9.2, hooks.go: AWS tells KMS',
      kind: 'Table',
      change: ({ spec }) => (spec.sseSpecification = { enabled: true }),
      says: /spec\.sseSpecification: must be off, or on with sseType/,
    },
    'a key by its alias': {
      reason: 'dynamodb 1.9.2, hooks.go: AWS tells the ARN of the key',
      kind: 'Table',
      change: ({ spec }) => (spec.sseSpecification = { enabled: true, sseType: 'KMS', kmsMasterKeyID: 'alias/data' }),
      says: /spec\.sseSpecification: must be off/,
    },
    'encryption of which nobody says whether it is on': {
      reason: 'dynamodb 1.9.2, hooks.go: the controller looks at what is not there, and stops',
      kind: 'Table',
      change: ({ spec }) => (spec.sseSpecification = { sseType: 'KMS' }),
      says: /spec\.sseSpecification: must be off/,
    },
    'a table whose billing nobody says': {
      reason: 'dynamodb 1.9.2, hooks.go: it counts as PROVISIONED',
      kind: 'Table',
      change: ({ spec }) => delete spec.billingMode,
      says: /spec: a table that is not billed on demand must declare provisionedThroughput/,
    },
    'half a throughput': {
      reason: 'dynamodb 1.9.2, hooks.go: the other half is zero',
      kind: 'Table',
      change: ({ spec }) => {
        spec.billingMode = 'PROVISIONED';
        spec.provisionedThroughput = { readCapacityUnits: 1 };
      },
      says: /spec: a table that is not billed on demand/,
    },
    'a repository that leaves mutability to AWS': {
      reason: 'ecr 1.8.1, custom_update_api.go: it is reset at every look',
      kind: 'Repository',
      change: ({ spec }) => delete spec.imageTagMutability,
      says: /Repository\/.*: spec\.imageTagMutability: must be written out/,
    },
    'scanning that says nothing': {
      reason: 'ecr 1.8.1, custom_update_api.go: the controller looks at what is not there, and stops',
      kind: 'Repository',
      change: ({ spec }) => (spec.imageScanningConfiguration = {}),
      says: /spec\.imageScanningConfiguration\.scanOnPush: must be written out/,
    },
    'an empty lifecycle policy': {
      reason: 'ecr 1.8.1, custom_update_api.go: it deletes what is not there',
      kind: 'Repository',
      change: ({ spec }) => (spec.lifecyclePolicy = ''),
      says: /spec: must not have an empty policy/,
    },
    ...Object.fromEntries(
      Object.entries({
        'no type': ['type_', (spec: any) => delete spec.type_],
        'no logging': ['loggingConfiguration.level', (spec: any) => delete spec.loggingConfiguration],
        'logging without its level': [
          'loggingConfiguration.level',
          (spec: any) => delete spec.loggingConfiguration.level,
        ],
        'logging that leaves out data': [
          'loggingConfiguration.includeExecutionData',
          (spec: any) => delete spec.loggingConfiguration.includeExecutionData,
        ],
        'no tracing': ['tracingConfiguration.enabled', (spec: any) => delete spec.tracingConfiguration],
        'tracing that says nothing': ['tracingConfiguration.enabled', (spec: any) => (spec.tracingConfiguration = {})],
      } as const).map(([name, [field, change]]) => [
        `a state machine with ${name}`,
        {
          reason: 'sfn 1.4.2, delta.go: it compares this with what AWS fills in',
          kind: 'StateMachine',
          change: ({ spec }: any) => change(spec),
          says: new RegExp(`StateMachine/.*: spec\\.${field.replace('.', '\\.')}: must be written out`),
        },
      ]),
    ),
  });

  test('admit a stream', async () => {
    const stream = ({ spec }: any) => (spec.streamSpecification = { streamEnabled: true, streamViewType: 'KEYS_ONLY' });
    expect(await violationsOf('Table', stream)).toEqual([]);
  });

  test.each([
    ['time to live', (spec: any) => (spec.timeToLive = { enabled: true, attributeName: 'expires' })],
    ['encryption that is off', (spec: any) => (spec.sseSpecification = { enabled: false })],
    ['a key of AWS for the account', (spec: any) => (spec.sseSpecification = { enabled: true, sseType: 'KMS' })],
    [
      'provisioned throughput',
      (spec: any) =>
        Object.assign(spec, {
          billingMode: 'PROVISIONED',
          provisionedThroughput: { readCapacityUnits: 1, writeCapacityUnits: 1 },
        }),
    ],
  ])('admit %s', async (_, change) => {
    expect((await violationsOf('Table', ({ spec }: any) => change(spec))).filter(ofThis)).toEqual([]);
  });
});

/** What other checks say of the same change does not matter here. */
const ofThis = (found: string) => /for ever|never becomes Ready|not billed on demand/.test(found);
