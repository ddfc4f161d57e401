"""Tables: created, updated, deleted."""

from typing import Any

import pytest

from conftest import Aws, code_of, eventually
from services.dynamodb.conftest import create, table_of, update

rule = pytest.mark.rule
ITEM = {"TableName": "features", "Item": {"id": {"S": "a"}}}
KEY = [{"AttributeName": "id", "KeyType": "HASH"}]


def index(name: str) -> dict[str, Any]:
    return {"IndexName": name, "KeySchema": KEY, "Projection": {"ProjectionType": "ALL"}}


def indexes(aws: Aws) -> dict[str, str]:
    """Status of the indexes by name."""
    return {found["IndexName"]: found["IndexStatus"] for found in table_of(aws).get("GlobalSecondaryIndexes", [])}


@rule("dynamodb.begin_as_creating")
@rule("dynamodb.describe_tables")
@rule("dynamodb.guard_changing_tables")
def test_creation_takes_its_time(aws: Aws) -> None:
    dynamodb = aws("dynamodb")
    aws.delays("dynamodb.create=3600")
    assert create(aws, GlobalSecondaryIndexes=[index("first")])["TableStatus"] == "CREATING"
    found = table_of(aws)
    assert found["TableStatus"] == "CREATING"
    assert indexes(aws) == {"first": "CREATING"}
    assert code_of(dynamodb.delete_table, TableName="features") == "ResourceInUseException"
    tags = {"ResourceArn": found["TableArn"], "Tags": [{"Key": "a", "Value": "b"}]}
    assert code_of(dynamodb.tag_resource, **tags) == "ResourceInUseException"
    backups = {"TableName": "features", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
    assert code_of(dynamodb.update_continuous_backups, **backups) == "ContinuousBackupsUnavailableException"
    assert code_of(dynamodb.put_item, **ITEM) == "ResourceNotFoundException"
    aws.delays("none")
    eventually(lambda: table_of(aws)["TableStatus"], lambda status: status == "ACTIVE")
    assert indexes(aws) == {"first": "ACTIVE"}
    dynamodb.put_item(**ITEM)
    dynamodb.update_continuous_backups(**backups)


@rule("dynamodb.begin_as_updating")
@rule("dynamodb.guard_changing_tables")
def test_an_update_takes_its_time(aws: Aws, table: str) -> None:
    dynamodb = aws("dynamodb")
    aws.delays("dynamodb.update=3600")
    assert update(aws, DeletionProtectionEnabled=True)["TableStatus"] == "UPDATING"
    assert table_of(aws)["TableStatus"] == "UPDATING"
    dynamodb.put_item(**ITEM)
    assert code_of(update, aws=aws, DeletionProtectionEnabled=False) == "ResourceInUseException"
    assert code_of(dynamodb.delete_table, TableName=table) == "ResourceInUseException"
    aws.delays("none")
    found = eventually(lambda: table_of(aws), lambda found: found["TableStatus"] == "ACTIVE")
    assert found["DeletionProtectionEnabled"] is True


@rule("dynamodb.begin_as_updating")
def test_indexes_change_with_their_table(aws: Aws, table: str) -> None:
    definitions = [{"AttributeName": "id", "AttributeType": "S"}]

    def change(**what: Any) -> None:
        aws.delays("dynamodb.update=3600")
        update(aws, AttributeDefinitions=definitions, GlobalSecondaryIndexUpdates=[what])

    change(Create=index("first"))
    assert indexes(aws) == {"first": "CREATING"}
    aws.delays("none")
    assert indexes(aws) == {"first": "ACTIVE"}
    change(Update={"IndexName": "first", "OnDemandThroughput": {"MaxReadRequestUnits": 5}})
    assert indexes(aws) == {"first": "UPDATING"}
    aws.delays("none")
    assert indexes(aws) == {"first": "ACTIVE"}
    change(Delete={"IndexName": "first"})
    assert indexes(aws) == {"first": "DELETING"}
    aws.delays("none")
    assert indexes(aws) == {}


@rule("dynamodb.delete_table")
@rule("dynamodb.guard_changing_tables")
def test_deletion_takes_its_time(aws: Aws, table: str) -> None:
    dynamodb = aws("dynamodb")
    aws.delays("dynamodb.delete=3600")
    assert dynamodb.delete_table(TableName=table)["TableDescription"]["TableStatus"] == "DELETING"
    assert table_of(aws)["TableStatus"] == "DELETING"
    assert code_of(dynamodb.delete_table, TableName=table) == "ResourceInUseException"
    assert code_of(create, aws=aws) == "ResourceInUseException"
    assert code_of(dynamodb.put_item, **ITEM) == "ResourceNotFoundException"
    aws.delays("none")
    assert code_of(dynamodb.describe_table, TableName=table) == "ResourceNotFoundException"
    assert table not in dynamodb.list_tables()["TableNames"]


def test_a_protected_table_stays(aws: Aws) -> None:
    create(aws, DeletionProtectionEnabled=True)
    table_of(aws)
    assert code_of(aws("dynamodb").delete_table, TableName="features") == "ValidationException"
    assert code_of(aws("dynamodb").delete_table, TableName="unknown") == "ResourceNotFoundException"
