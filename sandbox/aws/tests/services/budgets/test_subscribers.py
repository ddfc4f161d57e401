"""Subscribers of notifications."""

import pytest

from conftest import code_of
from services.budgets.conftest import EMAIL, NOTIFICATION, TOPIC, Budgets

rule = pytest.mark.rule


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
