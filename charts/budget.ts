import type { Construct } from 'constructs';

import { platform, type Environment } from '../environments/schema';
import {
  Budget,
  BudgetSpecBudgetType,
  BudgetSpecNotificationsComparisonOperator as ComparisonOperator,
  BudgetSpecNotificationsNotificationType as NotificationType,
  BudgetSpecNotificationsSubscribersSubscriptionType as SubscriptionType,
  BudgetSpecNotificationsThresholdType as ThresholdType,
  BudgetSpecTimeUnit,
  type BudgetSpecNotifications,
} from '../imports/budgets.services.k8s.aws';
import { EnvironmentChart, objectName } from './lib/chart';

/** The environment's monthly spending limit, and who is told when it is reached. */
export class EnvironmentBudget extends EnvironmentChart {
  constructor(scope: Construct, env: Environment) {
    super(scope, 'budget', env);
    const { budget: name } = this.names;
    new Budget(this, 'budget', {
      metadata: { name: objectName(name) },
      spec: {
        name,
        budgetType: BudgetSpecBudgetType.COST,
        timeUnit: BudgetSpecTimeUnit.MONTHLY,
        budgetLimit: { amount: String(env.budget.limitUSD), unit: 'USD' },
        // These are cost allocation tags, which somebody must activate once in the billing console. Dev and prod may
        // share an account, so the tag Project alone would count both. Keys are written as in Cost Explorer, without
        // the "user:" of costFilters.
        filterExpression: {
          and: [{ tags: { key: 'Environment', values: [env.name] } }, { tags: { key: 'Project', values: [platform] } }],
        },
        // What AWS bills. A filter needs metrics: without them AWS shows no figures for the budget.
        metrics: ['UnblendedCost'],
        notifications: this.notifications(),
        tags: this.tags.map(),
      },
    });
  }

  private notifications(): BudgetSpecNotifications[] | undefined {
    const { emails, actualThresholds, forecastThresholds } = this.env.budget;
    if (emails.length === 0) return undefined;
    const notify = (notificationType: NotificationType) => (threshold: number) => ({
      notificationType,
      comparisonOperator: ComparisonOperator.GREATER_UNDERSCORE_THAN,
      threshold,
      thresholdType: ThresholdType.PERCENTAGE,
      subscribers: emails.map((address) => ({ subscriptionType: SubscriptionType.EMAIL, address })),
    });
    return [
      ...actualThresholds.map(notify(NotificationType.ACTUAL)),
      ...forecastThresholds.map(notify(NotificationType.FORECASTED)),
    ];
  }
}
