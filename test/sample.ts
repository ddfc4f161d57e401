/** How much of a long sweep a test takes: a sample that differs from day to day (`make test`), or all (`make test-long`). */

/** Whether all of it is asked for: TEST_LONG=1. */
export const long = process.env['TEST_LONG'] === '1';

/** What a sample is chosen by, a whole number: TEST_SEED. @default the number of the day, the same all over the world */
export const seed = Number(process.env['TEST_SEED'] ?? Math.floor(Date.now() / 86_400_000));
