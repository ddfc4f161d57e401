import { type BuildFailureReason, classify } from '../../../sandbox/builder/failure';

const cases: Record<string, { stderr: string; want: BuildFailureReason }> = {
  'no space while linking': { stderr: 'link: writing output: write /x: no space left on device', want: 'disk-full' },
  'over quota': { stderr: 'mkdir /x: disk quota exceeded', want: 'disk-full' },
  'no name resolution': { stderr: 'dial tcp: lookup proxy.example: no such host', want: 'offline' },
  'a proxy that is switched off': { stderr: 'module lookup disabled by GOPROXY=off', want: 'offline' },
  'a disk that fills up while modules are fetched': {
    stderr: 'Get "https://proxy.example": dial tcp: i/o timeout\nwrite /x: no space left on device',
    want: 'disk-full',
  },
  'anything else': { stderr: './main.go:3: undefined: x', want: 'compile' },
};

test.each(Object.entries(cases))('%s', (_, { stderr, want }) => {
  expect(classify(stderr)).toBe(want);
});
