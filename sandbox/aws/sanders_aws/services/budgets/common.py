"""What all of Budgets' modules share."""

from collections.abc import Sequence
from typing import Any

from moto.utilities.utils import get_partition

from ... import paging
from ...errors import AwsError
from ...wire import Call
from .model import Budget, BudgetsBackend, Notification, budgets_backends

API = "https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/"


def budgets_of(call: Call) -> dict[str, Budget]:
    """The account's budgets by name; an account has no access to those of another."""
    account = call.params.get("AccountId", call.account)
    if account != call.account:
        raise AwsError("AccessDeniedException", f"Account {call.account} has no access to the budgets of {account}.")
    backend: BudgetsBackend = budgets_backends[call.account][get_partition(call.region)]
    return backend.budgets


def existing_budget(call: Call) -> Budget:
    """The budget that the call names, which must be there."""
    return budget_named(call, call.params["BudgetName"])


def budget_named(call: Call, name: str) -> Budget:
    """The budget of this name, which must be there."""
    budget = budgets_of(call).get(name)
    if budget is None:
        raise AwsError("NotFoundException", f"Unable to get budget: {name} - the budget doesn't exist.")
    return budget


def existing_notification(budget: Budget, given: dict[str, Any]) -> Notification:
    """The notification that these settings identify, which must be there."""
    settings = settings_of(given)
    found = next((n for n in budget.notifications if n.settings == settings), None)
    if found is None:
        raise AwsError("NotFoundException", "Unable to get notification - the notification doesn't exist.")
    return found


def settings_of(given: dict[str, Any]) -> dict[str, Any]:
    """What identifies a notification, with AWS's default."""
    settings = {key: value for key, value in given.items() if key != "NotificationState"}
    settings.setdefault("ThresholdType", "PERCENTAGE")
    if not 0 < settings["Threshold"] <= 1_000_000_000:
        raise invalid(f"Threshold must be above 0 and at most 1000000000, got {settings['Threshold']}.")
    return settings


def page(call: Call, items: Sequence[Any], key: str) -> dict[str, Any]:
    """One page of `items` under `key`."""
    return paging.page(
        items, call.params, key, limit="MaxResults", token="NextToken", error="InvalidNextTokenException"
    )


def invalid(message: str) -> AwsError:
    """An InvalidParameterException."""
    return AwsError("InvalidParameterException", message)
