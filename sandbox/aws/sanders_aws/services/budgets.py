"""AWS Budgets, but for budget actions."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.utilities.utils import PARTITION_NAMES, get_partition

from ..errors import AwsError
from ..paging import page
from ..rules import operation
from ..wire import Call

API = "https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/"

MAX_NOTIFICATIONS = 10
MAX_EMAILS = 10
_NAME = re.compile(r"[^:\\]{1,100}")
_ARN = re.compile(r"arn:aws[a-z-]*:budgets::(\d{12}):budget/(.+)")
_END_OF_TIME = 3706473600.0  # 2087-06-15, which is what AWS takes for "no end"
_COST_TYPES = {
    "IncludeCredit": True,
    "IncludeDiscount": True,
    "IncludeOtherSubscription": True,
    "IncludeRecurring": True,
    "IncludeRefund": True,
    "IncludeSubscription": True,
    "IncludeSupport": True,
    "IncludeTax": True,
    "IncludeUpfront": True,
    "UseAmortized": False,
    "UseBlended": False,
}
_SETTLED_BY_AWS = ("CalculatedSpend", "LastUpdatedTime", "HealthStatus")


@dataclass
class Notification:
    """One notification: its settings, all of which identify it, and whom it tells."""

    settings: dict[str, Any]
    subscribers: list[dict[str, str]]


@dataclass
class Budget:
    content: dict[str, Any]  # as described
    notifications: list[Notification] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)


class BudgetsBackend(BaseBackend):
    """The budgets of one account, by name."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.budgets: dict[str, Budget] = {}


budgets_backends = BackendDict(BudgetsBackend, "budgets", use_boto3_regions=False, additional_regions=PARTITION_NAMES)


@operation("budgets", "CreateBudget", source=API + "API_budgets_CreateBudget.html")
def create_budget(call: Call) -> None:
    """Checks the limit, gives defaults as AWS does ("10" becomes "10.0"), takes tags and notifications."""
    budgets = _budgets(call)
    content = _normalise(call.params["Budget"])
    name = content["BudgetName"]
    if name in budgets:
        raise AwsError("DuplicateRecordException", f"Error creating budget: {name} - the budget already exists.")
    budget = Budget(content, tags=_as_map(call.params.get("ResourceTags", [])))
    for entry in call.params.get("NotificationsWithSubscribers", []):
        _add(budget, entry["Notification"], entry["Subscribers"])
    budgets[name] = budget


@operation("budgets", "UpdateBudget", source=API + "API_budgets_UpdateBudget.html")
def update_budget(call: Call) -> None:
    """Replaces everything but name, notifications and tags."""
    budget = _budget(call, call.params["NewBudget"]["BudgetName"])
    budget.content = _normalise(call.params["NewBudget"])


@operation("budgets", "DescribeBudget", source=API + "API_budgets_DescribeBudget.html")
def describe_budget(call: Call) -> dict[str, Any]:
    """Refuses a budget that does not exist."""
    return {"Budget": _budget(call, call.params["BudgetName"]).content}


@operation("budgets", "DescribeBudgets", source=API + "API_budgets_DescribeBudgets.html")
def describe_budgets(call: Call) -> dict[str, Any]:
    """Lists page by page."""
    budgets = [budget.content for budget in _budgets(call).values()]
    return page(budgets, call.params, "Budgets", limit="MaxResults", token="NextToken", error=_BAD_TOKEN)


@operation("budgets", "DeleteBudget", source=API + "API_budgets_DeleteBudget.html")
def delete_budget(call: Call) -> None:
    """Takes the budget's notifications and subscribers with it."""
    _budget(call, call.params["BudgetName"])
    del _budgets(call)[call.params["BudgetName"]]


@operation("budgets", "CreateNotification", source=API + "API_budgets_CreateNotification.html")
def create_notification(call: Call) -> None:
    """Refuses one that is there already, more than ten, or too many subscribers."""
    _add(_budget(call, call.params["BudgetName"]), call.params["Notification"], call.params["Subscribers"])


@operation("budgets", "UpdateNotification", source=API + "API_budgets_UpdateNotification.html")
def update_notification(call: Call) -> None:
    """Changes the settings and keeps the subscribers."""
    budget = _budget(call, call.params["BudgetName"])
    notification = _notification(budget, call.params["OldNotification"])
    settings = _settings(call.params["NewNotification"])
    if any(other.settings == settings for other in budget.notifications if other is not notification):
        raise AwsError("DuplicateRecordException", "Error updating notification - the notification already exists.")
    notification.settings = settings


@operation("budgets", "DeleteNotification", source=API + "API_budgets_DeleteNotification.html")
def delete_notification(call: Call) -> None:
    """Refuses one that does not exist."""
    budget = _budget(call, call.params["BudgetName"])
    budget.notifications.remove(_notification(budget, call.params["Notification"]))


