import { everything, minimal } from '../fixtures';
import { fileOf, object } from '../rendered';

describe('budget', () => {
  test('minimal', () => {
    expect(fileOf(minimal, 'budget')).toMatchSnapshot();
  });

  test('with everything set', () => {
    expect(fileOf(everything, 'budget')).toMatchSnapshot();
  });

  test('notifies nobody without addresses', () => {
    expect(object(minimal, 'Budget').spec.notifications).toBeUndefined();
  });

  test('notifies at 80 % spent and 100 % forecast by default', () => {
    const env = { ...minimal, budget: { emails: ['ops@example.com'] } };
    const subscribers = [{ subscriptionType: 'EMAIL', address: 'ops@example.com' }];
    const common = { comparisonOperator: 'GREATER_THAN', thresholdType: 'PERCENTAGE', subscribers };
    expect(object(env, 'Budget').spec.notifications).toEqual([
      { ...common, notificationType: 'ACTUAL', threshold: 80 },
      { ...common, notificationType: 'FORECASTED', threshold: 100 },
    ]);
  });
});
