"""Creating, updating and deleting tables, all of which take time."""

from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.table import GlobalSecondaryIndex, Table

from ...delays import Pause
from ...errors import AwsError
from ...rules import guard, operation, patch
from ...wire import Answer, Call
from .common import API, backend_of, existing_table, invalid, table_of

# What can be done with a table that is being created or deleted.
_ALWAYS_POSSIBLE = {"CreateTable", "DescribeTable", "ListTables"}
# What changes a table; everything else uses it.
_CHANGES = {"DeleteTable", "UpdateTable", "TagResource", "UntagResource", "UpdateTimeToLive"}


@patch("dynamodb", "CreateTable", source=API + "API_CreateTable.html")
def begin_as_creating() -> None:
    """A new table is CREATING before it is ACTIVE, and so are its indexes."""
    create = DynamoDBBackend.create_table

    def create_table(self: Any, *args: Any, **kwargs: Any) -> Table:
        table = create(self, *args, **kwargs)
        _begin(table, "CREATING")
        for index in table.global_indexes:
            index.status = "CREATING"
        return table

    DynamoDBBackend.create_table = create_table


@patch("dynamodb", "UpdateTable", source=API + "API_UpdateTable.html")
def begin_as_updating() -> None:
    """An updated table is UPDATING; new indexes are CREATING, changed ones UPDATING, removed ones DELETING."""
    update = DynamoDBBackend.update_table

    def update_table(self: Any, name: str, *args: Any, **kwargs: Any) -> Table:
        before = {index.name: index for index in self.get_table(name).global_indexes}
        table = update(self, name, *args, **kwargs)
        _begin(table, "UPDATING")
        after = {index.name: index for index in table.global_indexes}
        changed = [update["Update"]["IndexName"] for update in kwargs.get("global_index") or [] if "Update" in update]
        for index in after.values():
            if index.name not in before:
                index.status = "CREATING"
            elif index.name in changed:
                index.status = "UPDATING"
        leaving_indexes(table).extend(index for index in before.values() if index.name not in after)
        for index in leaving_indexes(table):
            index.status = "DELETING"
        return table

    DynamoDBBackend.update_table = update_table


@guard("dynamodb", "*", source=API + "API_DeleteTable.html")
def guard_changing_tables(call: Call) -> Answer | None:
    """A table that is CREATING or DELETING can be neither used nor changed; one that is UPDATING can be used."""
    _settle(backend_of(call))
    table = table_of(call)
    status = status_of(table) if table else ""
    if table is None or not status or call.action in _ALWAYS_POSSIBLE:
        return None
    message = "Attempt to change a resource which is still in use"
    if status == "UPDATING":
        if call.action in ("UpdateTable", "DeleteTable"):
            raise AwsError("ResourceInUseException", f"{message}: Table is being updated: {table.name}")
        return None
    if call.action == "UpdateContinuousBackups":
        raise AwsError("ContinuousBackupsUnavailableException", f"Table is {status}: {table.name}")
    if call.action in _CHANGES:
        raise AwsError("ResourceInUseException", f"{message}: Table is {status}: {table.name}")
    raise AwsError("ResourceNotFoundException", f"Requested resource not found: Table: {table.name} not found")


@operation("dynamodb", "DeleteTable", source=API + "API_DeleteTable.html")
def delete_table(call: Call) -> dict[str, Any]:
    """The table is DELETING first; deletion protection prevents it."""
    table = existing_table(call)
    if table.deletion_protection_enabled:
        raise invalid(
            "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection "
            "first."
        )
    _begin(table, "DELETING")
    described: dict[str, Any] = table.describe()
    return described


def status_of(table: Table) -> str:
    """CREATING, UPDATING or DELETING; empty for a table that is not changing."""
    status: str = table.__dict__.get("sanders_status", "")
    return status


def _begin(table: Table, status: str) -> None:
    table.sanders_status = status
    table.sanders_pause = Pause(
        {"CREATING": "dynamodb.create", "UPDATING": "dynamodb.update", "DELETING": "dynamodb.delete"}[status]
    )


def _settle(backend: DynamoDBBackend) -> None:
    """Ends whatever is due to end."""
    for table in [table for table in backend.tables.values() if status_of(table) and table.sanders_pause.over]:
        if table.sanders_status == "DELETING":
            del backend.tables[table.name]
            continue
        table.sanders_status = ""
        leaving_indexes(table).clear()
        for index in table.global_indexes:
            index.status = "ACTIVE"


def leaving_indexes(table: Table) -> list[GlobalSecondaryIndex]:
    """Those that are being deleted. Kept on moto's table, to be saved, reset and deleted with it."""
    leaving: list[GlobalSecondaryIndex] = table.__dict__.setdefault("sanders_leaving", [])
    return leaving
