"""Contributor insights."""

from typing import Any

from moto.dynamodb.models.table import Table

from ...rules import operation
from ...wire import Call
from .common import API, existing_table


@operation("dynamodb", "DescribeContributorInsights", source=API + "API_DescribeContributorInsights.html")
def describe_contributor_insights(call: Call) -> dict[str, Any]:
    """Contributor insights are DISABLED until they are enabled."""
    table = existing_table(call)
    return {"TableName": table.name, "ContributorInsightsStatus": _insights(table).get("Status", "DISABLED")}


@operation("dynamodb", "UpdateContributorInsights", source=API + "API_UpdateContributorInsights.html")
def update_contributor_insights(call: Call) -> dict[str, Any]:
    """Contributor insights can be enabled and disabled."""
    table = existing_table(call)
    status = "ENABLED" if call.params["ContributorInsightsAction"] == "ENABLE" else "DISABLED"
    _insights(table)["Status"] = status
    return {"TableName": table.name, "ContributorInsightsStatus": status}


def _insights(table: Table) -> dict[str, str]:
    """Kept on moto's table, to be saved, reset and deleted with it."""
    insights: dict[str, str] = table.__dict__.setdefault("sanders_insights", {})
    return insights
