"""An account's Budgets, with one budget that has one notification."""

from typing import Any

import pytest

from conftest import ACCOUNT, Aws

BUDGET = {
    "BudgetName": "monthly",
    "BudgetType": "COST",
    "TimeUnit": "MONTHLY",
    "BudgetLimit": {"Amount": "10", "Unit": "USD"},
    "CostFilters": {"TagKeyValue": ["user:Project$platform"]},
}
NOTIFICATION = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}
SETTLED = {**NOTIFICATION, "ThresholdType": "PERCENTAGE"}
EMAIL = {"SubscriptionType": "EMAIL", "Address": "on-call@example.com"}
TOPIC = {"SubscriptionType": "SNS", "Address": "arn:aws:sns:eu-central-1:120569615884:alarms"}
ARN = f"arn:aws:budgets::{ACCOUNT}:budget/monthly"


class Budgets:
    """The client, for one account and budget."""

    def __init__(self, aws: Aws) -> None:
        self.client = aws("budgets")

    def __call__(self, action: str, **parameters: Any) -> Any:
        return getattr(self.client, action)(AccountId=ACCOUNT, **parameters)

    def of(self, action: str, **parameters: Any) -> Any:
        return self(action, BudgetName="monthly", **parameters)

    def notifications(self) -> list[dict[str, Any]]:
        return list(self.of("describe_notifications_for_budget")["Notifications"])

    def subscribers(self) -> list[dict[str, str]]:
        return list(self.of("describe_subscribers_for_notification", Notification=NOTIFICATION)["Subscribers"])


@pytest.fixture
def budgets(aws: Aws) -> Budgets:
    """Budgets with one budget, whose notification goes to one address."""
    budgets = Budgets(aws)
    told = [{"Notification": NOTIFICATION, "Subscribers": [EMAIL]}]
    budgets("create_budget", Budget=BUDGET, NotificationsWithSubscribers=told)
    return budgets
