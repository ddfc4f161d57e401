"""Queries: which conditions on keys DynamoDB has.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from moto.dynamodb.models.table import Table

from ...errors import AwsError
from ...rules import guard
from ...wire import Answer, Call
from .common import existing_table, invalid

_SOURCE = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html"
_TOKEN = re.compile(r"[#:]?\w+|<>|<=|>=|\S")
_PATH = re.compile(r"(?<![\w.#:\]])(#?\w+)")
_CONDITION = re.compile(
    r"(?P<name>#?\w+)\s*(?:(?P<operator>=|<=|>=|<|>)\s*(?P<value>:\w+)"
    r"|BETWEEN\s+(?P<low>:\w+)\s+AND\s+(?P<high>:\w+))"
    r"|begins_with\s*\(\s*(?P<prefixed>#?\w+)\s*,\s*(?P<prefix>:\w+)\s*\)",
    re.IGNORECASE,
)
_NOT_FOR_KEYS = {"OR", "NOT", "IN", "<>", "CONTAINS", "SIZE", "ATTRIBUTE_EXISTS", "ATTRIBUTE_NOT_EXISTS"}


@guard("dynamodb", "Query", source=_SOURCE)
def check_key_condition(call: Call) -> Answer | None:
    """A key condition has = for the partition key and one range for the sort key, with values of the keys' types."""
    condition = call.params.get("KeyConditionExpression")
    if condition is None:
        return None
    for token in _TOKEN.findall(condition):
        if token.upper() in _NOT_FOR_KEYS:
            raise invalid(f"Invalid operator used in KeyConditionExpression: {token}")
    table = existing_table(call)
    types = {attribute["AttributeName"]: attribute["AttributeType"] for attribute in table.attr}
    keys = _keys_of(table, call.params.get("IndexName"))
    for name, operator, values in _conditions(condition, call.params):
        if name in keys:
            _check(operator, types[name], values)
    return None


@guard("dynamodb", "Query", source=_SOURCE)
def check_filter(call: Call) -> Answer | None:
    """A query's filter is about other attributes than the keys."""
    names = call.params.get("ExpressionAttributeNames", {})
    keys = _keys_of(existing_table(call), call.params.get("IndexName"))
    for token in _PATH.findall(call.params.get("FilterExpression", "")):
        name = names.get(token, token)
        if name in keys:
            raise invalid(
                "Filter Expression can only contain non-primary key attributes: Primary key attribute: " + name
            )
    return None


@guard("dynamodb", "Query", "Scan", source=_SOURCE)
def check_start_key(call: Call) -> Answer | None:
    """A page begins at a whole key of the table, with that of the index."""
    start, table = call.params.get("ExclusiveStartKey"), existing_table(call)
    if start is None:
        return None
    if set(start) != {*_keys_of(table, None), *_keys_of(table, call.params.get("IndexName"))}:
        raise invalid("The provided starting key is invalid: The provided key element does not match the schema")
    return None


def _keys_of(table: Table, index: str | None) -> list[str]:
    """Names of the key attributes of a table, or of one of its indexes; moto reports an index that is not there."""
    schema = table.schema
    for candidate in [*table.indexes, *table.global_indexes]:
        if index and candidate.name == index:
            schema = candidate.schema
    return [key["AttributeName"] for key in schema]


def _conditions(text: str, params: dict[str, Any]) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Attribute, operator and values of each condition."""
    names, values = params.get("ExpressionAttributeNames", {}), params.get("ExpressionAttributeValues", {})
    for match in _CONDITION.finditer(text):
        name = match["name"] or match["prefixed"]
        operator = match["operator"] or ("BETWEEN" if match["low"] else "begins_with")
        given = [match[group] for group in ("value", "low", "high", "prefix") if match[group]]
        yield names.get(name, name), operator, [values[value] for value in given]


def _check(operator: str, wanted: str, values: list[dict[str, Any]]) -> None:
    if any(list(value) != [wanted] for value in values):
        raise invalid("One or more parameter values were invalid: Condition parameter type does not match schema type")
    if operator == "begins_with" and wanted == "N":
        raise _bad(
            "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N"
        )
    if operator == "BETWEEN":
        low, high = (Decimal(value["N"]) if wanted == "N" else value[wanted] for value in values)
        if low > high:
            raise _bad(
                "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
                f"lower bound operand: AttributeValue: {_shown(values[0])}, "
                f"upper bound operand: AttributeValue: {_shown(values[1])}"
            )


def _shown(value: dict[str, Any]) -> str:
    return ", ".join(f"{{{kind}:{content}}}" for kind, content in value.items())


def _bad(problem: str) -> AwsError:
    return invalid(f"Invalid KeyConditionExpression: {problem}")
