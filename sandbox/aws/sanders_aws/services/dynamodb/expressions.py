"""Expressions: what they may name, and what they must be given.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
"""

import re
from collections.abc import Iterator
from typing import Any

from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from ...errors import AwsError
from ...rules import guard
from ...wire import Answer, Call
from .common import invalid

_GUIDE = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
_KINDS = (
    "ConditionExpression", "FilterExpression", "KeyConditionExpression", "ProjectionExpression", "UpdateExpression",
)  # fmt: skip
_LONGEST = 4096  # bytes. Source: developerguide/Constraints.html
_TOKEN = re.compile(r"[#:]?\w+|\S")
_OPERATORS = {"AND", "BETWEEN", "IN", "NOT", "OR"}
_CLAUSES = {"ADD", "DELETE", "REMOVE", "SET"}


@guard(
    "dynamodb", "BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "TransactGetItems",
    "TransactWriteItems", "UpdateItem", source=_GUIDE + "ReservedWords.html",
)  # fmt: skip
def check_expressions(call: Call) -> Answer | None:
    """An expression names no reserved word, and uses all names and values that it is given, and no others."""
    for holder in _holders(call.params):
        _check_holder(holder)
    return None


def _holders(value: Any) -> Iterator[dict[str, Any]]:
    """The structures in a call's parameters that have expressions, or names or values for them."""
    if isinstance(value, list):
        for inner in value:
            yield from _holders(inner)
    elif isinstance(value, dict):
        if any(isinstance(value.get(kind), str) for kind in _KINDS) or "ExpressionAttributeNames" in value:
            yield value
        for inner in value.values():
            yield from _holders(inner)


def _check_holder(holder: dict[str, Any]) -> None:
    names, values = holder.get("ExpressionAttributeNames", {}), holder.get("ExpressionAttributeValues", {})
    expressions = {kind: holder[kind] for kind in _KINDS if isinstance(holder.get(kind), str)}
    if not expressions:
        raise invalid("ExpressionAttributeNames can only be specified when using expressions")
    used: set[str] = set()
    for kind, text in expressions.items():
        if not text.strip():
            raise _bad(kind, "The expression can not be empty;")
        if len(text.encode()) > _LONGEST:
            raise _bad(
                kind,
                f"Expression size has exceeded the maximum allowed size; expression size: {len(text.encode())}",
            )
        tokens = _TOKEN.findall(text)
        for token, following in zip(tokens, [*tokens[1:], ""], strict=True):
            _check_token(kind, token, following, names, values)
        used.update(tokens)
    for what, given in (("Names", names), ("Values", values)):
        unused = sorted(set(given) - used)
        if unused:
            raise invalid(
                f"Value provided in ExpressionAttribute{what} unused in expressions: keys: {{{', '.join(unused)}}}"
            )


def _check_token(kind: str, token: str, following: str, names: dict[str, str], values: dict[str, Any]) -> None:
    if token.startswith("#") and token not in names:
        raise _bad(
            kind,
            "An expression attribute name used in the document path is not defined; attribute name: " + token,
        )
    if token.startswith(":") and token not in values:
        raise _bad(kind, f"An expression attribute value used in expression is not defined; attribute value: {token}")
    word = token.upper()
    is_syntax = following == "(" or word in (_CLAUSES if kind == "UpdateExpression" else _OPERATORS)
    if not is_syntax and word in ReservedKeywords.get_reserved_keywords():
        raise _bad(kind, f"Attribute name is a reserved keyword; reserved keyword: {token}")


def _bad(kind: str, problem: str) -> AwsError:
    return invalid(f"Invalid {kind}: {problem}")
