/**
 * What is deleted goes, and what belongs to it: the two controllers of programs/cluster/kube-controller-manager see to
 * that. Argo CD and people rely on both.
 */
import { setTimeout } from 'node:timers/promises';
import { kubectl } from './sandbox';

const namespace = 'e2e-deletion';

beforeAll(async () => {
  await kubectl().run(['create', 'namespace', namespace]);
});
afterAll(async () => {
  await kubectl().run(['delete', 'namespace', namespace, '--ignore-not-found']);
});

interface Meta {
  readonly name: string;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly object[];
}

/** Creates an object and returns its uid. */
async function create(apiVersion: string, kind: string, metadata: Meta): Promise<string> {
  const spec = kind === 'AppProject' ? { spec: {} } : {};
  const stdin = JSON.stringify({ apiVersion, kind, metadata: { namespace, ...metadata }, ...spec });
  return kubectl().run(['create', '--filename=-', '--output=jsonpath={.metadata.uid}'], { stdin });
}

/** What JSONPath finds in an object; undefined when there is no such object. */
async function read(kind: string, name: string, path: string): Promise<string | undefined> {
  const args = ['get', kind, name, `--namespace=${namespace}`, '--ignore-not-found', `--output=jsonpath=+${path}`];
  const found = await kubectl().run(args);
  return found === '' ? undefined : found.slice(1);
}

/** Waits until a check holds; the test's own time limit ends it. */
async function until(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await setTimeout(100);
}

// A kind that is built in and one that is not: they are found in different ways.
const owners = [
  ['v1', 'ConfigMap'],
  ['argoproj.io/v1alpha1', 'AppProject'],
] as const;

describe.each(owners)('of what belongs to a deleted %s %s', (apiVersion, kind) => {
  /** Makes an owner and what belongs to it, and deletes the owner. */
  async function deleteOwner(cascade: string): Promise<void> {
    const uid = await create(apiVersion, kind, { name: 'owner' });
    const ownerReferences = [{ apiVersion, kind, name: 'owner', uid, blockOwnerDeletion: true }];
    await create('v1', 'ConfigMap', { name: 'dependent', ownerReferences });
    const args = [kind, 'owner', `--namespace=${namespace}`, `--cascade=${cascade}`, '--wait=false'];
    await kubectl().run(['delete', ...args]);
  }
  const isGone = async (name: string, of: string) => (await read(of, name, '{.metadata.name}')) === undefined;

  test.each(['background', 'foreground'])('all goes, deleted in the %s', async (cascade) => {
    await deleteOwner(cascade);
    await until(() => isGone('owner', kind));
    await until(() => isGone('dependent', 'ConfigMap'));
  });

  test('nothing goes when it is left an orphan, and it has no owner any more', async () => {
    await deleteOwner('orphan');
    await until(() => isGone('owner', kind));
    expect(await read('ConfigMap', 'dependent', '{.metadata.ownerReferences}')).toBe('');
    await kubectl().run(['delete', 'ConfigMap', 'dependent', `--namespace=${namespace}`]);
  });
});

test('a namespace goes with what is in it, at once', async () => {
  await create('v1', 'ConfigMap', { name: 'something' });
  await create('argoproj.io/v1alpha1', 'AppProject', { name: 'something' });
  const started = Date.now();
  await kubectl().run(['delete', 'namespace', namespace, '--timeout=60s']);
  // Upstream's controller waits five seconds before it begins.
  expect(Date.now() - started).toBeLessThan(5000);
  await kubectl().run(['create', 'namespace', namespace]);
  expect(await read('ConfigMap', 'something', '{.metadata.name}')).toBeUndefined();
});

test('a namespace waits for an object that somebody else has to let go', async () => {
  await create('v1', 'ConfigMap', { name: 'kept', finalizers: ['e2e.example/keep'] });
  await kubectl().run(['delete', 'namespace', namespace, '--wait=false']);
  const reason = '{.status.conditions[?(@.type=="NamespaceFinalizersRemaining")].status}';
  await until(async () => (await read('namespace', namespace, reason)) === 'True');
  const patch = ['--type=merge', '--patch={"metadata":{"finalizers":null}}'];
  await kubectl().run(['patch', 'ConfigMap', 'kept', `--namespace=${namespace}`, ...patch]);
  await kubectl().run(['wait', '--for=delete', `namespace/${namespace}`, '--timeout=60s']);
});
