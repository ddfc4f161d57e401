"""Budgets: there are two actions only, one to see and one to change, and those for tags.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html
"""

from ..questions import Asking, asks, request_tags


@asks(
    "budgets", "DescribeBudget", "DescribeBudgets", "DescribeBudgetNotificationsForAccount",
    "DescribeBudgetPerformanceHistory", "DescribeNotificationsForBudget", "DescribeSubscribersForNotification",
)  # fmt: skip
def view(asking: Asking) -> None:
    if not asking.ask_by_names("ViewBudget"):
        asking.ask("ViewBudget", "budget", "*")


@asks(
    "budgets", "CreateBudget", "CreateNotification", "CreateSubscriber", "DeleteBudget", "DeleteNotification",
    "DeleteSubscriber", "UpdateBudget", "UpdateNotification", "UpdateSubscriber",
)  # fmt: skip
def modify(asking: Asking) -> None:
    tags = request_tags(asking.params)
    asking.ask_by_names("ModifyBudget", tags=tags)
    if tags:
        asking.ask_by_names("TagResource", tags=tags)
