"""Transactions that are sent again."""

import pytest

from conftest import Aws

rule = pytest.mark.rule


def write(aws: Aws, number: str, token: str) -> None:
    update = {
        "TableName": "features",
        "Key": {"id": {"S": "a"}},
        "UpdateExpression": "ADD n :n",
        "ExpressionAttributeValues": {":n": {"N": number}},
    }
    aws("dynamodb").transact_write_items(TransactItems=[{"Update": update}], ClientRequestToken=token)


@rule("dynamodb.repeat_transaction")
@rule("dynamodb.remember_transaction")
def test_a_repeated_transaction_happens_once(aws: Aws, table: str) -> None:
    for token in ("first", "first", "second"):
        write(aws, "1", token)
    found = aws("dynamodb").get_item(TableName=table, Key={"id": {"S": "a"}})["Item"]
    assert found["n"] == {"N": "2"}
    with pytest.raises(aws("dynamodb").exceptions.IdempotentParameterMismatchException):
        write(aws, "5", "first")
