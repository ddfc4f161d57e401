"""Attribute values: of one type each, numbers of 38 digits, sets that are sets.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
"""

from collections.abc import Iterator
from decimal import Context, Decimal, InvalidOperation
from typing import Any

from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models.dynamo_type import DynamoType

from ...errors import AwsError
from ...rules import guard, patch
from ...wire import Answer, Call
from .common import API, invalid

_GUIDE = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/"
_MOST_DIGITS = 38
_LARGEST = Decimal("9" * _MOST_DIGITS + "E+88")  # 9.99…E+125
_SMALLEST = Decimal("1E-130")
_DEEPEST = 32
_EXACT = Context(prec=600)  # enough for the sum of the largest and the smallest number
_SETS = {"SS": "string", "NS": "number", "BS": "binary"}


@guard("dynamodb", "*", source=API + "API_AttributeValue.html")
def check_values(call: Call) -> Answer | None:
    """An attribute value has one type; a number 38 digits and a range; a set members, and none twice."""
    shape = call.operation.input_shape if call.operation else None
    for value in _values(shape, call.params) if shape else []:
        _check(value)
    return None


@patch("dynamodb", "GetItem", "PutItem", "UpdateItem", source=_GUIDE + "HowItWorks.NamingRulesDataTypes.html")
def keep_numbers_exact() -> None:
    """A number is kept without leading and trailing zeros, and sums and differences are exact or refused."""
    make = DynamoType.__init__

    def init(self: Any, given: Any) -> None:
        make(self, given)
        if self.type == "N":
            self.value = _plain(self.value)
        elif self.type == "NS":
            self.value = [_plain(number) for number in self.value]

    def add(self: Any, other: Any) -> Any:
        return _computed(self, other, 1)

    def subtract(self: Any, other: Any) -> Any:
        return _computed(self, other, -1)

    DynamoType.__init__ = init
    DynamoType.__add__ = add
    DynamoType.__sub__ = subtract


def _values(shape: Any, value: Any) -> Iterator[dict[str, Any]]:
    """All attribute values in a call's parameters; not those that are inside of others."""
    if shape.name == "AttributeValue":
        yield value
    elif shape.type_name == "structure" and isinstance(value, dict):
        for name, inner in value.items():
            if name in shape.members and inner is not None:
                yield from _values(shape.members[name], inner)
    elif shape.type_name == "list" and isinstance(value, list):
        for inner in value:
            yield from _values(shape.member, inner)
    elif shape.type_name == "map" and isinstance(value, dict):
        for inner in value.values():
            yield from _values(shape.value, inner)


def _check(value: dict[str, Any], depth: int = 1) -> None:
    given = {kind: content for kind, content in value.items() if content is not None}
    if not given:
        raise invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
    if len(given) > 1:
        raise invalid(
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported "
            "datatypes"
        )
    if depth > _DEEPEST:
        raise invalid(
            "Nesting Levels have exceeded supported limits: Attributes have nested levels beyond supported limit"
        )
    ((kind, content),) = given.items()
    if kind == "NULL" and content is not True:
        raise _wrong("Null attribute value types must have the value of true")
    for number in content if kind == "NS" else [content] if kind == "N" else []:
        problem = _number_problem(number)
        if problem:
            raise invalid(problem)
    if kind in _SETS:
        _check_set(kind, content)
    for inner in content if kind == "L" else content.values() if kind == "M" else []:
        _check(inner, depth + 1)


def _check_set(kind: str, members: list[Any]) -> None:
    if not members:
        raise _wrong(f"An {_SETS[kind]} set  may not be empty")
    distinct = {Decimal(member) for member in members} if kind == "NS" else set(members)
    if len(distinct) < len(members):
        raise _wrong(f"Input collection [{', '.join(map(str, members))}] contains duplicates.")


def _wrong(problem: str) -> AwsError:
    return invalid(f"One or more parameter values were invalid: {problem}")


def _number_problem(text: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return f"A value provided cannot be converted into a number: {text}"
    if not number.is_finite() or "_" in text or text != text.strip():
        return f"A value provided cannot be converted into a number: {text}"
    if len("".join(map(str, number.as_tuple().digits)).strip("0")) > _MOST_DIGITS:
        return f"Attempting to store more than {_MOST_DIGITS} significant digits in a Number"
    if number.copy_abs() > _LARGEST:
        return "Number overflow. Attempting to store a number with magnitude larger than supported range"
    if number and number.copy_abs() < _SMALLEST:
        return "Number underflow. Attempting to store a number with magnitude smaller than supported range"
    return ""


def _computed(left: Any, right: Any, sign: int) -> Any:
    """The sum of two numbers of moto's, or their difference if `sign` is -1."""
    if left.type != "N" or right.type != "N":
        raise MockValidationException("An operand in the update expression has an incorrect data type")
    total = str(_EXACT.add(Decimal(left.value), _EXACT.multiply(Decimal(right.value), Decimal(sign))))
    problem = _number_problem(total)
    if problem:
        raise MockValidationException(problem)
    return DynamoType({"N": total})


def _plain(text: str) -> str:
    """A number as DynamoDB gives it back."""
    number = Decimal(text)
    return f"{number.normalize(_EXACT):f}" if number else "0"
