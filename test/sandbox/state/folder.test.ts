import * as fs from 'node:fs';
import { Folder } from '../../../sandbox/state/folder';
import { temporaryFolder } from '../process/fakes';

test.each(['', '../up', 'Upper', '-x', 'a'.repeat(31), 'a/b', 'a b'])('refuses the name "%s"', (name) => {
  expect(() => new Folder(name)).toThrow(expect.objectContaining({ name: 'Expected', ending: 'usage' }));
});

test.each([
  ['default', 'make up'],
  ['other', 'SANDBOX=other make up'],
])('what the user of %s types', (name, command) => {
  expect(new Folder(name).make('up')).toBe(command);
});

test('nobody but the user may look inside', async () => {
  const folder = new Folder('one', temporaryFolder());
  await folder.create('secrets');
  expect([folder.root, folder.path('secrets')].map((path) => fs.statSync(path).mode & 0o777)).toEqual([0o700, 0o700]);
});
