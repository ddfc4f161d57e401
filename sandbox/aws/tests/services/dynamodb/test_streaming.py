"""What follows a table's changes elsewhere."""

import pytest

from conftest import Aws

rule = pytest.mark.rule


@rule("dynamodb.describe_streaming_destinations")
def test_streaming_destinations(aws: Aws, table: str) -> None:
    found = aws("dynamodb").describe_kinesis_streaming_destination(TableName=table)
    assert found["KinesisDataStreamDestinations"] == []


@rule("dynamodb.describe_replica_auto_scaling")
def test_replica_auto_scaling(aws: Aws, table: str) -> None:
    found = aws("dynamodb").describe_table_replica_auto_scaling(TableName=table)["TableAutoScalingDescription"]
    assert found["TableName"] == table
