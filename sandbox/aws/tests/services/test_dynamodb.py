"""DynamoDB."""

import pytest

from conftest import Aws, code_of, eventually

rule = pytest.mark.rule


@pytest.fixture
def table(aws: Aws) -> str:
    create(aws)
    return "features"


def create(aws: Aws, **parameters: object) -> None:
    aws("dynamodb").create_table(
        TableName="features",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **parameters,
    )


@rule("dynamodb.give_table_ids")
def test_a_table_has_an_id_of_its_own(aws: Aws, table: str) -> None:
    first, again = (aws("dynamodb").describe_table(TableName=table)["Table"]["TableId"] for _ in range(2))
    assert first == again
    aws("dynamodb").delete_table(TableName=table)
    eventually(lambda: code_of(aws("dynamodb").describe_table, TableName=table), bool)
    create(aws)
    assert aws("dynamodb").describe_table(TableName=table)["Table"]["TableId"] != first


@rule("dynamodb.delete_table")
@rule("dynamodb.guard_changing_tables")
def test_deletion_takes_its_time(aws: Aws, table: str) -> None:
    dynamodb = aws("dynamodb")
    aws.delays("dynamodb.delete=1.5")
    assert dynamodb.delete_table(TableName=table)["TableDescription"]["TableStatus"] == "DELETING"
    assert dynamodb.describe_table(TableName=table)["Table"]["TableStatus"] == "DELETING"
    assert code_of(dynamodb.delete_table, TableName=table) == "ResourceInUseException"
    assert code_of(create, aws=aws) == "ResourceInUseException"
    item = {"TableName": table, "Item": {"id": {"S": "a"}}}
    assert code_of(dynamodb.put_item, **item) == "ResourceNotFoundException"
    eventually(
        lambda: code_of(dynamodb.describe_table, TableName=table), lambda code: code == "ResourceNotFoundException"
    )
    assert table not in dynamodb.list_tables()["TableNames"]


@rule("dynamodb.begin_as_creating")
@rule("dynamodb.guard_changing_tables")
def test_creation_takes_its_time(aws: Aws) -> None:
    dynamodb = aws("dynamodb")
    aws.delays("dynamodb.create=1.5")
    create(aws)
    found = dynamodb.describe_table(TableName="features")["Table"]
    assert found["TableStatus"] == "CREATING"
    assert code_of(dynamodb.delete_table, TableName="features") == "ResourceInUseException"
    tags = {"ResourceArn": found["TableArn"], "Tags": [{"Key": "a", "Value": "b"}]}
    assert code_of(dynamodb.tag_resource, **tags) == "ResourceInUseException"
    backups = {"TableName": "features", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
    assert code_of(dynamodb.update_continuous_backups, **backups) == "ContinuousBackupsUnavailableException"
    item = {"TableName": "features", "Item": {"id": {"S": "a"}}}
    assert code_of(dynamodb.put_item, **item) == "ResourceNotFoundException"
    status = lambda: dynamodb.describe_table(TableName="features")["Table"]["TableStatus"]  # noqa: E731
    eventually(status, lambda status: status == "ACTIVE")
    dynamodb.put_item(**item)
    dynamodb.update_continuous_backups(**backups)


def test_a_protected_table_stays(aws: Aws) -> None:
    create(aws, DeletionProtectionEnabled=True)
    assert code_of(aws("dynamodb").delete_table, TableName="features") == "ValidationException"
    assert code_of(aws("dynamodb").delete_table, TableName="unknown") == "ResourceNotFoundException"


@rule("dynamodb.describe_contributor_insights")
@rule("dynamodb.update_contributor_insights")
def test_contributor_insights(aws: Aws, table: str) -> None:
    dynamodb = aws("dynamodb")
    assert dynamodb.describe_contributor_insights(TableName=table)["ContributorInsightsStatus"] == "DISABLED"
    dynamodb.update_contributor_insights(TableName=table, ContributorInsightsAction="ENABLE")
    assert dynamodb.describe_contributor_insights(TableName=table)["ContributorInsightsStatus"] == "ENABLED"
    assert code_of(dynamodb.describe_contributor_insights, TableName="unknown") == "ResourceNotFoundException"


@rule("dynamodb.describe_streaming_destinations")
def test_streaming_destinations(aws: Aws, table: str) -> None:
    assert (
        aws("dynamodb").describe_kinesis_streaming_destination(TableName=table)["KinesisDataStreamDestinations"] == []
    )


@rule("dynamodb.describe_replica_auto_scaling")
def test_replica_auto_scaling(aws: Aws, table: str) -> None:
    found = aws("dynamodb").describe_table_replica_auto_scaling(TableName=table)["TableAutoScalingDescription"]
    assert found["TableName"] == table
