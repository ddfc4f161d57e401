"""Subscribers of notifications."""

import re
from typing import Any

from ...errors import AwsError
from ...rules import operation
from ...wire import Call
from .common import API, existing_budget, existing_notification, invalid, page
from .model import Notification

MAX_EMAILS = 10


@operation("budgets", "CreateSubscriber", source=API + "API_budgets_CreateSubscriber.html")
def create_subscriber(call: Call) -> None:
    """One SNS topic and ten e-mail addresses at most, each once."""
    notification = existing_notification(existing_budget(call), call.params["Notification"])
    subscriber = call.params["Subscriber"]
    if subscriber in notification.subscribers:
        raise AwsError("DuplicateRecordException", "Unable to create subscriber - the subscriber already exists.")
    check_subscribers([*notification.subscribers, subscriber])
    notification.subscribers.append(subscriber)


@operation("budgets", "UpdateSubscriber", source=API + "API_budgets_UpdateSubscriber.html")
def update_subscriber(call: Call) -> None:
    """Refuses one that does not exist, or one that is there already."""
    notification = existing_notification(existing_budget(call), call.params["Notification"])
    old, new = call.params["OldSubscriber"], call.params["NewSubscriber"]
    position = _position(notification, old)
    if new in notification.subscribers and new != old:
        raise AwsError("DuplicateRecordException", "Unable to update subscriber - the subscriber already exists.")
    subscribers = [*notification.subscribers]
    subscribers[position] = new
    check_subscribers(subscribers)
    notification.subscribers = subscribers


@operation("budgets", "DeleteSubscriber", source=API + "API_budgets_DeleteSubscriber.html")
def delete_subscriber(call: Call) -> None:
    """Deleting the last subscriber deletes the notification."""
    budget = existing_budget(call)
    notification = existing_notification(budget, call.params["Notification"])
    del notification.subscribers[_position(notification, call.params["Subscriber"])]
    if not notification.subscribers:
        budget.notifications.remove(notification)


@operation(
    "budgets", "DescribeSubscribersForNotification", source=API + "API_budgets_DescribeSubscribersForNotification.html"
)
def describe_subscribers(call: Call) -> dict[str, Any]:
    """Lists page by page; refuses an unknown notification."""
    notification = existing_notification(existing_budget(call), call.params["Notification"])
    return page(call, notification.subscribers, "Subscribers")


def check_subscribers(subscribers: list[dict[str, str]]) -> None:
    """Refuses what a notification cannot have: no subscriber, a second topic, an eleventh address, no address."""
    topics = [s for s in subscribers if s["SubscriptionType"] == "SNS"]
    emails = [s for s in subscribers if s["SubscriptionType"] == "EMAIL"]
    if not subscribers:
        raise invalid("A notification needs at least one subscriber.")
    if len(topics) > 1 or len(emails) > MAX_EMAILS:
        raise AwsError(
            "CreationLimitExceededException",
            f"A notification can have 1 SNS topic and {MAX_EMAILS} e-mail addresses, "
            f"got {len(topics)} and {len(emails)}.",
        )
    for subscriber in emails:
        if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", subscriber["Address"]):
            raise invalid(f"{subscriber['Address']} is not an e-mail address.")
    for subscriber in topics:
        if not subscriber["Address"].startswith("arn:"):
            raise invalid(f"{subscriber['Address']} is not the ARN of an SNS topic.")


def _position(notification: Notification, subscriber: dict[str, str]) -> int:
    if subscriber not in notification.subscribers:
        raise AwsError("NotFoundException", "Unable to get subscriber - the subscriber doesn't exist.")
    return notification.subscribers.index(subscriber)
