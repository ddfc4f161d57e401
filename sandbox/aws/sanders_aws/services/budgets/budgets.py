"""Budgets."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from ...errors import AwsError
from ...rules import operation
from ...wire import Call
from .common import API, budget_named, budgets_of, existing_budget, invalid, page
from .model import Budget
from .notifications import add_notification
from .tags import as_map

_NAME = re.compile(r"[^:\\]{1,100}")
_END_OF_TIME = 3706473600.0  # 2087-06-15, AWS's way of saying "no end"
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
_NEW_FILTER = ("FilterExpression", "Metrics")
_OLD_FILTER = ("CostFilters", "CostTypes")
_FILTER_DEPTH = 2  # levels below the outermost expression; AWS mentions the limit in its refusal only


@operation("budgets", "CreateBudget", source=API + "API_budgets_CreateBudget.html")
def create_budget(call: Call) -> None:
    """Checks limit and filter, gives defaults as AWS does ("10" becomes "10.0"), takes tags and notifications."""
    budgets = budgets_of(call)
    content = _normalise(call.params["Budget"])
    name = content["BudgetName"]
    if name in budgets:
        raise AwsError("DuplicateRecordException", f"Error creating budget: {name} - the budget already exists.")
    budget = Budget(content, tags=as_map(call.params.get("ResourceTags", [])))
    for entry in call.params.get("NotificationsWithSubscribers", []):
        add_notification(budget, entry["Notification"], entry["Subscribers"])
    budgets[name] = budget


@operation("budgets", "UpdateBudget", source=API + "API_budgets_UpdateBudget.html")
def update_budget(call: Call) -> None:
    """Replaces everything but name, notifications and tags."""
    budget = budget_named(call, call.params["NewBudget"]["BudgetName"])
    budget.content = _normalise(call.params["NewBudget"])


@operation("budgets", "DescribeBudget", source=API + "API_budgets_DescribeBudget.html")
def describe_budget(call: Call) -> dict[str, Any]:
    """Refuses a budget that does not exist; shows its filter expression only on request."""
    return {"Budget": _shown(existing_budget(call), call)}


@operation("budgets", "DescribeBudgets", source=API + "API_budgets_DescribeBudgets.html")
def describe_budgets(call: Call) -> dict[str, Any]:
    """Lists page by page; shows filter expressions only on request."""
    budgets = [_shown(budget, call) for budget in budgets_of(call).values()]
    return page(call, budgets, "Budgets")


@operation("budgets", "DeleteBudget", source=API + "API_budgets_DeleteBudget.html")
def delete_budget(call: Call) -> None:
    """Takes the budget's notifications and subscribers with it."""
    existing_budget(call)
    del budgets_of(call)[call.params["BudgetName"]]


def _shown(budget: Budget, call: Call) -> dict[str, Any]:
    hidden = () if call.params.get("ShowFilterExpression") else ("FilterExpression",)
    return {key: value for key, value in budget.content.items() if key not in hidden}


def _normalise(given: dict[str, Any]) -> dict[str, Any]:
    """A budget as AWS describes it after it was created or updated with `given`."""
    content = {key: value for key, value in given.items() if key not in _SETTLED_BY_AWS}
    if not _NAME.fullmatch(content["BudgetName"]):
        raise invalid("BudgetName must have 1 to 100 characters, without : and \\.")
    limits = [key for key in ("BudgetLimit", "PlannedBudgetLimits", "AutoAdjustData") if key in content]
    if not limits:
        raise invalid(
            "Unable to create/update budget - please provide one of the followings: Budget Limit/ Planned Budget "
            "Limit/ Auto Adjust Data",
        )
    for spend in _spends(content):
        spend["Amount"] = _amount(spend["Amount"])
        if content["BudgetType"] == "COST" and spend["Unit"] != "USD":
            raise invalid(f"The unit of a COST budget must be USD, got {spend['Unit']}.")
    content["TimePeriod"] = _period(content.get("TimePeriod", {}))
    if any(key in content for key in _NEW_FILTER):
        if any(content.get(key) for key in _OLD_FILTER):
            raise invalid(
                "Only one set of filter and metric selections can be present: FilterExpression and Metrics, or "
                "CostFilters and CostTypes.",
            )
        if "FilterExpression" in content:
            _check_expression(content["FilterExpression"])
    else:
        content.setdefault("CostFilters", {})
        if content["BudgetType"] == "COST":
            content["CostTypes"] = {**_COST_TYPES, **content.get("CostTypes", {})}
    content["CalculatedSpend"] = {"ActualSpend": {"Amount": "0.0", "Unit": "USD"}}
    content["LastUpdatedTime"] = datetime.fromtimestamp(time.time(), UTC)
    return content


def _check_expression(expression: dict[str, Any], depth: int = 0) -> None:
    """What AWS checks of a filter: how deep it is, and that each level says one thing."""
    if depth > _FILTER_DEPTH:
        raise invalid(f"Expression nested depth cannot be more than {_FILTER_DEPTH}")
    if len(expression) != 1:
        raise invalid("Expression has zero or more than one roots.")
    negated = [expression["Not"]] if "Not" in expression else []
    for operand in [*expression.get("And", []), *expression.get("Or", []), *negated]:
        _check_expression(operand, depth + 1)


def _spends(content: dict[str, Any]) -> Iterator[dict[str, str]]:
    if "BudgetLimit" in content:
        yield content["BudgetLimit"]
    yield from content.get("PlannedBudgetLimits", {}).values()


def _amount(text: str) -> str:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise invalid(f"Amount must be a number, got {text!r}.") from None
    if not amount.is_finite() or amount < 0:
        raise invalid(f"Amount must not be negative, got {text}.")
    plain = f"{amount:f}"
    return plain if "." in plain else f"{plain}.0"


def _period(given: dict[str, datetime]) -> dict[str, datetime]:
    now = datetime.now(UTC)
    start = given.get("Start") or now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = given.get("End") or datetime.fromtimestamp(_END_OF_TIME, UTC)
    if start.replace(tzinfo=UTC) >= end.replace(tzinfo=UTC):
        raise invalid("TimePeriod: Start must be before End.")
    return {"Start": start, "End": end}
