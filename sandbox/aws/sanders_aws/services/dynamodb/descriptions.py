"""What moto leaves out when it describes a table."""

import uuid
from typing import Any

from moto.dynamodb.models.table import Table

from ...rules import patch
from .common import API
from .settings import on_demand_limits
from .tables import leaving_indexes, status_of


@patch(
    "dynamodb", "CreateTable", "DeleteTable", "DescribeTable", "UpdateTable", source=API + "API_TableDescription.html"
)
def describe_tables() -> None:
    """A table is described with an id, with what is being changed, and with its class, limits and indexes in full."""
    describe = Table.describe

    def described(self: Any, base_key: str = "TableDescription") -> dict[str, Any]:
        result: dict[str, Any] = describe(self, base_key)
        content = result[base_key]
        # A table of the same name that is made later has another.
        content["TableId"] = self.__dict__.setdefault("sanders_id", str(uuid.uuid4()))
        _describe_changes(self, content)
        _describe_settings(self, content)
        return result

    Table.describe = described


def _describe_changes(table: Any, content: dict[str, Any]) -> None:
    status = status_of(table)
    if not status:
        return
    content["TableStatus"] = status
    content["GlobalSecondaryIndexes"] += [index.describe() for index in leaving_indexes(table)]
    if "SSEDescription" in content and status == "UPDATING":
        content["SSEDescription"]["Status"] = "UPDATING"


def _describe_settings(table: Any, content: dict[str, Any]) -> None:
    if "sanders_class" in table.__dict__:
        content["TableClassSummary"] = {"TableClass": table.sanders_class}
    if on_demand_limits(table):
        content["OnDemandThroughput"] = on_demand_limits(table)
    limits = {index.name: on_demand_limits(index) for index in table.global_indexes}
    for index in content["GlobalSecondaryIndexes"] + content["LocalSecondaryIndexes"]:
        index |= {"IndexArn": f"{table.table_arn}/index/{index['IndexName']}", "IndexSizeBytes": 0, "ItemCount": 0}
        if limits.get(index["IndexName"]):
            index["OnDemandThroughput"] = limits[index["IndexName"]]
