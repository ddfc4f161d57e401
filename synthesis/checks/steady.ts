import { checkOf, type Rule } from './rule';
import type { Check } from './violation';

/** What the official controllers never come to rest with: they send the same update for ever, and the object is never Ready. */
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
  // The controller compares these with what AWS fills in. https://github.com/aws-controllers-k8s/community/issues/3035
  ...['type_', 'loggingConfiguration', 'tracingConfiguration'].map((field): Rule => ({
    kinds: ['StateMachine'],
    field: `spec.${field}`,
    rule: 'must be written out: a state machine without it is updated for ever',
    fix: 'set it in charts/orchestration.ts',
    holds: (value) => value !== undefined,
  })),
];

/** Every object is one that its official controller has done with at some time. */
export const checkSteady: Check = checkOf(rules);
