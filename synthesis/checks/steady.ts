import { checkOf, type Rule } from './rule';
import type { Check } from './violation';

/**
 * What the official controllers never come to rest with: they send the same update for ever, and most objects are never Ready.
 * Read in the sources of dynamodb 1.9.2, ecr 1.8.1 and sfn 1.4.2; our stand-ins do the same (controllers/internal, tests *Never*).
 */
const rules: readonly Rule[] = [
  {
    // The controller finds a stream declared and none in AWS, and asks AWS to switch off what there is not: "Table has no stream
    // to disable". https://github.com/aws-controllers-k8s/community/issues/2782
    kinds: ['Table'],
    field: 'spec.streamSpecification',
    rule: 'a table without a stream must not declare one that is off: it never becomes Ready',
    fix: 'leave streamSpecification out in charts/storage.ts',
    holds: (value) => value === undefined || (value as { streamEnabled?: boolean }).streamEnabled === true,
  },
  {
    // AWS does not name the attribute of what is off, and the controller compares it.
    kinds: ['Table'],
    field: 'spec.timeToLive',
    rule: 'must be on, with its attribute, or left out: one that is declared off is switched off for ever',
    fix: 'to switch it off, declare enabled: false once, by hand, then leave timeToLive out in charts/storage.ts',
    holds: (value) => value === undefined || (isOn(value) && has(value, 'attributeName')),
  },
  {
    // The controller compares the type and the key as AWS tells them: KMS, and the key's ARN.
    kinds: ['Table'],
    field: 'spec.sseSpecification',
    rule: 'must be off, or on with sseType and, where it has a key, the ARN of that: else it is updated for ever',
    fix: "write sseType: 'KMS' and kmsMasterKeyID: 'arn:…:key/…' in charts/storage.ts, or leave sseSpecification out",
    holds: (value) => {
      if (value === undefined) return true;
      const { enabled, sseType, kmsMasterKeyID: key } = value as Encryption;
      if (enabled !== true) return enabled === false;
      return sseType !== undefined && (key === undefined || /^arn:[^:]+:kms:.*:key\//.test(key));
    },
  },
  {
    // One that is left out counts as PROVISIONED, whose throughput the controller asks to be zero where it is not declared.
    kinds: ['Table'],
    field: 'spec',
    rule: 'a table that is not billed on demand must declare provisionedThroughput, in whole',
    fix: 'set billingMode: PAY_PER_REQUEST, or both values of provisionedThroughput, in charts/storage.ts',
    holds: (value) => {
      const spec = value as Readonly<Record<string, unknown>>;
      const throughput = spec['provisionedThroughput'];
      return (
        spec['billingMode'] === 'PAY_PER_REQUEST' ||
        (throughput !== undefined && has(throughput, 'readCapacityUnits') && has(throughput, 'writeCapacityUnits'))
      );
    },
  },
  {
    // Deleting what AWS does not have fails.
    kinds: ['Repository'],
    field: 'spec',
    rule: 'must not have an empty policy or lifecyclePolicy: the controller deletes one that is not there, for ever',
    fix: 'leave the policy out in charts/storage.ts',
    holds: (value) => {
      const { policy, lifecyclePolicy } = value as Readonly<Record<string, unknown>>;
      return policy !== '' && lifecyclePolicy !== '';
    },
  },
  // The controllers compare these with what AWS fills in. https://github.com/aws-controllers-k8s/community/issues/3035
  ...writtenOut('Repository', 'charts/storage.ts', ['imageTagMutability', 'imageScanningConfiguration.scanOnPush']),
  ...writtenOut('StateMachine', 'charts/orchestration.ts', [
    'type_',
    'loggingConfiguration.level',
    'loggingConfiguration.includeExecutionData',
    'tracingConfiguration.enabled',
  ]),
];

/** The rules that fields are written out. */
function writtenOut(kind: string, file: string, fields: readonly string[]): Rule[] {
  return fields.map((field) => ({
    kinds: [kind],
    field: `spec.${field}`,
    rule: `must be written out: a ${kind} without it is updated for ever`,
    fix: `set it in ${file}`,
    holds: (value) => value !== undefined,
  }));
}

/** A table's sseSpecification. */
interface Encryption {
  readonly enabled?: boolean;
  readonly sseType?: string;
  readonly kmsMasterKeyID?: string;
}

function isOn(value: unknown): boolean {
  return (value as { enabled?: boolean }).enabled === true;
}

function has(value: unknown, field: string): boolean {
  return (value as Readonly<Record<string, unknown>>)[field] !== undefined;
}

/** Every object is one that its official controller has done with at some time. */
export const checkSteady: Check = checkOf(rules);
