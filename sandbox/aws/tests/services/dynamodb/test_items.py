"""Items: their keys, their size, and how many go into a call."""

from typing import Any

import pytest

from conftest import Aws, code_of
from services.dynamodb.conftest import create

rule = pytest.mark.rule
ATTRIBUTES = [{"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "day", "AttributeType": "N"}]
SCHEMA = [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "day", "KeyType": "RANGE"}]


@pytest.fixture
def days(aws: Aws) -> str:
    """A table with a partition key and a sort key."""
    create(aws, AttributeDefinitions=ATTRIBUTES, KeySchema=SCHEMA)
    return "features"


def item(day: Any = 1, customer: str = "a", **more: Any) -> dict[str, Any]:
    return {"id": {"S": customer}, "day": {"N": str(day)}, **more}


def put(day: Any = 1, **more: Any) -> dict[str, Any]:
    return {"PutRequest": {"Item": item(day, **more)}}


BAD_KEYS = {
    "no sort key": {"id": {"S": "a"}},
    "empty": item(customer=""),
    "another type": {"id": {"N": "1"}, "day": {"N": "1"}},
    "too long": item(customer="x" * 2049),
}


@pytest.mark.parametrize("case", BAD_KEYS)
def test_bad_keys_in_a_batch(aws: Aws, days: str, case: str) -> None:
    batch = {days: [put(2), {"PutRequest": {"Item": BAD_KEYS[case]}}]}
    assert code_of(aws("dynamodb").batch_write_item, RequestItems=batch) == "ValidationException"
    assert aws("dynamodb").scan(TableName=days)["Count"] == 0, "it is refused as a whole"


@pytest.mark.parametrize("case", BAD_KEYS)
def test_bad_keys(aws: Aws, days: str, case: str) -> None:
    bad = BAD_KEYS[case]
    assert code_of(aws("dynamodb").put_item, TableName=days, Item=bad) == "ValidationException"
    for action in ("get_item", "delete_item", "update_item"):
        assert code_of(getattr(aws("dynamodb"), action), TableName=days, Key=bad) == "ValidationException", action


def test_a_key_and_no_more(aws: Aws, days: str) -> None:
    key = item(x={"S": "1"})
    assert code_of(aws("dynamodb").get_item, TableName=days, Key=key) == "ValidationException"


@rule("dynamodb.check_items")
@pytest.mark.parametrize(
    "requests",
    [
        pytest.param([put(day) for day in range(26)], id="26"),
        pytest.param([put(1), put(1, x={"S": "other"})], id="one item twice"),
        pytest.param([put(1), {"DeleteRequest": {"Key": item(1)}}], id="put and deleted"),
    ],
)
def test_batches_that_are_refused(aws: Aws, days: str, requests: list[dict[str, Any]]) -> None:
    assert code_of(aws("dynamodb").batch_write_item, RequestItems={days: requests}) == "ValidationException"
    assert aws("dynamodb").scan(TableName=days)["Count"] == 0, "it is refused as a whole"


def test_limits_of_a_batch(aws: Aws, days: str) -> None:
    large = {days: [put(x={"S": "x" * 410_000})]}
    assert code_of(aws("dynamodb").batch_write_item, RequestItems=large) == "ValidationException"
    aws("dynamodb").batch_write_item(RequestItems={days: [put(day) for day in range(25)]})
    keys = [item(day) for day in range(101)]
    assert len(aws("dynamodb").batch_get_item(RequestItems={days: {"Keys": keys[:100]}})["Responses"][days]) == 25
    assert code_of(aws("dynamodb").batch_get_item, RequestItems={days: {"Keys": keys}}) == "ValidationException"
    nowhere = {"nowhere": [put()]}
    assert code_of(aws("dynamodb").batch_write_item, RequestItems=nowhere) == "ResourceNotFoundException"


@rule("dynamodb.limit_growth")
def test_the_largest_item(aws: Aws, days: str) -> None:
    """Names and values count: id, a, day and a number of one digit, x and the rest of 400 KB."""
    rest = 400 * 1024 - len("id" + "a" + "day" + "x") - 2
    aws("dynamodb").put_item(TableName=days, Item=item(x={"S": "x" * rest}))
    larger = item(x={"S": "x" * (rest + 1)})
    assert code_of(aws("dynamodb").put_item, TableName=days, Item=larger) == "ValidationException"
    update = {"UpdateExpression": "SET y = :y", "ExpressionAttributeValues": {":y": {"BOOL": True}}}
    assert code_of(aws("dynamodb").update_item, TableName=days, Key=item(), **update) == "ValidationException"
