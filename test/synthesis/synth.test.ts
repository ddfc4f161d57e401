import { CheckError } from '../../synthesis/checks';
import { synthesize } from '../../synthesis/synth';
import { EnvironmentError } from '../../environments/schema';
import { everything, minimal } from '../fixtures';

describe('synthesize', () => {
  test('makes one file a chart and environment', async () => {
    const charts = ['namespace', 'storage', 'network', 'roles', 'batch', 'orchestration', 'budget', 'outputs'];
    expect([...(await synthesize([minimal, everything])).keys()]).toEqual(
      ['minimal', 'everything'].flatMap((env) => charts.map((chart) => `${env}/${chart}.k8s.yaml`)),
    );
  });

  test('makes the same bytes again, whatever the environment variables', async () => {
    const before = await synthesize([minimal]);
    process.env['CDK8S_DISABLE_SORT'] = 'true';
    try {
      expect(await synthesize([minimal])).toEqual(before);
    } finally {
      delete process.env['CDK8S_DISABLE_SORT'];
    }
  });

  test('refuses a bad environment', async () => {
    await expect(synthesize([{ ...minimal, account: 'x' }])).rejects.toBeInstanceOf(EnvironmentError);
  });

  test('refuses what breaks a rule: a name that AWS allows and Kubernetes does not', async () => {
    const refused = synthesize([
      { ...minimal, names: { table: `sanders_daily_customer_features_${'x'.repeat(223)}` } },
    ]);
    await expect(refused).rejects.toBeInstanceOf(CheckError);
    await expect(refused).rejects.toThrow(/minimal Table\/.*: metadata\.name: /);
  });
});
