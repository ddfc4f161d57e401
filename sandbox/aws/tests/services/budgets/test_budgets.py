"""Budgets."""

from typing import Any

import pytest

from conftest import ACCOUNT, Aws, code_of
from services.budgets.conftest import BUDGET, Budgets

rule = pytest.mark.rule


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
        pytest.param({"Metrics": ["UnblendedCost"]}, id="filter in both notations"),
        pytest.param({"TimePeriod": {"Start": 2_000_000_000, "End": 1_000_000_000}}, id="ends before it starts"),
    ],
)
def test_refused(aws: Aws, change: dict[str, Any]) -> None:
    parameters = {"AccountId": ACCOUNT, "Budget": {**BUDGET, **change}}
    assert code_of(aws("budgets").create_budget, **parameters) == "InvalidParameterException"


@rule("budgets.describe_budget")
@rule("budgets.describe_budgets")
def test_filter_expression(budgets: Budgets) -> None:
    expression = {"And": [{"Not": {"Tags": {"Key": key, "Values": ["dev"]}}} for key in ("Project", "Environment")]}
    budget = {key: value for key, value in BUDGET.items() if key != "CostFilters"}
    changed = {**budget, "FilterExpression": expression, "Metrics": ["UnblendedCost"]}
    budgets("update_budget", NewBudget=changed)
    assert "FilterExpression" not in budgets.of("describe_budget")["Budget"]
    assert "FilterExpression" not in budgets("describe_budgets")["Budgets"][0]
    found = budgets.of("describe_budget", ShowFilterExpression=True)["Budget"]
    assert found["FilterExpression"] == expression
    assert found["Metrics"] == ["UnblendedCost"]
    assert "CostTypes" not in found
    assert "CostFilters" not in found
    assert budgets("describe_budgets", ShowFilterExpression=True)["Budgets"][0]["FilterExpression"] == expression


@rule("budgets.create_budget")
@pytest.mark.parametrize(
    "expression",
    [
        pytest.param({"Not": {"Not": {"Not": {"Tags": {"Key": "k", "Values": ["v"]}}}}}, id="too deep"),
        pytest.param({"Tags": {"Key": "k"}, "Not": {"Tags": {"Key": "k"}}}, id="two roots"),
        pytest.param({}, id="no root"),
    ],
)
def test_expression_refused(aws: Aws, expression: dict[str, Any]) -> None:
    budget = {key: value for key, value in BUDGET.items() if key != "CostFilters"}
    budget |= {"FilterExpression": expression, "Metrics": ["UnblendedCost"]}
    assert code_of(aws("budgets").create_budget, AccountId=ACCOUNT, Budget=budget) == "InvalidParameterException"


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
