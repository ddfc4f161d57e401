import * as fs from 'node:fs';
import * as path from 'node:path';
import { catalog, find } from '../../../sandbox/builder/catalog';
import { readGoMod } from '../../../sandbox/builder/go';

const root = path.join(__dirname, '..', '..', '..');
const pinned = catalog.filter(({ versionOf }) => versionOf !== undefined);

test.each(pinned.map((program) => [program.name, program] as const))(
  '%s is pinned and has its sums',
  async (_, { folder, versionOf = '' }) => {
    const { versionOf: version } = await readGoMod(folder);
    expect(version(versionOf)).toMatch(/^\d+\.\d+\.\d+$/);
    expect(fs.readFileSync(path.join(folder, 'go.sum'), 'utf8')).toContain(`${versionOf} v${version(versionOf)} h1:`);
  },
);

test('each comes after a program that is before it in the list: no two wait for each other', () => {
  catalog.forEach(({ name, after }, index) => {
    const before = catalog.slice(0, index).map((program) => program.name);
    expect([name, after === undefined ? index : before.includes(after)]).toEqual([name, index === 0 ? 0 : true]);
  });
});

/** The versions that a go.mod requires, by module. */
function requirements(folder: string): Map<string, string> {
  const text = fs.readFileSync(path.join(root, folder, 'go.mod'), 'utf8');
  return new Map(
    [...text.matchAll(/^(?:require )?\s*(\S+) (v\S+)(?: \/\/ indirect)?$/gm)].map(([, m = '', v = '']) => [m, v]),
  );
}

// Two versions of a module are compiled twice, and so is all that imports it: of golang.org/x/net, most of Kubernetes.
// How the official controllers speak with AWS is as upstream has it.
test.each([
  ['controllers', /^$/],
  ...['s3', 'iam', 'ec2'].map((service) => [`sandbox/programs/ack-${service}`, /aws/] as const),
] as const)('%s takes the versions of the cluster’s programs', (folder, butFor) => {
  const cluster = requirements('sandbox/programs/cluster');
  const all = [...requirements(folder)].filter(([module]) => cluster.has(module) && !butFor.test(module));
  expect(all.length).toBeGreaterThan(30);
  expect(Object.fromEntries(all)).toEqual(Object.fromEntries(all.map(([module]) => [module, cluster.get(module)])));
});

test('names that are not in it are refused', () => {
  const message = expect.stringMatching(/^docker: no such program.*etcd/) as string;
  expect(() => find(['etcd', 'docker'])).toThrow(expect.objectContaining({ ending: 'usage', message }));
});
