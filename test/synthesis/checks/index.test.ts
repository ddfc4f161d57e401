import { check, CheckError } from '../../../synthesis/checks';
import { environments } from '../../../environments';
import { everything, minimal } from '../../fixtures';
import { rendered } from '../../rendered';

describe('what the charts make', () => {
  test.each([minimal, everything, ...environments])('of $name breaks no rule', async (env) => {
    expect(await check(rendered(env))).toEqual([]);
  });
});

describe('the report', () => {
  test('names the object, the field, the rule and the fix', () => {
    const violation = {
      object: 'dev Bucket/b',
      field: 'spec.policy',
      rule: 'plain HTTP must be denied',
      fix: 'deny it',
    };
    expect(new CheckError([violation]).message).toBe(
      '1 manifest broke a rule:\n  dev Bucket/b: spec.policy: plain HTTP must be denied\n    fix: deny it',
    );
    expect(new CheckError([violation, violation]).message).toMatch(/^2 places in the manifests broke a rule:\n/);
  });
});
