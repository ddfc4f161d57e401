import { compiling } from '../../../sandbox/builder/progress';

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
