"""Expressions."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from conftest import Aws, code_of

rule = pytest.mark.rule
KEY = {"TableName": "features", "Key": {"id": {"S": "a"}}}
ONE = {":x": {"S": "1"}}

RESERVED: dict[str, tuple[str, dict[str, Any]]] = {
    "key condition": (
        "query",
        {
            "TableName": "features", "KeyConditionExpression": "id = :x AND date = :x",
            "ExpressionAttributeValues": ONE,
        },
    ),
    "filter": ("scan", {"TableName": "features", "FilterExpression": "#n = :x OR Status IN (:x)"}),
    "path": ("scan", {"TableName": "features", "FilterExpression": "#n = :x AND a.name = :x"}),
    "condition": (
        "delete_item", {**KEY, "ConditionExpression": "attribute_exists(year)"},
    ),
    "projection": ("get_item", {**KEY, "ProjectionExpression": "id, count"}),
    "update": ("update_item", {**KEY, "UpdateExpression": "SET total = :x", "ExpressionAttributeValues": ONE}),
    "batch": ("batch_get_item", {"RequestItems": {"features": {"Keys": [KEY["Key"]], "ProjectionExpression": "data"}}}),
    "transaction": (
        "transact_write_items",
        {"TransactItems": [{"ConditionCheck": {**KEY, "ConditionExpression": "attribute_exists(hash)"}}]},
    ),
}  # fmt: skip


@rule("dynamodb.check_expressions")
def test_reserved_words_in_key_conditions(aws: Aws, table: str) -> None:
    refuse_reserved(aws, "key condition")


@pytest.mark.parametrize("case", RESERVED)
def test_reserved_words(aws: Aws, table: str, case: str) -> None:
    refuse_reserved(aws, case)


def refuse_reserved(aws: Aws, case: str) -> None:
    action, parameters = RESERVED[case]
    if "#n" in parameters.get("FilterExpression", ""):
        parameters = {**parameters, "ExpressionAttributeNames": {"#n": "n"}, "ExpressionAttributeValues": ONE}
    with pytest.raises(ClientError, match="Attribute name is a reserved keyword; reserved keyword: ") as refused:
        getattr(aws("dynamodb"), action)(**parameters)
    assert refused.value.response["Error"]["Code"] == "ValidationException"


@pytest.mark.parametrize(
    ("names", "values", "expression"),
    [
        pytest.param({"#d": "date"}, ONE, "#d = :x AND #e = :x", id="a name that is not defined"),
        pytest.param({}, ONE, "d = :x AND e = :y", id="a value that is not defined"),
        pytest.param({"#d": "date", "#e": "e"}, ONE, "#d = :x", id="a name that is not used"),
        pytest.param({}, {**ONE, ":y": {"S": "1"}}, "d = :x", id="a value that is not used"),
        pytest.param({}, ONE, " ", id="nothing"),
        pytest.param({}, ONE, "d = :x OR " * 500 + "d = :x", id="more than 4 KB"),
    ],
)
def test_names_and_values(aws: Aws, table: str, names: dict[str, str], values: dict[str, Any], expression: str) -> None:
    given = {"ExpressionAttributeNames": names} if names else {}
    scan = {"TableName": table, "FilterExpression": expression, "ExpressionAttributeValues": values, **given}
    assert code_of(aws("dynamodb").scan, **scan) == "ValidationException"


def test_what_is_allowed(aws: Aws, table: str) -> None:
    dynamodb = aws("dynamodb")
    dynamodb.put_item(TableName=table, Item={"id": {"S": "a"}, "date": {"S": "1"}, "n": {"N": "1"}})
    found = dynamodb.scan(
        TableName=table,
        FilterExpression="size(#d) BETWEEN :one AND :one and not contains(id, :x) AND n IN (:one)",
        ProjectionExpression="#d, n",
        ExpressionAttributeNames={"#d": "date"},
        ExpressionAttributeValues={":one": {"N": "1"}, **ONE},
    )
    assert found["Items"] == [{"date": {"S": "1"}, "n": {"N": "1"}}]
    dynamodb.update_item(
        **KEY,
        UpdateExpression="SET a = if_not_exists(a, :x) REMOVE #d ADD n :one DELETE s :s",
        ExpressionAttributeNames={"#d": "date"},
        ExpressionAttributeValues={":one": {"N": "1"}, ":s": {"SS": ["x"]}, **ONE},
    )
    assert dynamodb.get_item(**KEY)["Item"] == {"id": {"S": "a"}, "a": {"S": "1"}, "n": {"N": "2"}}
