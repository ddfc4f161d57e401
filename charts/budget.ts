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

/** The environment's monthly spending limit, and who hears of it. */
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
        // Cost allocation tags, which must be activated once in the billing console. Dev and prod may share an account,
        // so the project's tag alone would count both. AWS does not document whether tags of different keys must all
        // match or any: if any, the budget counts too much and warns early, never too little.
        costFilters: { TagKeyValue: [`user:Environment$${env.name}`, `user:Project$${platform}`] },
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
