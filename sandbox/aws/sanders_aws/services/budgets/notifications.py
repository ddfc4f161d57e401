"""Notifications of budgets."""

from typing import Any

from ...errors import AwsError
from ...rules import operation
from ...wire import Call
from .common import API, existing_budget, existing_notification, page, settings_of
from .model import Budget, Notification
from .subscribers import check_subscribers

MAX_NOTIFICATIONS = 10


@operation("budgets", "CreateNotification", source=API + "API_budgets_CreateNotification.html")
def create_notification(call: Call) -> None:
    """Refuses one that is there already, more than ten, or too many subscribers."""
    add_notification(existing_budget(call), call.params["Notification"], call.params["Subscribers"])


@operation("budgets", "UpdateNotification", source=API + "API_budgets_UpdateNotification.html")
def update_notification(call: Call) -> None:
    """Changes the settings and keeps the subscribers."""
    budget = existing_budget(call)
    notification = existing_notification(budget, call.params["OldNotification"])
    settings = settings_of(call.params["NewNotification"])
    if any(other.settings == settings for other in budget.notifications if other is not notification):
        raise AwsError("DuplicateRecordException", "Error updating notification - the notification already exists.")
    notification.settings = settings


@operation("budgets", "DeleteNotification", source=API + "API_budgets_DeleteNotification.html")
def delete_notification(call: Call) -> None:
    """Refuses one that does not exist."""
    budget = existing_budget(call)
    budget.notifications.remove(existing_notification(budget, call.params["Notification"]))


@operation("budgets", "DescribeNotificationsForBudget", source=API + "API_budgets_DescribeNotificationsForBudget.html")
def describe_notifications(call: Call) -> dict[str, Any]:
    """Answers with the notification's state and threshold type, page by page; refuses an unknown budget."""
    budget = existing_budget(call)
    notifications = [{**notification.settings, "NotificationState": "OK"} for notification in budget.notifications]
    return page(call, notifications, "Notifications")


def add_notification(budget: Budget, given: dict[str, Any], subscribers: list[dict[str, str]]) -> None:
    """Adds a notification to a budget, which can have ten, each once."""
    settings = settings_of(given)
    if any(notification.settings == settings for notification in budget.notifications):
        raise AwsError("DuplicateRecordException", "Error creating notification - the notification already exists.")
    if len(budget.notifications) >= MAX_NOTIFICATIONS:
        raise AwsError(
            "CreationLimitExceededException", f"A budget can have at most {MAX_NOTIFICATIONS} notifications."
        )
    check_subscribers(subscribers)
    budget.notifications.append(Notification(settings, [*subscribers]))
