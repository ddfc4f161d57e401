"""Settings of tables that moto forgets, and changes of settings that AWS refuses."""

from typing import Any

from moto.dynamodb.models.table import Table
from moto.kms.models import kms_backends

from ...errors import AwsError
from ...rules import amendment, guard
from ...wire import Answer, Call
from .common import API, existing_table, invalid

_SETTINGS = {
    "AttributeDefinitions", "BillingMode", "ProvisionedThroughput", "GlobalSecondaryIndexUpdates",
    "StreamSpecification", "SSESpecification", "ReplicaUpdates", "TableClass", "DeletionProtectionEnabled",
    "MultiRegionConsistency", "GlobalTableWitnessUpdates", "OnDemandThroughput", "WarmThroughput",
}  # fmt: skip
_DEFAULT_KEY = "alias/aws/dynamodb"


@guard("dynamodb", "UpdateTable", source=API + "API_UpdateTable.html")
def check_update(call: Call) -> Answer | None:
    """An update must change something; one index is created or deleted at a time; capacity goes with its mode."""
    table, params = existing_table(call), call.params
    if not _SETTINGS & set(params):
        raise invalid(
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or "
            "SSESpecification or ReplicaUpdates is required"
        )
    updates = params.get("GlobalSecondaryIndexUpdates", [])
    if sum("Create" in update or "Delete" in update for update in updates) > 1:
        raise AwsError(
            "LimitExceededException",
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
        )
    mode, throughput = params.get("BillingMode", table.billing_mode), params.get("ProvisionedThroughput")
    if mode == "PAY_PER_REQUEST" and throughput:
        raise invalid(
            "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be "
            "specified when BillingMode is PAY_PER_REQUEST"
        )
    if mode == "PROVISIONED" and table.billing_mode == "PAY_PER_REQUEST" and not throughput:
        raise invalid(
            "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be "
            "specified when BillingMode is PROVISIONED"
        )
    if (
        throughput
        and mode == table.billing_mode
        and all(table.throughput[key] == throughput[key] for key in throughput)
    ):
        raise invalid(
            "The provisioned throughput for the table will not change. The requested value equals the current value."
        )
    return None


@guard("dynamodb", "UpdateTable", source=API + "API_StreamSpecification.html")
def check_stream(call: Call) -> Answer | None:
    """A stream cannot be enabled where there is one, nor disabled where there is none."""
    table, wanted = existing_table(call), call.params.get("StreamSpecification")
    if not wanted:
        return None
    enabled = bool(table.stream_specification and table.stream_specification.get("StreamEnabled"))
    if wanted["StreamEnabled"] and enabled:
        raise invalid(f"Table already has an enabled stream: TableName: {table.name}")
    if not wanted["StreamEnabled"] and not enabled:
        raise invalid(f"Table has no stream to disable: TableName: {table.name}")
    return None


@guard("dynamodb", "CreateTable", "UpdateTable", source=API + "API_SSESpecification.html")
def check_encryption(call: Call) -> Answer | None:
    """The key must exist, and the encryption must change."""
    wanted = call.params.get("SSESpecification")
    if not wanted:
        return None
    key = _key_arn(call, wanted)
    if call.action == "CreateTable":
        return None
    current = existing_table(call).sse_specification or {}
    if not current.get("Enabled") and not key:
        raise invalid("One or more parameter values were invalid: Table is already encrypted by default")
    if current.get("Enabled") and current.get("KMSMasterKeyId") == key:
        raise invalid("One or more parameter values were invalid: Table is already encrypted by given KMSMasterKeyId")
    return None


@amendment("dynamodb", "CreateTable", "UpdateTable", source=API + "API_UpdateTable.html")
def keep_settings(call: Call, answer: Answer) -> Answer:
    """Table class, encryption and on-demand limits are kept; an on-demand table has no provisioned throughput."""
    table, params = existing_table(call), call.params
    if params.get("BillingMode") == "PAY_PER_REQUEST":
        for of in (table, *table.global_indexes):
            of.throughput = {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0}
    if "TableClass" in params:
        table.sanders_class = params["TableClass"]
    if "OnDemandThroughput" in params:
        table.sanders_on_demand = {**on_demand_limits(table), **params["OnDemandThroughput"]}
    if "SSESpecification" in params:
        key = _key_arn(call, params["SSESpecification"])
        table.sse_specification = {"Enabled": bool(key), "KMSMasterKeyId": key}
    given = params.get("GlobalSecondaryIndexes", []) + [
        change for update in params.get("GlobalSecondaryIndexUpdates", []) for change in update.values()
    ]
    for index in table.global_indexes:
        for change in given:
            if change["IndexName"] == index.name and "OnDemandThroughput" in change:
                index.sanders_on_demand = {**on_demand_limits(index), **change["OnDemandThroughput"]}
    return call.answer(table.describe())


def on_demand_limits(of: Any) -> dict[str, int]:
    """The limits of on-demand throughput of a table or an index; -1 where one was removed."""
    limits: dict[str, int] = of.__dict__.get("sanders_on_demand", {})
    return limits


def _key_arn(call: Call, specification: dict[str, Any]) -> str:
    """The ARN of the key that a table is to be encrypted with; empty for DynamoDB's own."""
    if not specification.get("Enabled"):
        return ""
    given = specification.get("KMSMasterKeyId", _DEFAULT_KEY)
    kms = kms_backends[call.account][call.region]
    if given == _DEFAULT_KEY:
        # AWS makes this key of its own when it is first used.
        return str(Table._get_default_encryption_key(None, call.account, call.region))
    try:
        return str(kms.describe_key(given).arn)
    except Exception:
        raise invalid(f"KMS validation error: Invalid keyId {given}") from None
