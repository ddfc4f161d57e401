import { compiling, showBuild } from '../../../sandbox/builder/progress';

const event = (done: number, total: number, elapsed: number) =>
  ({ kind: 'compiling', program: 'x', done, total, elapsed }) as const;

test.each<[string, ReturnType<typeof event>, string]>([
  ['early, an estimate would be noise', event(5, 100, 1000), '5 of 100 packages, 1.0s'],
  ['later, there is one', event(25, 100, 10_000), '25 of 100 packages, 10.0s, about 30.0s left'],
  ['after the last package comes the linker', event(100, 100, 40_000), 'linking, 40.0s'],
  ['with nothing to compile, too', event(0, 0, 100), 'linking, 0.1s'],
])('%s', (_, subject, want) => {
  expect(compiling(subject)).toBe(want);
});

test('shows two that are being built at the same time side by side', () => {
  const shown: (string | undefined)[] = [];
  const plain = (text: string) => text;
  const show = showBuild({
    line: () => undefined,
    status: (text) => shown.push(text),
    style: { ok: plain, bad: plain, dim: plain },
  });
  show(event(5, 100, 1000));
  show({ kind: 'installing', program: 'aws', elapsed: 2000 });
  show({ kind: 'built', program: 'x', elapsed: 3000 });
  show({ kind: 'built', program: 'aws', elapsed: 4000 });
  expect(shown).toEqual([
    '  x: 5 of 100 packages, 1.0s',
    '  x: 5 of 100 packages, 1.0s; aws: installing Python packages, 2.0s',
    '  aws: installing Python packages, 2.0s',
    undefined,
  ]);
});
