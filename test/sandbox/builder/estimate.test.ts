import { Estimate } from '../../../sandbox/builder/estimate';

const small = { name: 'small', cost: { packages: 100, seconds: 100 } };
const large = { name: 'large', cost: { packages: 1000, seconds: 500 } };
const minutes = (estimate: Estimate, elapsed: number) => estimate.left(elapsed * 60_000) / 60_000;

test('before anything is seen it takes what the costs say, spread over the cores', () => {
  expect(minutes(new Estimate([small, large], 2), 0)).toBeCloseTo(5);
  expect(minutes(new Estimate([small, large], 1), 0)).toBeCloseTo(10);
});

test('less is left as packages are compiled and programs built, and in the end nothing', () => {
  const estimate = new Estimate([small, large], 2);
  estimate.compiled('small', 50, 100);
  const half = estimate.left(0);
  estimate.built('small');
  const one = estimate.left(0);
  expect(half).toBeLessThan(300_000);
  expect(one).toBeLessThan(half);
  estimate.built('large');
  expect(estimate.left(1000)).toBe(0);
});

test('a slower machine takes longer, and the more is seen of it the surer that is', () => {
  const left = (done: number, elapsed: number) => {
    const estimate = new Estimate([large], 1);
    estimate.compiled('large', done, 1000);
    return minutes(estimate, elapsed) / (7.5 * (1 - done / 1000) + 5 / 6);
  };
  // Twice as long as expected, each time: 450 seconds for a thousand packages.
  expect(left(100, 1.5)).toBeGreaterThan(1.5);
  expect(left(100, 1.5)).toBeLessThan(left(900, 13.5));
  expect(left(900, 13.5)).toBeCloseTo(2, 0);
});

test('what Go has in its own cache takes no time: only the linker is left', () => {
  const estimate = new Estimate([large], 1);
  estimate.compiled('large', 0, 0);
  expect(estimate.left(0)).toBeCloseTo(50_000);
});

test('programs that it does not know take no time', () => {
  const estimate = new Estimate([], 1);
  estimate.compiled('aws', 1, 2);
  estimate.built('aws');
  expect(estimate.left(60_000)).toBe(0);
});