@operation("budgets", "DescribeNotificationsForBudget", source=API + "API_budgets_DescribeNotificationsForBudget.html")
def describe_notifications(call: Call) -> dict[str, Any]:
    """Answers with the notification's state and threshold type, page by page; refuses an unknown budget."""
    budget = _budget(call, call.params["BudgetName"])
    notifications = [{**notification.settings, "NotificationState": "OK"} for notification in budget.notifications]
    return page(notifications, call.params, "Notifications", limit="MaxResults", token="NextToken", error=_BAD_TOKEN)


@operation("budgets", "CreateSubscriber", source=API + "API_budgets_CreateSubscriber.html")
def create_subscriber(call: Call) -> None:
    """One SNS topic and ten e-mail addresses at most, each once."""
    notification = _notification(_budget(call, call.params["BudgetName"]), call.params["Notification"])
    subscriber = call.params["Subscriber"]
    if subscriber in notification.subscribers:
        raise AwsError("DuplicateRecordException", "Unable to create subscriber - the subscriber already exists.")
    _check_subscribers([*notification.subscribers, subscriber])
    notification.subscribers.append(subscriber)


@operation("budgets", "UpdateSubscriber", source=API + "API_budgets_UpdateSubscriber.html")
def update_subscriber(call: Call) -> None:
    """Refuses one that does not exist, or one that is there already."""
    notification = _notification(_budget(call, call.params["BudgetName"]), call.params["Notification"])
    old, new = call.params["OldSubscriber"], call.params["NewSubscriber"]
    position = _position(notification, old)
    if new in notification.subscribers and new != old:
        raise AwsError("DuplicateRecordException", "Unable to update subscriber - the subscriber already exists.")
    subscribers = [*notification.subscribers]
    subscribers[position] = new
    _check_subscribers(subscribers)
    notification.subscribers = subscribers


@operation("budgets", "DeleteSubscriber", source=API + "API_budgets_DeleteSubscriber.html")
def delete_subscriber(call: Call) -> None:
    """Deleting the last subscriber deletes the notification."""
    budget = _budget(call, call.params["BudgetName"])
    notification = _notification(budget, call.params["Notification"])
    del notification.subscribers[_position(notification, call.params["Subscriber"])]
    if not notification.subscribers:
        budget.notifications.remove(notification)


@operation(
    "budgets", "DescribeSubscribersForNotification", source=API + "API_budgets_DescribeSubscribersForNotification.html"
)
def describe_subscribers(call: Call) -> dict[str, Any]:
    """Lists page by page; refuses an unknown notification."""
    notification = _notification(_budget(call, call.params["BudgetName"]), call.params["Notification"])
    return page(
        notification.subscribers, call.params, "Subscribers", limit="MaxResults", token="NextToken", error=_BAD_TOKEN
    )


@operation("budgets", "ListTagsForResource", source=API + "API_budgets_ListTagsForResource.html")
def list_tags_for_resource(call: Call) -> dict[str, Any]:
    """Refuses a budget that does not exist."""
    return {"ResourceTags": [{"Key": key, "Value": value} for key, value in _tagged(call).tags.items()]}


@operation("budgets", "TagResource", source=API + "API_budgets_TagResource.html")
def tag_resource(call: Call) -> None:
    """Adds and replaces tags, 50 at most, none with the prefix aws:."""
    budget = _tagged(call)
    tags = {**budget.tags, **_as_map(call.params["ResourceTags"])}
    if len(tags) > 50:
        raise AwsError("ServiceQuotaExceededException", f"A budget can have at most 50 tags, got {len(tags)}.")
    budget.tags = tags


@operation("budgets", "UntagResource", source=API + "API_budgets_UntagResource.html")
def untag_resource(call: Call) -> None:
    """Removes the tags of the given keys; a key that is not there is no error."""
    budget = _tagged(call)
    for key in call.params["ResourceTagKeys"]:
        budget.tags.pop(key, None)


_BAD_TOKEN = "InvalidNextTokenException"


def _budgets(call: Call) -> dict[str, Budget]:
    account = call.params.get("AccountId", call.account)
    if account != call.account:
        raise AwsError("AccessDeniedException", f"Account {call.account} has no access to the budgets of {account}.")
    backend: BudgetsBackend = budgets_backends[call.account][get_partition(call.region)]
    return backend.budgets


def _budget(call: Call, name: str) -> Budget:
    budget = _budgets(call).get(name)
    if budget is None:
        raise AwsError("NotFoundException", f"Unable to get budget: {name} - the budget doesn't exist.")
    return budget


def _tagged(call: Call) -> Budget:
    arn = call.params["ResourceARN"]
    match = _ARN.fullmatch(arn)
    if match is None:
        raise AwsError("InvalidParameterException", f"{arn} is not the ARN of a budget.")
    return _budget(call, match[2])


def _as_map(tags: list[dict[str, str]]) -> dict[str, str]:
    if any(tag["Key"].lower().startswith("aws:") for tag in tags):
        raise AwsError("InvalidParameterException", "Tag keys must not start with aws:, which is reserved.")
    return {tag["Key"]: tag["Value"] for tag in tags}


