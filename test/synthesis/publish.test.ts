import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { publish } from '../../synthesis/publish';

describe('publish', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'publish-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const content = () => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();

  test('makes the folder', () => {
    const dist = join(folder, 'dist');
    expect(publish(dist, new Map([['dev/a.yaml', 'a']]))).toEqual({
      written: ['dev/a.yaml'],
      removed: [],
    });
    expect(readFileSync(join(dist, 'dev/a.yaml'), 'utf8')).toBe('a');
  });

  test('leaves what is the same untouched', () => {
    publish(folder, new Map([['dev/a.yaml', 'a'], ['dev/b.yaml', 'b']])); // prettier-ignore
    utimesSync(join(folder, 'dev/a.yaml'), 1, 1);
    expect(publish(folder, new Map([['dev/a.yaml', 'a'], ['dev/b.yaml', 'c']]))).toEqual({ written: ['dev/b.yaml'], removed: [] }); // prettier-ignore
    expect(statSync(join(folder, 'dev/a.yaml')).mtimeMs).toBe(1000);
  });

  test('removes what is stale, and the folders that it leaves empty', () => {
    mkdirSync(join(folder, 'old/deep'), { recursive: true });
    writeFileSync(join(folder, 'old/deep/x.yaml'), 'x');
    writeFileSync(join(folder, 'stray'), 'x');
    symlinkSync('nowhere', join(folder, 'link'));
    expect(publish(folder, new Map([['dev/a.yaml', 'a']])).removed).toEqual(['link', 'old/deep/x.yaml', 'stray']);
    expect(content()).toEqual(['dev', 'dev/a.yaml']);
  });

  test('does not hide that it may not read the folder', () => {
    writeFileSync(join(folder, 'dist'), 'a file');
    expect(() => publish(join(folder, 'dist'), new Map())).toThrow(/ENOTDIR/);
  });
});
