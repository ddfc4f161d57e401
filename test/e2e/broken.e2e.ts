/** A broken manifest that gets into Git never gets to AWS, and the Application says why. */
import { readState, writesDuring } from './aws';
import { application, Clone, complaints, eventually, settled } from './platform';
import { changes } from './state';

interface Case {
  readonly edit: (clone: Clone) => Promise<void>;
  /** What the Application must say. */
  readonly says: readonly RegExp[];
}

const file = 'dist/dev/batch.k8s.yaml';

const cases: Record<string, Case> = {
  'no YAML': {
    edit: (clone) => clone.edit(file, 'spec:', 'spec: {'),
    says: [/batch\.k8s\.yaml/],
  },
  'a kind that the project does not admit': {
    edit: (clone) =>
      clone.write(
        'dist/dev/user.k8s.yaml',
        JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key' } }),
      ),
    says: [/Secret/, /not permitted in project/],
  },
  'a size that Fargate does not offer': {
    edit: (clone) => clone.edit(file, 'value: "2048"', 'value: "2049"'),
    says: [/sanders-job-2g-dev/, /MEMORY|memory/],
  },
  'a field that does not exist': {
    edit: (clone) => clone.edit(file, 'maxvCPUs: 16', 'maxvCPU: 16'),
    says: [/sanders-batch-compute-dev/, /maxvCPU/],
  },
  'an immutable field that changes': {
    edit: (clone) =>
      clone.edit('dist/dev/storage.k8s.yaml', 'tableName: sanders_daily_customer_features_dev', 'tableName: other'),
    says: [/sanders-daily-customer-features-dev/, /tableName/],
  },
};

let clone: Clone;

beforeAll(async () => {
  await settled();
  clone = await Clone.make();
});

afterEach(() => clone.restore());

test.each(Object.entries(cases))('%s', async (name, { edit, says }) => {
  const before = await readState();
  const written = await writesDuring(async () => {
    await edit(clone);
    await clone.push(name);
    await eventually(async () => {
      const found = await application('dev');
      for (const text of says) expect(found && complaints(found)).toMatch(text);
    });
  });
  expect(written).toEqual([]);
  expect(changes(before, await readState())).toEqual({});
});
