"""DynamoDB."""

import time
import uuid
from typing import Any

from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.table import Table

from ..delays import delay
from ..errors import AwsError
from ..rules import guard, operation, patch
from ..wire import Answer, Call

API = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/"

# What can be done with a table that is being created or deleted.
_ALWAYS_POSSIBLE = {"CreateTable", "DescribeTable", "ListTables"}
# What changes a table; everything else uses it.
_CHANGES = {"DeleteTable", "UpdateTable", "TagResource", "UntagResource", "UpdateTimeToLive"}


@patch("dynamodb", "CreateTable", "DescribeTable", "DeleteTable", source=API + "API_TableDescription.html")
def give_table_ids() -> None:
    """A table has an id of its own, which a table of the same name made later does not share."""
    describe = Table.describe

    def described(self: Any, base_key: str = "TableDescription") -> dict[str, Any]:
        result: dict[str, Any] = describe(self, base_key)
        result[base_key]["TableId"] = self.__dict__.setdefault("sanders_id", str(uuid.uuid4()))
        result[base_key]["TableStatus"] = _phase(self) or result[base_key]["TableStatus"]
        return result

    Table.describe = described


@patch("dynamodb", "CreateTable", source=API + "API_CreateTable.html")
def begin_as_creating() -> None:
    """A new table is CREATING before it is ACTIVE."""
    create = DynamoDBBackend.create_table

    def create_table(self: Any, *args: Any, **kwargs: Any) -> Table:
        table = create(self, *args, **kwargs)
        table.sanders_active_at = time.time() + delay("dynamodb.create")
        return table

    DynamoDBBackend.create_table = create_table


@guard("dynamodb", "*", source=API + "API_DeleteTable.html")
def guard_changing_tables(call: Call) -> Answer | None:
    """A table that is CREATING or DELETING can be neither used nor changed, and is gone after the latter."""
    tables, now = _backend(call).tables, time.time()
    for name in [name for name, table in tables.items() if table.__dict__.get("sanders_gone_at", now + 1) <= now]:
        del tables[name]
    table = _table(call)
    phase = _phase(table) if table else ""
    if table is None or not phase or call.action in _ALWAYS_POSSIBLE:
        return None
    if call.action == "UpdateContinuousBackups":
        raise AwsError("ContinuousBackupsUnavailableException", f"Table is {phase}: {table.name}")
    if call.action in _CHANGES:
        message = "Attempt to change a resource which is still in use"
        raise AwsError("ResourceInUseException", f"{message}: Table is {phase}: {table.name}")
    raise AwsError("ResourceNotFoundException", f"Requested resource not found: Table: {table.name} not found")


@operation("dynamodb", "DeleteTable", source=API + "API_DeleteTable.html")
def delete_table(call: Call) -> dict[str, Any]:
    """The table is DELETING first; deletion protection prevents it."""
    table = _existing(call)
    if table.deletion_protection_enabled:
        raise AwsError(
            "ValidationException",
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection "
            "first.",
        )
    table.sanders_gone_at = time.time() + delay("dynamodb.delete")
    described: dict[str, Any] = table.describe()
    return described


@operation("dynamodb", "DescribeContributorInsights", source=API + "API_DescribeContributorInsights.html")
def describe_contributor_insights(call: Call) -> dict[str, Any]:
    """Contributor insights are DISABLED, until told otherwise."""
    table = _existing(call)
    return {"TableName": table.name, "ContributorInsightsStatus": _insights(table).get("Status", "DISABLED")}


@operation("dynamodb", "UpdateContributorInsights", source=API + "API_UpdateContributorInsights.html")
def update_contributor_insights(call: Call) -> dict[str, Any]:
    """Contributor insights can be enabled and disabled."""
    table = _existing(call)
    status = "ENABLED" if call.params["ContributorInsightsAction"] == "ENABLE" else "DISABLED"
    _insights(table)["Status"] = status
    return {"TableName": table.name, "ContributorInsightsStatus": status}


@operation(
    "dynamodb", "DescribeKinesisStreamingDestination", source=API + "API_DescribeKinesisStreamingDestination.html"
)
def describe_streaming_destinations(call: Call) -> dict[str, Any]:
    """A table has no streaming destinations, until it is given one."""
    return {"TableName": _existing(call).name, "KinesisDataStreamDestinations": []}


@operation("dynamodb", "DescribeTableReplicaAutoScaling", source=API + "API_DescribeTableReplicaAutoScaling.html")
def describe_replica_auto_scaling(call: Call) -> dict[str, Any]:
    """A table without replicas has no auto scaling of replicas."""
    return {"TableAutoScalingDescription": {"TableName": _existing(call).name, "TableStatus": "ACTIVE", "Replicas": []}}


def _backend(call: Call) -> DynamoDBBackend:
    backend: DynamoDBBackend = dynamodb_backends[call.account][call.region]
    return backend


def _table(call: Call) -> Table | None:
    params = call.params if call.operation is not None else {}
    name = params.get("TableName") or params.get("ResourceArn") or ""
    return _backend(call).tables.get(name.rpartition("/")[2])


def _phase(table: Table) -> str:
    """CREATING or DELETING; empty if it is neither."""
    if "sanders_gone_at" in table.__dict__:
        return "DELETING"
    return "CREATING" if table.__dict__.get("sanders_active_at", 0) > time.time() else ""


def _existing(call: Call) -> Table:
    table = _table(call)
    if table is None:
        raise AwsError(
            "ResourceNotFoundException", f"Requested resource not found: Table: {call.params['TableName']} not found"
        )
    return table


def _insights(table: Table) -> dict[str, str]:
    """Kept on moto's table, to be saved, reset and deleted with it."""
    insights: dict[str, str] = table.__dict__.setdefault("sanders_insights", {})
    return insights
