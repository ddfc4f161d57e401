import * as fs from 'node:fs';
import * as path from 'node:path';
import { catalog, find } from '../../../sandbox/builder/catalog';
import { readGoMod } from '../../../sandbox/builder/go';

const pinned = catalog.filter(({ versionOf }) => versionOf !== undefined);

test.each(pinned.map((program) => [program.name, program] as const))(
  '%s is pinned and has its sums',
  async (_, { folder, versionOf = '' }) => {
    const { versionOf: version } = await readGoMod(folder);
    expect(version(versionOf)).toMatch(/^\d+\.\d+\.\d+$/);
    expect(fs.readFileSync(path.join(folder, 'go.sum'), 'utf8')).toContain(`${versionOf} v${version(versionOf)} h1:`);
  },
);

test('names that are not in it are refused', () => {
  const message = expect.stringMatching(/^docker: no such program.*etcd/) as string;
  expect(() => find(['etcd', 'docker'])).toThrow(expect.objectContaining({ ending: 'usage', message }));
});
