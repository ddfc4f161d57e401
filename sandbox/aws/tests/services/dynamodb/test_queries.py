"""Queries: conditions on keys."""

from typing import Any

import pytest

from conftest import Aws, code_of
from services.dynamodb.conftest import create

rule = pytest.mark.rule
NAMES = {"#d": "date"}
VALUES = {":c": {"S": "a"}, ":x": {"S": "1"}, ":y": {"S": "2"}, ":n": {"N": "1"}}


@pytest.fixture
def dates(aws: Aws) -> str:
    """A table with a partition key c and a sort key date, and three items of a."""
    types = {"c": "S", "date": "S"}
    create(
        aws,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()],
        KeySchema=[{"AttributeName": "c", "KeyType": "HASH"}, {"AttributeName": "date", "KeyType": "RANGE"}],
    )
    for date in "123":
        aws("dynamodb").put_item(TableName="features", Item={"c": {"S": "a"}, "date": {"S": date}})
    return "features"


def query(aws: Aws, condition: str, **parameters: Any) -> list[str]:
    text = condition + str(parameters.get("FilterExpression", ""))
    names = {name: value for name, value in NAMES.items() if name in text}
    found = aws("dynamodb").query(
        TableName="features",
        KeyConditionExpression=condition,
        ExpressionAttributeValues={name: value for name, value in VALUES.items() if name in text},
        **({"ExpressionAttributeNames": names} if names else {}),
        **parameters,
    )
    return [item["date"]["S"] for item in found["Items"]]


@pytest.mark.parametrize(
    ("condition", "dates_found"),
    [
        ("c = :c", "123"),
        ("(c = :c) AND (#d >= :y)", "23"),
        ("c = :c and #d between :x AND :y", "12"),
        ("c = :c AND begins_with(#d, :x)", "1"),
        ("#d < :y AND c = :c", "1"),
    ],
)
def test_conditions(aws: Aws, dates: str, condition: str, dates_found: str) -> None:
    assert query(aws, condition) == list(dates_found)


@rule("dynamodb.check_key_condition")
@pytest.mark.parametrize(
    "condition",
    [
        pytest.param("c = :c OR #d = :x", id="or"),
        pytest.param("c = :c AND #d BETWEEN :y AND :x", id="bounds the wrong way round"),
        pytest.param("c = :n", id="a number for a text"),
        pytest.param("c = :c AND #d > :n", id="a number for a text in a range"),
    ],
)
def test_refused(aws: Aws, dates: str, condition: str) -> None:
    assert code_of(query, aws=aws, condition=condition) == "ValidationException"


@pytest.mark.parametrize("condition", ["c = :c AND #d IN (:x)", "c = :c AND #d <> :x", "c = :c AND contains(#d, :x)"])
def test_operators_that_are_not_for_keys(aws: Aws, dates: str, condition: str) -> None:
    assert code_of(query, aws=aws, condition=condition) == "ValidationException"


@rule("dynamodb.check_filter")
def test_a_filter_is_not_about_keys(aws: Aws, dates: str) -> None:
    bad = {"condition": "c = :c", "FilterExpression": "#d = :x"}
    assert code_of(query, aws=aws, **bad) == "ValidationException"
    assert query(aws, "c = :c", FilterExpression="attribute_not_exists(x.c) AND n <> :x") == list("123")


@rule("dynamodb.check_start_key")
def test_a_page_begins_at_a_whole_key(aws: Aws, dates: str) -> None:
    scan = aws("dynamodb").scan
    assert code_of(scan, TableName=dates, ExclusiveStartKey={"c": {"S": "a"}}) == "ValidationException"
    rest = scan(TableName=dates, ExclusiveStartKey={"c": {"S": "a"}, "date": {"S": "1"}})["Items"]
    assert [item["date"]["S"] for item in rest] == ["2", "3"]
