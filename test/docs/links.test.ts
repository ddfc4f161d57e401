import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';

import { anchorsOf, linksOf } from './markdown';

const root = path.join(__dirname, '..', '..');
const read = (page: string) => fs.readFileSync(path.join(root, page), 'utf8');
const pages = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: root })
  .toString()
  .trim()
  .split('\n');

/** Why a link of a page leads nowhere; undefined for one that does lead somewhere, and for one to another site. */
function problem(page: string, link: string): string | undefined {
  if (/^[a-z]+:/.test(link)) return undefined;
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? page : path.join(path.dirname(page), file);
  if (!fs.existsSync(path.join(root, target))) return `${link}: there is no ${target}`;
  if (anchor !== undefined && !anchorsOf(read(target)).includes(anchor))
    return `${link}: ${target} has no such heading`;
  return undefined;
}

test.each(pages)('every link and anchor in %s leads somewhere', (page) => {
  expect(linksOf(read(page)).flatMap((link) => problem(page, link) ?? [])).toEqual([]);
});

test('docs/README.md lists every page of docs/', () => {
  const listed = linksOf(read('docs/README.md')).map((link) => `docs/${link.split('#')[0]}`);
  const missing = pages.filter((page) => path.dirname(page) === 'docs' && page !== 'docs/README.md');
  expect(missing.filter((page) => !listed.includes(page))).toEqual([]);
});

describe('linksOf', () => {
  test.each([
    ['a link and an image', '[a](b.md) ![c](d.svg)', ['b.md', 'd.svg']],
    ['a link whose text is broken into lines', '[a\nb](c.md#d)', ['c.md#d']],
    ['code is no link', '`[a](b.md)`\n```\n[c](d.md)\n```\n[e](f.md)', ['f.md']],
  ])('%s', (_, markdown, links) => {
    expect(linksOf(markdown)).toEqual(links);
  });
});

describe('anchorsOf', () => {
  test.each([
    ['lower case, dashes for spaces, no punctuation', '## What is wrong?', ['what-is-wrong']],
    ['code and links count as their text', '# `a_b` and [c](d.md)', ['a_b-and-c']],
    ['a heading that occurs twice is numbered', '# A\n# A', ['a', 'a-1']],
    ['a comment in a code block is no heading', '```sh\n# A\n```', []],
  ])('%s', (_, markdown, anchors) => {
    expect(anchorsOf(markdown)).toEqual(anchors);
  });
});
