/**
 * A change to an environment or a chart that is pushed ends in AWS, and nowhere else. Each case builds upon the one before, as
 * commits do.
 */
import { readState, writesDuring } from './aws';
import { fill } from './data';
import { application, Clone, eventually, reaches, ready, settled } from './platform';
import { changes, type State } from './state';

interface Case {
  readonly edit: (clone: Clone) => Promise<void>;
  /** The environments that it is about. */
  readonly environments: readonly string[];
  /** Everything that differs in AWS afterwards. */
  readonly differs: (before: State) => Record<string, string>;
  /** The calls that make it so. @default any */
  readonly writes?: readonly string[];
}

const dev = 'environments/dev.ts';

const cases: Record<string, Case> = {
  'the size of a job: a new revision in place of the old one': {
    edit: (clone) => clone.edit(dev, 'memoryMiB: 2048', 'memoryMiB: 4096'),
    environments: ['dev'],
    differs: (before) => ({
      ...newRevision(before, 'sanders-job-2g-dev'),
      'batch job-definition sanders-job-2g-dev: containerProperties.resourceRequirements.1.value': '"2048" → "4096"',
    }),
    writes: ['batch DeregisterJobDefinition', 'batch RegisterJobDefinition'],
  },
  'egress, in a chart: both environments': {
    edit: (clone) =>
      clone.edit('charts/network.ts', 'ipRanges: [{ cidrIp: everywhere }]', "ipRanges: [{ cidrIp: '10.0.0.0/8' }]"),
    environments: ['dev', 'prod'],
    differs: () => ({
      'ec2 security-group sanders-batch-sg-dev: IpPermissionsEgress.0.IpRanges.0.CidrIp': '"0.0.0.0/0" → "10.0.0.0/8"',
      'ec2 security-group sanders-batch-sg-prod: IpPermissionsEgress.0.IpRanges.0.CidrIp': '"0.0.0.0/0" → "10.0.0.0/8"',
    }),
    writes: ['ec2 AuthorizeSecurityGroupEgress', 'ec2 RevokeSecurityGroupEgress'],
  },
  'retention of old versions': {
    edit: (clone) => clone.edit(dev, 'noncurrentVersionDays: 30', 'noncurrentVersionDays: 7'),
    environments: ['dev'],
    differs: () => ({
      's3 bucket sanders-customer-platform-dev: Rules.1.NoncurrentVersionExpiration.NoncurrentDays': '30 → 7',
    }),
    writes: ['s3 PutBucketLifecycleConfiguration'],
  },
  'retention of the table': {
    edit: (clone) => clone.edit(dev, 'pointInTimeRecovery: false', 'pointInTimeRecovery: true'),
    environments: ['dev'],
    differs: () => ({
      'dynamodb table sanders_daily_customer_features_dev: PointInTimeRecoveryStatus': '"DISABLED" → "ENABLED"',
    }),
    writes: ['dynamodb UpdateContinuousBackups'],
  },
  'a tag: everything of the environment that can have one': {
    edit: (clone) => clone.edit(dev, 'tags: {}', "tags: { CostCenter: '4711' }"),
    environments: ['dev'],
    differs: (before) => {
      const own = Object.entries(before).filter(([name]) => name.endsWith('dev') && !/ (main|default) of /.test(name));
      const tagged = own.map(([name, properties]) => {
        const tags = Object.keys(properties ?? {}).find((key) => /^(resource)?tag(s|set)$/i.test(key));
        return `${name}: ${tags}.CostCenter`;
      });
      // And whatever the state machine starts.
      const jobs = [
        'ParallelJobs.Branches.0.States.FeatureExtractionJob',
        'ParallelJobs.Branches.1.States.DataProcessingJob',
        'ModelTrainingJob',
      ];
      const started = jobs.map(
        (job) => `sfn state-machine sanders-orchestrator-dev: definition.States.${job}.Parameters.Tags.CostCenter`,
      );
      return Object.fromEntries([...tagged, ...started].map((path) => [path, 'nothing → "4711"']));
    },
  },
  'a job that is taken out': {
    edit: async (clone) => {
      await clone.edit(dev, "      { name: '16g', vcpu: 4, memoryMiB: 16384 },\n", '');
      await clone.edit(dev, "name: 'model-training', job: '16g'", "name: 'model-training', job: '8g'");
    },
    environments: ['dev'],
    differs: (before) => ({
      'batch job-definition sanders-job-16g-dev': 'removed',
      ...notAllowedAnyMore(before, 'iam role sanders-stepfunctions-role-dev', 'job-definition/sanders-job-16g-dev'),
      'sfn state-machine sanders-orchestrator-dev: definition.States.ModelTrainingJob.Parameters.JobDefinition':
        '"arn:aws:batch:eu-central-1:120569615884:job-definition/sanders-job-16g-dev" → "arn:aws:batch:eu-central-1:120569615884:job-definition/sanders-job-8g-dev"',
    }),
    writes: ['batch DeregisterJobDefinition', 'iam PutRolePolicy', 'stepfunctions UpdateStateMachine'],
  },
};

