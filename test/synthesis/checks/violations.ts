import { check } from '../../../synthesis/checks';
import type { EnvironmentInput } from '../../../environments/schema';
import { minimal } from '../../fixtures';
import { rendered } from '../../rendered';

/** Changes an object that the charts made, so that it breaks a rule. */
export type Change = (manifest: any) => void;

export interface Case {
  readonly reason: string;
  /** The first object of this kind is changed. */
  readonly kind: string;
  readonly change: Change;
  /** @default minimal */
  readonly env?: EnvironmentInput;
  /** `object: field: rule` */
  readonly says: string | RegExp;
}

/** A test for each case: the violation is found, and says how to mend it. */
export function violations(cases: Readonly<Record<string, Case>>): void {
  test.each(Object.entries(cases))('%s', async (_, { kind, change, env, says }) => {
    const found = await violationsOf(kind, change, env);
    expect(found).toContainEqual(typeof says === 'string' ? says : expect.stringMatching(says));
  });
}

/** What the checks say of an environment in which an object was changed; each violation says how to mend it. */
export async function violationsOf(kind: string, change: Change, env: EnvironmentInput = minimal): Promise<string[]> {
  const original = rendered(env);
  const manifests = JSON.parse(JSON.stringify(original.manifests)) as typeof original.manifests;
  const manifest = manifests.find((candidate) => candidate.kind === kind);
  if (manifest === undefined) throw new Error(`no ${kind}`);
  change(manifest);
  const found = await check({ ...original, manifests });
  for (const { fix } of found) expect(fix).toMatch(/.{15}/);
  return found.map(({ object, field, rule }) => `${object}: ${field}: ${rule}`);
}

/** Changes the first statement of an IAM policy of a role. */
export const inPolicy =
  (field: string, change: (statement: any) => void): Change =>
  ({ spec }) => {
    const policies = field === 'assumeRolePolicyDocument' ? spec : spec.inlinePolicies;
    const document = JSON.parse(policies[field]);
    change(document.Statement[0]);
    policies[field] = JSON.stringify(document);
  };

/** Changes the definition of a state machine. */
export const inDefinition =
  (change: (definition: any) => void): Change =>
  ({ spec }) => {
    const definition = JSON.parse(spec.definition);
    change(definition);
    spec.definition = JSON.stringify(definition);
  };
