"""Attribute values."""

from typing import Any

import pytest

from conftest import Aws, code_of

rule = pytest.mark.rule


def put(aws: Aws, value: dict[str, Any]) -> None:
    aws("dynamodb").put_item(TableName="features", Item={"id": {"S": "a"}, "x": value})


def kept(aws: Aws) -> dict[str, Any]:
    found = aws("dynamodb").get_item(TableName="features", Key={"id": {"S": "a"}})["Item"]["x"]
    return dict(found)


def nested(depth: int) -> dict[str, Any]:
    return {"L": [nested(depth - 1)]} if depth > 1 else {"S": "1"}


@rule("dynamodb.check_values")
@pytest.mark.parametrize(
    "value",
    [
        pytest.param({"N": "1" * 39}, id="39 digits"),
        pytest.param({"N": "0." + "1" * 39}, id="39 digits behind the point"),
        pytest.param({"N": "1E+126"}, id="too large"),
        pytest.param({"N": "-1E+126"}, id="too small"),
        pytest.param({"N": "1E-131"}, id="too near to 0"),
        pytest.param({"N": "NaN"}, id="not a number"),
        pytest.param({"N": "Infinity"}, id="infinity"),
        pytest.param({"N": "1_000"}, id="Python's own"),
        pytest.param({"L": [{"M": {"y": {"N": "1" * 39}}}]}, id="deep inside"),
        pytest.param({"NS": ["1", "1.0"]}, id="a number twice"),
        pytest.param({"SS": ["a", "a"]}, id="a text twice"),
        pytest.param({"SS": []}, id="an empty set"),
        pytest.param({"NULL": False}, id="a null that is none"),
        pytest.param(nested(33), id="33 levels"),
    ],
)
def test_refused(aws: Aws, table: str, value: dict[str, Any]) -> None:
    assert code_of(put, aws=aws, value=value) == "ValidationException"
    values = {":x": value}
    scan = {"TableName": table, "FilterExpression": "x = :x", "ExpressionAttributeValues": values}
    assert code_of(aws("dynamodb").scan, **scan) == "ValidationException"


@pytest.mark.parametrize(
    "value",
    [{"N": "1" * 38}, {"N": "9" * 38 + "0" * 88}, {"N": "-0." + "0" * 129 + "1"}, {"SS": ["a", "b"]}, nested(32)],
)
def test_taken(aws: Aws, table: str, value: dict[str, Any]) -> None:
    put(aws, value)
    assert kept(aws) == value


@rule("dynamodb.keep_numbers_exact")
@pytest.mark.parametrize(
    ("given", "back"), [("1.10", "1.1"), ("007", "7"), ("1E3", "1000"), ("-0", "0"), ("0.0010", "0.001"), (".5", "0.5")]
)
def test_numbers_come_back_without_needless_zeros(aws: Aws, table: str, given: str, back: str) -> None:
    put(aws, {"N": given})
    assert kept(aws) == {"N": back}


def add(aws: Aws, number: str) -> None:
    aws("dynamodb").update_item(
        TableName="features", Key={"id": {"S": "a"}}, UpdateExpression="ADD x :x",
        ExpressionAttributeValues={":x": {"N": number}},
    )  # fmt: skip


@rule("dynamodb.keep_numbers_exact")
def test_sums_are_exact_or_refused(aws: Aws, table: str) -> None:
    put(aws, {"N": "1." + "0" * 36 + "1"})
    add(aws, "0." + "0" * 36 + "1")
    assert kept(aws) == {"N": "1." + "0" * 36 + "2"}
    assert code_of(add, aws=aws, number="100") == "ValidationException"
    assert kept(aws) == {"N": "1." + "0" * 36 + "2"}
