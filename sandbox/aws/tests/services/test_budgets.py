"""AWS Budgets."""

from typing import Any

import pytest

from conftest import ACCOUNT, Aws, code_of

rule = pytest.mark.rule
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
    """Budgets with one, which tells one address."""
    budgets = Budgets(aws)
    told = [{"Notification": NOTIFICATION, "Subscribers": [EMAIL]}]
    budgets("create_budget", Budget=BUDGET, NotificationsWithSubscribers=told)
    return budgets


@rule("budgets.create_budget")
@rule("budgets.describe_budget")
@rule("budgets.describe_budgets")
@pytest.mark.parametrize("how", ["one", "all"])
def test_normalised(budgets: Budgets, how: str) -> None:
    found = budgets.of("describe_budget")["Budget"] if how == "one" else budgets("describe_budgets")["Budgets"][0]
    assert found["BudgetLimit"] == {"Amount": "10.0", "Unit": "USD"}
    assert found["CostTypes"]["IncludeTax"] is True
    assert found["TimePeriod"]["End"].year == 2087
    assert "ForecastedSpend" not in found["CalculatedSpend"]


@rule("budgets.create_budget")
@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"BudgetLimit": {"Amount": "ten", "Unit": "USD"}}, id="no number"),
        pytest.param({"BudgetLimit": {"Amount": "-1", "Unit": "USD"}}, id="negative"),
        pytest.param({"BudgetLimit": {"Amount": "1", "Unit": "GB"}}, id="unit"),
        pytest.param({"BudgetName": "a:b"}, id="name"),
        pytest.param({"TimePeriod": {"Start": 2_000_000_000, "End": 1_000_000_000}}, id="ends before it starts"),
    ],
)
def test_refused(aws: Aws, change: dict[str, Any]) -> None:
    parameters = {"AccountId": ACCOUNT, "Budget": {**BUDGET, **change}}
    assert code_of(aws("budgets").create_budget, **parameters) == "InvalidParameterException"


@rule("budgets.update_budget")
def test_update(budgets: Budgets) -> None:
    changed = {**BUDGET, "BudgetLimit": {"Amount": "12.50", "Unit": "USD"}}
    budgets("update_budget", NewBudget=changed)
    assert budgets.of("describe_budget")["Budget"]["BudgetLimit"]["Amount"] == "12.50"
    assert len(budgets.notifications()) == 1
    other = {**BUDGET, "BudgetName": "other"}
    assert code_of(budgets, action="update_budget", NewBudget=other) == "NotFoundException"


def test_delete(budgets: Budgets) -> None:
    assert code_of(budgets, action="create_budget", Budget=BUDGET) == "DuplicateRecordException"
    budgets.of("delete_budget")
    assert code_of(budgets.of, action="describe_budget") == "NotFoundException"


@rule("budgets.delete_budget")
def test_another_accounts_budget(budgets: Budgets) -> None:
    parameters = {"AccountId": "999999999999", "BudgetName": "monthly"}
    assert code_of(budgets.client.delete_budget, **parameters) == "AccessDeniedException"


@rule("budgets.create_notification")
@rule("budgets.describe_notifications")
def test_notifications(budgets: Budgets) -> None:
    assert budgets.notifications() == [{**SETTLED, "NotificationState": "OK"}]
    same = {"Notification": SETTLED, "Subscribers": [EMAIL]}
    assert code_of(budgets.of, action="create_notification", **same) == "DuplicateRecordException"
    for threshold in range(9):
        other = {**NOTIFICATION, "Threshold": threshold + 1.0}
        budgets.of("create_notification", Notification=other, Subscribers=[EMAIL])
    more = {"Notification": {**NOTIFICATION, "Threshold": 99.0}, "Subscribers": [EMAIL]}
    assert code_of(budgets.of, action="create_notification", **more) == "CreationLimitExceededException"
    page = budgets.of("describe_notifications_for_budget", MaxResults=3)
    assert len(page["Notifications"]) == 3
    assert page["NextToken"]


@rule("budgets.update_notification")
def test_update_notification(budgets: Budgets) -> None:
    changed = {**NOTIFICATION, "Threshold": 90.0}
    budgets.of("update_notification", OldNotification=NOTIFICATION, NewNotification=changed)
    assert [found["Threshold"] for found in budgets.notifications()] == [90.0]


@rule("budgets.delete_notification")
def test_delete_notification(budgets: Budgets) -> None:
    unknown = {**NOTIFICATION, "Threshold": 1.0}
    assert code_of(budgets.of, action="delete_notification", Notification=unknown) == "NotFoundException"
    budgets.of("delete_notification", Notification=NOTIFICATION)
    assert budgets.notifications() == []


@rule("budgets.create_subscriber")
@rule("budgets.describe_subscribers")
def test_subscribers(budgets: Budgets) -> None:
    budgets.of("create_subscriber", Notification=NOTIFICATION, Subscriber=TOPIC)
    assert budgets.subscribers() == [EMAIL, TOPIC]
    parameters = {"action": "create_subscriber", "Notification": NOTIFICATION}
    assert code_of(budgets.of, **parameters, Subscriber=EMAIL) == "DuplicateRecordException"
    other = {**TOPIC, "Address": f"{TOPIC['Address']}-other"}
    assert code_of(budgets.of, **parameters, Subscriber=other) == "CreationLimitExceededException"
    bad = {**EMAIL, "Address": "nobody"}
    assert code_of(budgets.of, **parameters, Subscriber=bad) == "InvalidParameterException"


@rule("budgets.update_subscriber")
def test_update_subscriber(budgets: Budgets) -> None:
    other = {**EMAIL, "Address": "other@example.com"}
    budgets.of("update_subscriber", Notification=NOTIFICATION, OldSubscriber=EMAIL, NewSubscriber=other)
    assert budgets.subscribers() == [other]


@rule("budgets.delete_subscriber")
def test_the_last_subscriber_takes_the_notification_along(budgets: Budgets) -> None:
    budgets.of("delete_subscriber", Notification=NOTIFICATION, Subscriber=EMAIL)
    assert budgets.notifications() == []


@rule("budgets.list_tags_for_resource")
@rule("budgets.tag_resource")
@rule("budgets.untag_resource")
def test_tags(budgets: Budgets) -> None:
    client = budgets.client
    client.tag_resource(ResourceARN=ARN, ResourceTags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    client.untag_resource(ResourceARN=ARN, ResourceTagKeys=["a"])
    assert client.list_tags_for_resource(ResourceARN=ARN)["ResourceTags"] == [{"Key": "b", "Value": "2"}]
    reserved = [{"Key": "aws:a", "Value": ""}]
    assert code_of(client.tag_resource, ResourceARN=ARN, ResourceTags=reserved) == "InvalidParameterException"
    assert code_of(client.list_tags_for_resource, ResourceARN=f"{ARN}-other") == "NotFoundException"
