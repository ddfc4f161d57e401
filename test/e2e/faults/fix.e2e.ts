/**
 * A push with which AWS cannot do anything does not hold up the one that mends it: that is in AWS and Ready within a minute,
 * and nobody has to end a sync by hand.
 */
import { setTimeout } from 'node:timers/promises';
import { type Fault, inject, readState, removeFaults } from '../aws';
import { application, Clone, eventually, ready, settled } from '../platform';
import { changes, type State } from '../state';

interface Case {
  readonly breakIt: (clone: Clone) => Promise<void>;
  /** What AWS does meanwhile, and goes on doing. @default nothing unusual */
  readonly fault?: Fault;
}

const cases: Record<string, Case> = {
  'AWS refuses it': {
    breakIt: (clone) =>
      clone.edit('dist/dev/orchestration.k8s.yaml', '"StartAt": "ParallelJobs"', '"StartAt": "Nowhere"'),
  },
  'a permission is missing': {
    breakIt: (clone) => clone.edit('dist/dev/storage.k8s.yaml', 'noncurrentDays: 30', 'noncurrentDays: 7'),
    fault: {
      kind: 'error',
      service: 's3',
      action: 'PutBucketLifecycleConfiguration',
      code: 'AccessDenied',
      status: 403,
    },
  },
  'it refers to what is not there': {
    breakIt: (clone) =>
      clone.edit(
        'dist/dev/batch.k8s.yaml',
        /(computeEnvironmentRef:\s+from:\s+name: )sanders-batch-compute-dev/,
        '$1sanders-batch-compute-elsewhere',
      ),
  },
  'the network gets another range': {
    breakIt: (clone) => clone.edit('dist/dev/network.k8s.yaml', '- 10.0.0.0/16', '- 10.1.0.0/16'),
  },
  'AWS finds the compute environment invalid': {
    breakIt: (clone) =>
      clone.edit(
        'dist/dev/batch.k8s.yaml',
        /(serviceRoleRef:\s+from:\s+name: )sanders-batch-service-role-dev/,
        '$1sanders-batch-job-role-dev',
      ),
  },
};

let clone: Clone;
let before: State;

beforeAll(async () => {
  await settled();
  clone = await Clone.make();
  before = await readState();
});

afterEach(removeFaults);

test.each(Object.entries(cases))('%s', async (name, { breakIt, fault }) => {
  if (fault) await inject(fault);
  await breakIt(clone);
  const broken = await clone.push(name);
  await eventually(async () => expect(await attempted('dev')).toBe(broken));
  // The worst moment for the fix: the sync has just begun to wait.
  await setTimeout(3000);
  expect((await application('dev'))?.status?.health?.status).not.toBe('Healthy');
  await mended(() => clone.revert(), 'dev', name);
  expect(changes(before, await readState())).toEqual({});
});

const noGateway: Fault = {
  kind: 'error',
  service: 'ec2',
  action: 'CreateNatGateway',
  code: 'NatGatewayLimitExceeded',
  status: 400,
};

test('a new environment whose NAT gateway fails does without', async () => {
  await inject(noGateway);
  await clone.edit('environments/index.ts', '[dev, prod]', '[dev, prod, late]');
  await clone.edit('environments/index.ts', 'import', "import { late } from './late';\nimport");
  const broken = await pushWithGateways(1);
  await eventually(async () => expect(await attempted('late')).toBe(broken));
  await setTimeout(3000);
  await mended(() => pushWithGateways(0), 'late', 'NAT gateway');
});

// Minutes, of which most is the back-off of the controller and of Argo CD: `make test-long`.
if (process.env['TEST_LONG']) {
  test('an environment whose NAT gateway comes late goes on by itself', async () => {
    await inject(noGateway);
    const commit = await pushWithGateways(1);
    // Until the patience with it is at an end, and the sync has failed.
    await eventually(async () => expect((await application('late'))?.status?.health?.status).toBe('Degraded'));
    await removeFaults();
    await ready('late', commit, 300);
  }, 600_000);

  test('an environment that is taken out while its sync waits goes by itself', async () => {
    await inject(noGateway);
    const commit = await pushWithGateways(2);
    await eventually(async () => expect(await attempted('late')).toBe(commit));
    await restored();
  }, 600_000);
}

afterAll(restored);

async function restored(): Promise<void> {
  await clone.restore();
  await eventually(async () => expect(await application('late')).toBeUndefined(), 240);
  await eventually(async () => expect(changes(before, await readState())).toEqual({}));
}

async function pushWithGateways(count: number): Promise<string> {
  const network = `{ ...dev.network, natGateways: ${count} }`;
  await clone.write(
    'environments/late.ts',
    `import { dev } from './dev';\n\nexport const late = { ...dev, name: 'late', network: ${network} };\n`,
  );
  await clone.synth();
  return clone.push(`An environment with ${count} NAT gateways`);
}

/** The commit that Argo CD's last sync is or was about. */
async function attempted(environment: string): Promise<string | undefined> {
  return (await application(environment))?.status?.operationState?.syncResult?.revision;
}

async function mended(fix: () => Promise<string>, environment: string, name: string): Promise<void> {
  const commit = await fix();
  const pushed = Date.now();
  await ready(environment, commit);
  const seconds = (Date.now() - pushed) / 1000;
  process.stderr.write(`${name}: Ready ${seconds.toFixed(1)} s after the fix was pushed\n`);
}
