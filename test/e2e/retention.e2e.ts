/** prod's data outlives its manifests, no object of it goes before a person confirms, and the data is adopted again. */
import { setTimeout } from 'node:timers/promises';
import { callsSince, lastCall, readState, writesDuring } from './aws';
import { countData, dataOf, fill } from './data';
import { application, Clone, confirmDeletion, eventually, get, ready, settled } from './platform';
import { changes, type State } from './state';

const { bucket, table } = dataOf('prod');
const data = [`s3 bucket ${bucket}`, `dynamodb table ${table}`, `ecr repository ${bucket}`];
const manifests = 'dist/prod/storage.k8s.yaml';

let clone: Clone;
let before: State;
let filled: Awaited<ReturnType<typeof countData>>;

beforeAll(async () => {
  await settled();
  clone = await Clone.make();
  before = await readState();
  await fill('prod', { objects: 20 });
  filled = await countData('prod');
});

test('nothing goes before a person confirms', async () => {
  const written = await writesDuring(async () => {
    await clone.edit('environments/index.ts', '[dev, prod]', '[dev]');
    await clone.edit('environments/index.ts', "import { prod } from './prod';\n", '');
    await clone.synth();
    await clone.push('Remove prod');
    await eventually(async () => expect((await application('prod'))?.metadata.deletionTimestamp).toBeDefined());
    await setTimeout(10_000); // As long as the deletion of an environment takes.
  });
  expect(written).toEqual([]);
  expect(changes(before, await readState())).toEqual({});
});

test('after that everything goes but the data', async () => {
  await confirmDeletion('prod');
  await eventually(async () => expect(await application('prod')).toBeUndefined());
  const others = Object.keys(before).filter((name) => name.endsWith('prod') && !data.includes(name));
  expect(changes(before, await readState())).toEqual(Object.fromEntries(others.map((name) => [name, 'removed'])));
  expect(await countData('prod')).toEqual(filled);
});

test('what is there already is adopted, not made anew', async () => {
  await clone.undo();
  const start = await lastCall();
  await ready('prod', await clone.push('prod again, with the data that is there'));
  const created = (await callsSince(start)).filter(({ action }) => /^Create(Bucket|Table|Repository)$/.test(action));
  expect(created).toEqual([]);
  const after = await readState();
  for (const name of data)
    expect(changes({ [name]: before[name] ?? null }, { [name]: after[name] ?? null })).toEqual({});
  expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
  expect(await countData('prod')).toEqual(filled);
});

test('one object of data that is taken out of Git waits for a person, too, and leaves the data', async () => {
  const repository = () =>
    get('prod', 'repositories.ecr.services.k8s.aws', '--ignore-not-found', '{.items[*].metadata.name}');
  await settled();
  const state = await readState();
  const written = await writesDuring(async () => {
    await clone.edit(manifests, /^---\napiVersion: ecr[^]*/m, '');
    const commit = await clone.push('Remove the repository');
    await eventually(async () => {
      const { phase, message } = (await application('prod'))?.status?.operationState ?? {};
      expect(phase).toBe('Running');
      expect(message).toMatch(/pruning confirmation of ecr\.services\.k8s\.aws\/Repository/);
    });
    expect(await repository()).toBe(bucket);
    await confirmDeletion('prod');
    await ready('prod', commit);
    expect(await repository()).toBe('');
  });
  expect(written).toEqual([]);
  expect(changes(state, await readState())).toEqual({});
  await ready('prod', await clone.revert());
  expect(await repository()).toBe(bucket);
});

test('and all is managed as before', async () => {
  await clone.restore();
  expect(Object.keys(await readState()).sort()).toEqual(Object.keys(before).sort());
});