/** What differs when a job definition was registered anew. */
function newRevision(before: State, name: string, times = 1): Record<string, string> {
  const at = `batch job-definition ${name}`;
  const [revision = 0] = (before[at] as { activeRevisions: number[] }).activeRevisions;
  return { [`${at}: activeRevisions.0`]: `${revision} → ${revision + times}` };
}

/** What differs when a role's policies do not name a resource any more. */
function notAllowedAnyMore(before: State, role: string, resource: string): Record<string, string> {
  const keep = (value: unknown) => typeof value !== 'string' || !value.includes(resource);
  const reduced = JSON.parse(JSON.stringify(before[role]), (_, value: unknown) =>
    Array.isArray(value) ? value.filter(keep) : value,
  ) as State[string];
  return changes({ [role]: before[role] ?? null }, { [role]: reduced });
}

let clone: Clone;
let original: State;

beforeAll(async () => {
  await settled();
  clone = await Clone.make();
  original = await readState();
});

test.each(Object.entries(cases))('%s', async (name, { edit, environments, differs, writes }) => {
  const before = await readState();
  const written = await writesDuring(async () => {
    await edit(clone);
    await clone.synth();
    const commit = await clone.push(name);
    await reaches(before, differs(before));
    await Promise.all(environments.map((environment) => ready(environment, commit)));
  });
  expect(changes(before, await readState())).toEqual(differs(before));
  if (writes) expect(written).toEqual(writes);
});

test('and back: all is as it was, in new revisions of the jobs that changed', async () => {
  await clone.restore();
  await reaches(original, {
    ...newRevision(original, 'sanders-job-2g-dev', 2),
    ...newRevision(original, 'sanders-job-16g-dev'),
  });
});

describe('new environments', () => {
  let before: State;

  beforeAll(async () => {
    before = await readState();
  });

  test('are a file and a line each', async () => {
    const file = (name: string, differs: string) =>
      clone.write(
        `environments/${name}.ts`,
        `import { dev } from './dev';\n\nexport const ${name} = { ...dev, name: '${name}'${differs} };\n`,
      );
    await file('test', '');
    await file('frugal', ', network: { ...dev.network, natGateways: 0 }');
    await clone.edit('environments/index.ts', '[dev, prod]', '[dev, prod, test, frugal]');
    await clone.edit(
      'environments/index.ts',
      'import',
      "import { frugal } from './frugal';\nimport { test } from './test';\nimport",
    );
    await clone.synth();
    const commit = await clone.push('Add two environments');
    await Promise.all([ready('test', commit), ready('frugal', commit)]);
    expect(changes(before, await readState())).toEqual({
      ...added('test'),
      ...added('frugal', /^ec2 (nat-gateway|address) /),
    });
  });

  test('have no NAT gateway if they want none: their jobs run in the public subnets', async () => {
    const state = (await readState()) as Record<string, any>;
    const { SubnetId } = state['ec2 subnet sanders-public-subnet-a-frugal'];
    expect(state['batch compute-environment sanders-batch-compute-frugal'].computeResources.subnets).toContain(
      SubnetId,
    );
    const job = state['batch job-definition sanders-job-8g-frugal'];
    expect(job.containerProperties.networkConfiguration).toEqual({ assignPublicIp: 'ENABLED' });
    expect(state['ec2 security-group sanders-batch-sg-frugal'].IpPermissions).toEqual([]);
  });

  test('go with their data, 1,000 objects included, and nothing else does', async () => {
    await Promise.all([fill('test', { objects: 1000 }), fill('frugal', { objects: 1 })]);
    await clone.remove('environments/test.ts');
    await clone.remove('environments/frugal.ts');
    await clone.edit('environments/index.ts', /^import .*(test|frugal).*\n/gm, '');
    await clone.edit('environments/index.ts', '[dev, prod, test, frugal]', '[dev, prod]');
    await clone.synth();
    await clone.push('Remove the two environments');
    await eventually(async () => {
      expect([await application('test'), await application('frugal')]).toEqual([undefined, undefined]);
    });
    expect(changes(before, await readState())).toEqual({});
  });

  /** What there is of dev, but for some, as new resources of another environment. */
  function added(name: string, butFor = /^$/): Record<string, string> {
    const devs = Object.keys(before).filter((of) => of.endsWith('dev') && !butFor.test(of));
    return Object.fromEntries(devs.map((of) => [of.replace(/dev$/, name), 'added']));
  }
});
