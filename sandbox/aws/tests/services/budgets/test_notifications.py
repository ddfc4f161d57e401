"""Notifications of budgets."""

import pytest

from conftest import code_of
from services.budgets.conftest import EMAIL, NOTIFICATION, SETTLED, Budgets

rule = pytest.mark.rule


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
