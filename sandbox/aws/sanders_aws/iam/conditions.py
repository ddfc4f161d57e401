"""The Condition element: operators, their …IfExists forms, sets, and Null.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

import base64
import binascii
import contextlib
import ipaddress
import operator
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from .patterns import Context, Style, compile_pattern

Check = Callable[[Context], bool]
"""Whether a request with this context meets a condition."""

_Test = Callable[[str, Context], bool]
"""Whether one value of the request matches one value of the policy."""


class BadCondition(ValueError):
    """A Condition element that IAM refuses; the text says why."""


def compile_condition(element: Any, variables: bool) -> list[Check]:
    """The checks of a Condition element, all of which a request must pass. Raises BadCondition."""
    if not isinstance(element, dict) or not all(isinstance(keys, dict) for keys in element.values()):
        raise BadCondition("Condition must be an object of objects")
    return [
        _check(name, key.lower(), _texts(values), variables)
        for name, keys in element.items()
        for key, values in keys.items()
    ]


def _texts(values: Any) -> list[str]:
    values = values if isinstance(values, list) else [values]
    if not all(isinstance(value, str | int | float) for value in values):
        raise BadCondition("a condition's values must be texts, numbers or booleans")
    return [str(value).lower() if isinstance(value, bool) else str(value) for value in values]


def _check(name: str, key: str, wanted: list[str], variables: bool) -> Check:
    quantifier, _, base = name.rpartition(":")
    if quantifier not in ("", "ForAllValues", "ForAnyValue"):
        raise BadCondition(f"Invalid Condition type : {name}")
    if base == "Null":
        return _null(key, wanted)
    base, if_exists = base.removesuffix("IfExists"), base.endswith("IfExists")
    positive = _NEGATIONS.get(base, base)
    make = _TESTS.get(positive)
    if make is None:
        raise BadCondition(f"Invalid Condition type : {name}")
    tests = [make(value, variables) for value in wanted]
    negated = base in _NEGATIONS

    def matches(value: str, context: Context) -> bool:
        return any(test(value, context) for test in tests) is not negated

    def check(context: Context) -> bool:
        found = context.get(key)
        if found is None or found == ():
            return if_exists or quantifier == "ForAllValues" or (negated and not quantifier)
        if not quantifier:
            # A key with several values needs ForAllValues or ForAnyValue: without, nobody should rely on the result.
            return isinstance(found, str) and matches(found, context)
        values = (found,) if isinstance(found, str) else found
        hold = all if quantifier == "ForAllValues" else any
        return hold(matches(value, context) for value in values)

    return check


def _null(key: str, wanted: list[str]) -> Check:
    """`Null: true` wants the key to be absent, `Null: false` to be there."""
    allowed = {value.lower() == "true" for value in wanted}
    return lambda context: (context.get(key) in (None, ())) in allowed


def _string(style: Style) -> Callable[[str, bool], _Test]:
    return lambda wanted, variables: compile_pattern(wanted, style, variables)


def _ordered(read: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> Callable[[str, bool], _Test]:
    """An operator that compares what the texts say. A text that says nothing of the kind matches nothing."""

    def make(wanted: str, _: bool) -> _Test:
        try:
            limit = read(wanted)
        except ValueError:
            raise BadCondition(f"{wanted!r} is no value for this condition") from None

        def test(value: str, _: Context) -> bool:
            with contextlib.suppress(ValueError):
                return compare(read(value), limit)
            return False

        return test

    return make


def _date(text: str) -> datetime:
    """ISO 8601, or seconds since the epoch."""
    with contextlib.suppress(ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(float(text), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError(text) from None


def _contains(address: Any, network: Any) -> bool:
    return bool(address.version == network.version and address.subnet_of(network))


def _network(text: str) -> Any:
    return ipaddress.ip_network(text, strict=False)


_TESTS: dict[str, Callable[[str, bool], _Test]] = {
    "StringEquals": _string("exact"),
    "StringEqualsIgnoreCase": _string("ignore-case"),
    "StringLike": _string("like"),
    "ArnEquals": _string("arn"),
    "ArnLike": _string("arn"),
    "Bool": _string("ignore-case"),
    "NumericEquals": _ordered(float, operator.eq),
    "NumericLessThan": _ordered(float, operator.lt),
    "NumericLessThanEquals": _ordered(float, operator.le),
    "NumericGreaterThan": _ordered(float, operator.gt),
    "NumericGreaterThanEquals": _ordered(float, operator.ge),
    "DateEquals": _ordered(_date, operator.eq),
    "DateLessThan": _ordered(_date, operator.lt),
    "DateLessThanEquals": _ordered(_date, operator.le),
    "DateGreaterThan": _ordered(_date, operator.gt),
    "DateGreaterThanEquals": _ordered(_date, operator.ge),
    "BinaryEquals": _ordered(_bytes, operator.eq),
    "IpAddress": _ordered(_network, _contains),
}
_NEGATIONS = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
}
