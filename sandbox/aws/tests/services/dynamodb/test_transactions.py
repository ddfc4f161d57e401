"""Transactions: what cancels them, and what happens when they are sent again."""

import pytest
from botocore.exceptions import ClientError

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


@rule("dynamodb.check_transaction")
def test_a_bad_item_cancels_the_transaction(aws: Aws, table: str) -> None:
    good = {"Put": {"TableName": table, "Item": {"id": {"S": "a"}}}}
    bad = {"Put": {"TableName": table, "Item": {"id": {"N": "1"}}}}
    with pytest.raises(ClientError) as cancelled:
        aws("dynamodb").transact_write_items(TransactItems=[good, bad])
    assert cancelled.value.response["Error"]["Code"] == "TransactionCanceledException"
    assert "[None, ValidationError]" in cancelled.value.response["Error"]["Message"]
    reasons = cancelled.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ValidationError"]
    assert "Type mismatch for key id" in reasons[1]["Message"]
    assert aws("dynamodb").scan(TableName=table)["Count"] == 0
