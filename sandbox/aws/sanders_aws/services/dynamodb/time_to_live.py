"""Time to live."""

from typing import Any

from moto.dynamodb.models.table import Table

from ...delays import Pause
from ...rules import operation
from ...wire import Call
from .common import API, existing_table, invalid


@operation("dynamodb", "UpdateTimeToLive", source=API + "API_UpdateTimeToLive.html")
def update_time_to_live(call: Call) -> dict[str, Any]:
    """ENABLING precedes ENABLED, DISABLING DISABLED; no change is allowed meanwhile, nor one that changes nothing."""
    table, wanted = existing_table(call), call.params["TimeToLiveSpecification"]
    current = _settled(table)
    status, attribute = current["TimeToLiveStatus"], current.get("AttributeName")
    if status in ("ENABLING", "DISABLING"):
        raise invalid("Time to live has been modified multiple times within a fixed interval")
    if status == "ENABLED" and wanted["AttributeName"] != attribute:
        raise invalid(f"TimeToLive is active on a different AttributeName: current AttributeName is {attribute}")
    if wanted["Enabled"] == (status == "ENABLED"):
        raise invalid(f"TimeToLive is already {status.lower()}")
    table.ttl = {
        "TimeToLiveStatus": "ENABLING" if wanted["Enabled"] else "DISABLING",
        "AttributeName": wanted["AttributeName"],
    }
    table.sanders_ttl_pause = Pause("dynamodb.time-to-live")
    return {"TimeToLiveSpecification": wanted}


@operation("dynamodb", "DescribeTimeToLive", source=API + "API_TimeToLiveDescription.html")
def describe_time_to_live(call: Call) -> dict[str, Any]:
    """Names the attribute unless time to live is DISABLED."""
    return {"TimeToLiveDescription": _settled(existing_table(call))}


def _settled(table: Table) -> dict[str, str]:
    """The present setting, after ending a change that is due to end."""
    live: dict[str, str] = table.ttl
    if live["TimeToLiveStatus"] == "ENABLING" and table.sanders_ttl_pause.over:
        live["TimeToLiveStatus"] = "ENABLED"
    elif live["TimeToLiveStatus"] == "DISABLING" and table.sanders_ttl_pause.over:
        table.ttl = live = {"TimeToLiveStatus": "DISABLED"}
    return live
