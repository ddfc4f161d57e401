"""Items: their keys and their size, also in batches, which are refused as a whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models.dynamo_type import LimitedSizeDict
from moto.dynamodb.models.table import Table

from ...errors import AwsError
from ...rules import guard, patch
from ...wire import Answer, Call
from .common import API, backend_of, invalid

_GUIDE = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
_LARGEST_ITEM = 400 * 1024  # bytes
_LARGEST_KEYS = {"HASH": 2048, "RANGE": 1024}  # bytes
_MOST = {"BatchGetItem": 100, "BatchWriteItem": 25}


@dataclass(frozen=True)
class _Item:
    """An item that a call puts, or the key of one that it is about otherwise."""

    table: Table
    attributes: dict[str, Any]
    is_whole: bool

    @property
    def identity(self) -> tuple[str, str]:
        """The same for all items that are one."""
        key = {name: self.attributes[name] for name in self.table.table_key_attrs}
        return self.table.name, repr(key)


@guard(
    "dynamodb", "BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "UpdateItem",
    source=_GUIDE + "Constraints.html",
)  # fmt: skip
def check_items(call: Call) -> Answer | None:
    """A key is the table's, not empty and not too long; an item has 400 KB; a batch 25 puts or 100 gets, none twice."""
    entries = list(_entries(call.action, call.params))
    if len(entries) > _MOST.get(call.action, len(entries)):
        raise invalid(f"Too many items requested for the {call.action} call")
    items = []
    for name, attributes, is_whole in entries:
        table = backend_of(call).tables.get(name.rpartition("/")[2])
        if table is None:
            raise AwsError("ResourceNotFoundException", "Requested resource not found")
        items.append(_Item(table, attributes, is_whole))
    for item in items:
        _check(item)
    if len({item.identity for item in items}) < len(items):
        raise invalid("Provided list of item keys contains duplicates")
    return None


@guard("dynamodb", "TransactGetItems", "TransactWriteItems", source=API + "API_TransactWriteItems.html")
def check_transaction(call: Call) -> Answer | None:
    """A transaction with a bad key or a large item is cancelled, with a reason for each of its items."""
    reasons = []
    for entry in call.params["TransactItems"]:
        ((_, operation),) = entry.items()
        table = backend_of(call).tables.get(operation["TableName"].rpartition("/")[2])
        if table is None:
            raise AwsError("ResourceNotFoundException", "Requested resource not found")
        whole = operation.get("Item")
        try:
            _check(_Item(table, whole or operation["Key"], whole is not None))
            reasons.append({"Code": "None"})
        except AwsError as problem:
            reasons.append({"Code": "ValidationError", "Message": problem.message})
    codes = ", ".join(reason["Code"] for reason in reasons)
    if "ValidationError" in codes:
        raise AwsError(
            "TransactionCanceledException",
            f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
            CancellationReasons=reasons,
        )
    return None


@patch("dynamodb", "PutItem", "UpdateItem", source=_GUIDE + "Constraints.html")
def limit_growth() -> None:
    """An item has 400 KB, names and values together, also after an update."""

    def set_item(self: Any, name: str, value: Any) -> None:
        attributes = {**self, name: value}
        if sum(len(key.encode()) + _kept_size(kept) for key, kept in attributes.items()) > _LARGEST_ITEM:
            raise ItemSizeTooLarge
        dict.__setitem__(self, name, value)

    LimitedSizeDict.__setitem__ = set_item


def _entries(action: str, params: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], bool]]:
    """Table, attributes, and whether they are a whole item and not only a key, for each item of a call."""
    if action == "BatchGetItem":
        for table, request in params["RequestItems"].items():
            for key in request["Keys"]:
                yield table, key, False
    elif action == "BatchWriteItem":
        for table, requests in params["RequestItems"].items():
            for request in requests:
                put = request.get("PutRequest")
                yield (table, put["Item"], True) if put else (table, request["DeleteRequest"]["Key"], False)
    elif "Item" in params:
        yield params["TableName"], params["Item"], True
    else:
        yield params["TableName"], params["Key"], False


def _check(item: _Item) -> None:
    """Refuses a bad key, and an item that is too large."""
    _check_key(item)
    if item.is_whole and _size_of(item.attributes) > _LARGEST_ITEM:
        raise invalid("Item size has exceeded the maximum allowed size")


def _check_key(item: _Item) -> None:
    types = {attribute["AttributeName"]: attribute["AttributeType"] for attribute in item.table.attr}
    kinds = {key["AttributeName"]: key["KeyType"] for key in item.table.schema}
    if not item.is_whole and set(item.attributes) != set(kinds):
        raise invalid("The provided key element does not match the schema")
    for name, kind in kinds.items():
        if name not in item.attributes:
            raise invalid(f"One or more parameter values were invalid: Missing the key {name} in the item")
        ((given, value),) = item.attributes[name].items()
        if given != types[name]:
            raise invalid(
                f"One or more parameter values were invalid: Type mismatch for key {name} expected: {types[name]} "
                f"actual: {given}"
                if item.is_whole
                else "The provided key element does not match the schema"
            )
        if given in ("S", "B") and not value:
            what = "string" if given == "S" else "binary"
            raise invalid(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
                f"empty {what} value. Key: {name}"
            )
        if given in ("S", "B") and len(_encoded(value)) > _LARGEST_KEYS[kind]:
            what = "hashkey" if kind == "HASH" else "rangekey"
            raise invalid(
                f"One or more parameter values were invalid: Size of {what} has exceeded the maximum size limit of"
                f"{_LARGEST_KEYS[kind]} bytes"
            )


def _size_of(attributes: dict[str, Any]) -> int:
    """Bytes that an item takes. Source: developerguide/CapacityUnitCalculations.html."""
    return sum(len(name.encode()) + _value_size(value) for name, value in attributes.items())


def _value_size(value: dict[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S" | "B":
            return len(_encoded(content))
        case "N":
            return len(content.strip("-+0.")) // 2 + 2
        case "SS" | "BS":
            return sum(len(_encoded(member)) for member in content)
        case "NS":
            return sum(_value_size({"N": member}) for member in content)
        case "L":
            return 3 + sum(1 + _value_size(inner) for inner in content)
        case "M":
            return 3 + len(content) + _size_of(content)
    return 1


def _kept_size(value: Any) -> int:
    """Bytes of a value as moto keeps it: inner ones are DynamoTypes, too."""
    if isinstance(value.value, list) and value.type == "L":
        return 3 + sum(1 + _kept_size(inner) for inner in value.value)
    if isinstance(value.value, dict):
        return 3 + sum(1 + len(name.encode()) + _kept_size(inner) for name, inner in value.value.items())
    return _value_size({value.type: value.value})


def _encoded(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value
