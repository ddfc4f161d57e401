/**
 * A broken manifest that gets into Git never gets to AWS, and the Application says why. Two environments are broken at a time, each
 * in its own way; neither knows of the other.
 */
import { readState, writesDuring } from '../aws';
import { application, Clone, complaints, eventually, settled } from '../platform';
import { changes } from '../state';

interface Case {
  readonly edit: (clone: Clone, environment: string) => Promise<void>;
  /** What the Application must say. */
  readonly says: (environment: string) => readonly RegExp[];
}

const cases: Record<string, Case> = {
  'a size that Fargate does not offer': {
    edit: (clone, e) => clone.edit(`dist/${e}/batch.k8s.yaml`, 'value: "2048"', 'value: "2049"'),
    says: (e) => [new RegExp(`sanders-job-2g-${e}`), /MEMORY|memory/],
  },
  'an immutable field that changes': {
    edit: (clone, e) =>
      clone.edit(`dist/${e}/storage.k8s.yaml`, `tableName: sanders_daily_customer_features_${e}`, 'tableName: other'),
    says: (e) => [new RegExp(`sanders-daily-customer-features-${e}`), /tableName/],
  },
  'a field that does not exist': {
    edit: (clone, e) => clone.edit(`dist/${e}/batch.k8s.yaml`, 'maxvCPUs: 16', 'maxvCPU: 16'),
    says: (e) => [new RegExp(`sanders-batch-compute-${e}`), /maxvCPU/],
  },
  'a kind that the project does not admit': {
    edit: (clone, e) =>
      clone.write(
        `dist/${e}/user.k8s.yaml`,
        JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key' } }),
      ),
    says: () => [/Secret/, /not permitted in project/],
  },
  'no YAML': {
    edit: (clone, e) => clone.edit(`dist/${e}/batch.k8s.yaml`, 'spec:', 'spec: {'),
    says: () => [/batch\.k8s\.yaml/],
  },
};

const environments = ['dev', 'prod'];
const names = Object.keys(cases);
/** Each pair of cases is broken by one commit. */
const pairs = Array.from({ length: Math.ceil(names.length / 2) }, (_, i) => [names.slice(2 * i, 2 * i + 2)] as const);

let clone: Clone;

beforeAll(async () => {
  await settled();
  clone = await Clone.make();
});

afterAll(() => clone.restore());

test.each(pairs)('%j', async (pair) => {
  const broken = pair.map((name, i) => ({ ...(cases[name] as Case), environment: environments[i] ?? '' }));
  const before = await readState();
  const written = await writesDuring(async () => {
    await clone.undo();
    for (const { edit, environment } of broken) await edit(clone, environment);
    await clone.push(pair.join(', '));
    for (const { says, environment } of broken) await eventually(() => complains(environment, says(environment)));
  });
  expect(written).toEqual([]);
  expect(changes(before, await readState())).toEqual({});
});

async function complains(environment: string, says: readonly RegExp[]): Promise<void> {
  const found = await application(environment);
  for (const text of says) expect(found && complaints(found)).toMatch(text);
}
