/** Versions that are pinned in one file and named in others: each of the others names the same. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

import { services } from '../../synthesis/kinds';

const root = path.join(__dirname, '..', '..');
const read = (file: string) => fs.readFileSync(path.join(root, file), 'utf8');

/** The first group of a match in a file, which must be there. */
function only(file: string, pattern: RegExp): string {
  const found = pattern.exec(read(file))?.[1];
  if (found === undefined) throw new Error(`${file}: found no ${String(pattern)}`);
  return found;
}

/** The major releases of Node.js that `make test-node` tries, the oldest first. */
const nodes = Object.keys((JSON.parse(read('test/node/package.json')) as { dependencies: object }).dependencies)
  .map((name) => name.replace('node-', ''))
  .sort((a, b) => Number(a) - Number(b));

interface Pinned {
  readonly version: string | undefined;
  /** What a mention looks like; its groups, joined with dots, are the version or the beginning of it. */
  readonly mention: RegExp;
  /** Files that mention it. */
  readonly amongThem: readonly string[];
}

const pinned: Record<string, Pinned> = {
  'Argo CD': {
    version: only('sandbox/programs/cluster/go.mod', /argo-cd\/v3 v(\S+)/),
    mention: /argo-?cd\S*?[ /:]v(\d+\.\d+\.\d+)|Argo CD \| (\d+\.\d+)/g,
    amongThem: ['docs/installation.md', 'sandbox/programs/cluster/go.mod'],
  },
  'Go, the oldest': {
    version: only('controllers/go.mod', /^go (\S+)$/m),
    mention: /\bGo (\d+\.\d+)\b|go-version: '(\d+\.\d+)'|oldest = { major: (\d+), minor: (\d+) }/g,
    amongThem: ['README.md', 'Makefile', '.github/workflows/ci.yaml', 'sandbox/builder/go.ts'],
  },
  'Node.js, the oldest': {
    version: nodes[0],
    mention: /Node(?:\.js)? (\d+) or newer|"node": ">=(\d+)"/g,
    amongThem: ['Makefile', 'package.json', 'docs/synthesis.md'],
  },
  'Node.js, recommended': {
    version: nodes.at(-1),
    mention: /\bNode (\d+) \(|node-version: (\d+)/g,
    amongThem: ['README.md', '.github/workflows/ci.yaml'],
  },
  'Python, the oldest': {
    version: only('sandbox/aws/python', /version_info < \((\d+, \d+)\)/).replace(', ', '.'),
    mention: /Python (\d+\.\d+) or newer|python-version: '(\d+\.\d+)'/g,
    amongThem: ['README.md', 'sandbox/aws/python', '.github/workflows/ci.yaml'],
  },
  'the official S3 controller': {
    version: services.s3.sandbox,
    mention: /official S3 controller \((\d+\.\d+\.\d+)\)/g,
    amongThem: ['docs/controllers.md', 'controllers/Makefile'],
  },
};

// A mention in a lock file or a test is not written by hand, or not meant.
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root })
  .toString()
  .trim()
  .split('\n')
  .filter(
    (file) => !/^(test|dist|imports)\/|go\.sum$|lock\.json$/.test(file) && fs.statSync(path.join(root, file)).isFile(),
  );

test.each(Object.entries(pinned))('%s is the same everywhere', (_, { version = '', mention, amongThem }) => {
  const mentions = files.flatMap((file) =>
    [...read(file).matchAll(mention)].map(([, ...groups]) => ({ file, found: groups.filter(Boolean).join('.') })),
  );
  expect(mentions.map(({ file }) => file)).toEqual(expect.arrayContaining([...amongThem]));
  expect(mentions.filter(({ found }) => !`${version}.`.startsWith(`${found}.`))).toEqual([]);
});
