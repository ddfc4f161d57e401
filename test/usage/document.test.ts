import { blocksOf, printsAsShown } from './document';

const fence = '```';

describe('blocksOf', () => {
  test('finds what can be run, with its line', () => {
    const page = ['# Page', '', `${fence}bash`, 'echo 1', 'echo 2', fence, '', `${fence}python`, 'print(3)', fence];
    expect(blocksOf(page.join('\n'))).toEqual([
      { language: 'bash', code: 'echo 1\necho 2\n', line: 4 },
      { language: 'python', code: 'print(3)\n', line: 9 },
    ]);
  });

  const shown = (...between: string[]) => [`${fence}bash`, 'echo 1', fence, ...between, `${fence}text`, '1', fence];

  test.each<[string, string[], string | undefined]>([
    ['a text block right behind it shows its output', shown(''), '1'],
    ['a text block behind a sentence is only text', shown('', 'A sentence.', ''), undefined],
    ['a text block behind one that is not run is only text', shown('', `${fence}console`, '$ x', fence, ''), undefined],
  ])('%s', (_, page, output) => {
    expect(blocksOf(page.join('\n'))[0]?.output).toBe(output);
  });

  test('leaves other languages and plain fences alone', () => {
    const page = [`${fence}console`, '$ docker push', fence, fence, 'a picture', fence, `${fence}text`, 'x', fence];
    expect(blocksOf(page.join('\n'))).toEqual([]);
  });

  test('a fence in the middle of a line is code', () => {
    expect(blocksOf(`${fence}bash\necho '${fence}'\n${fence}\n`)[0]?.code).toBe(`echo '${fence}'\n`);
  });
});

test.each([
  ['the same', 'a\nb\n', 'a\nb', true],
  ['something else', 'a\nc\n', 'a\nb', false],
  ['more than is shown', 'a\nb\nc\n', 'a\nb', false],
  ['anything where the dots are, lines too', 'a 1\n2 b\n', 'a … b', true],
  ['only where the dots are', 'x a 1 b\n', 'a … b', false],
  ['what a regular expression would take', 'axb\n', 'a.b', false],
  ['nothing', '', 'a', false],
])('printsAsShown: %s', (_, output, shown, expected) => {
  expect(printsAsShown(output, shown)).toBe(expected);
});