def _normalise(given: dict[str, Any]) -> dict[str, Any]:
    """A budget as AWS describes it after it was created or updated with `given`."""
    content = {key: value for key, value in given.items() if key not in _SETTLED_BY_AWS}
    if not _NAME.fullmatch(content["BudgetName"]):
        raise AwsError("InvalidParameterException", "BudgetName must have 1 to 100 characters, without : and \\.")
    limits = [key for key in ("BudgetLimit", "PlannedBudgetLimits", "AutoAdjustData") if key in content]
    if not limits:
        raise AwsError(
            "InvalidParameterException",
            "Unable to create/update budget - please provide one of the followings: Budget Limit/ Planned Budget "
            "Limit/ Auto Adjust Data",
        )
    for spend in _spends(content):
        spend["Amount"] = _amount(spend["Amount"])
        if content["BudgetType"] == "COST" and spend["Unit"] != "USD":
            raise AwsError("InvalidParameterException", f"The unit of a COST budget must be USD, got {spend['Unit']}.")
    content["TimePeriod"] = _period(content.get("TimePeriod", {}))
    content.setdefault("CostFilters", {})
    if content["BudgetType"] == "COST" and "Metrics" not in content:
        content["CostTypes"] = {**_COST_TYPES, **content.get("CostTypes", {})}
    content["CalculatedSpend"] = {"ActualSpend": {"Amount": "0.0", "Unit": "USD"}}
    content["LastUpdatedTime"] = datetime.fromtimestamp(time.time(), UTC)
    return content


def _spends(content: dict[str, Any]) -> Iterator[dict[str, str]]:
    if "BudgetLimit" in content:
        yield content["BudgetLimit"]
    yield from content.get("PlannedBudgetLimits", {}).values()


def _amount(text: str) -> str:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise AwsError("InvalidParameterException", f"Amount must be a number, got {text!r}.") from None
    if not amount.is_finite() or amount < 0:
        raise AwsError("InvalidParameterException", f"Amount must not be negative, got {text}.")
    plain = f"{amount:f}"
    return plain if "." in plain else f"{plain}.0"


def _period(given: dict[str, datetime]) -> dict[str, datetime]:
    now = datetime.now(UTC)
    start = given.get("Start") or now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = given.get("End") or datetime.fromtimestamp(_END_OF_TIME, UTC)
    if start.replace(tzinfo=UTC) >= end.replace(tzinfo=UTC):
        raise AwsError("InvalidParameterException", "TimePeriod: Start must be before End.")
    return {"Start": start, "End": end}


def _settings(given: dict[str, Any]) -> dict[str, Any]:
    """What identifies a notification, with AWS's default."""
    settings = {key: value for key, value in given.items() if key != "NotificationState"}
    settings.setdefault("ThresholdType", "PERCENTAGE")
    if not 0 < settings["Threshold"] <= 1_000_000_000:
        raise AwsError(
            "InvalidParameterException",
            f"Threshold must be above 0 and at most 1000000000, got {settings['Threshold']}.",
        )
    return settings


def _add(budget: Budget, given: dict[str, Any], subscribers: list[dict[str, str]]) -> None:
    settings = _settings(given)
    if any(notification.settings == settings for notification in budget.notifications):
        raise AwsError("DuplicateRecordException", "Error creating notification - the notification already exists.")
    if len(budget.notifications) >= MAX_NOTIFICATIONS:
        raise AwsError(
            "CreationLimitExceededException", f"A budget can have at most {MAX_NOTIFICATIONS} notifications."
        )
    _check_subscribers(subscribers)
    budget.notifications.append(Notification(settings, [*subscribers]))


def _check_subscribers(subscribers: list[dict[str, str]]) -> None:
    topics = [s for s in subscribers if s["SubscriptionType"] == "SNS"]
    emails = [s for s in subscribers if s["SubscriptionType"] == "EMAIL"]
    if not subscribers:
        raise AwsError("InvalidParameterException", "A notification needs at least one subscriber.")
    if len(topics) > 1 or len(emails) > MAX_EMAILS:
        raise AwsError(
            "CreationLimitExceededException",
            f"A notification can have 1 SNS topic and {MAX_EMAILS} e-mail addresses, "
            f"got {len(topics)} and {len(emails)}.",
        )
    for subscriber in emails:
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", subscriber["Address"]):
            raise AwsError("InvalidParameterException", f"{subscriber['Address']} is not an e-mail address.")
    for subscriber in topics:
        if not subscriber["Address"].startswith("arn:"):
            raise AwsError("InvalidParameterException", f"{subscriber['Address']} is not the ARN of an SNS topic.")


def _notification(budget: Budget, given: dict[str, Any]) -> Notification:
    settings = _settings(given)
    found = next((n for n in budget.notifications if n.settings == settings), None)
    if found is None:
        raise AwsError("NotFoundException", "Unable to get notification - the notification doesn't exist.")
    return found


def _position(notification: Notification, subscriber: dict[str, str]) -> int:
    if subscriber not in notification.subscribers:
        raise AwsError("NotFoundException", "Unable to get subscriber - the subscriber doesn't exist.")
    return notification.subscribers.index(subscriber)
