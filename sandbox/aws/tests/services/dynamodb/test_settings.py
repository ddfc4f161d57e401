"""Settings of tables."""

from typing import Any

import pytest

from conftest import Aws, code_of
from services.dynamodb.conftest import create, table_of, update

rule = pytest.mark.rule
THROUGHPUT = {"ReadCapacityUnits": 2, "WriteCapacityUnits": 1}
KEY = [{"AttributeName": "id", "KeyType": "HASH"}]
STREAM = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}


def index(name: str, **parameters: Any) -> dict[str, Any]:
    return {"IndexName": name, "KeySchema": KEY, "Projection": {"ProjectionType": "ALL"}, **parameters}


@rule("dynamodb.keep_settings")
@rule("dynamodb.describe_tables")
def test_the_class_is_kept(aws: Aws) -> None:
    assert create(aws, TableClass="STANDARD_INFREQUENT_ACCESS")["TableClassSummary"]["TableClass"] == (
        "STANDARD_INFREQUENT_ACCESS"
    )
    table_of(aws)
    assert update(aws, TableClass="STANDARD")["TableClassSummary"]["TableClass"] == "STANDARD"
    assert table_of(aws)["TableClassSummary"]["TableClass"] == "STANDARD"


@rule("dynamodb.keep_settings")
@rule("dynamodb.describe_tables")
def test_limits_are_kept(aws: Aws) -> None:
    limit = {"MaxReadRequestUnits": 10}
    create(aws, OnDemandThroughput=limit, GlobalSecondaryIndexes=[index("first", OnDemandThroughput=limit)])
    found = table_of(aws)
    assert found["OnDemandThroughput"] == found["GlobalSecondaryIndexes"][0]["OnDemandThroughput"] == limit
    update(aws, OnDemandThroughput={"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": 5})
    change = {"IndexName": "first", "OnDemandThroughput": {"MaxWriteRequestUnits": 7}}
    table_of(aws)
    update(aws, GlobalSecondaryIndexUpdates=[{"Update": change}])
    found = table_of(aws)
    assert found["OnDemandThroughput"] == {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": 5}
    assert found["GlobalSecondaryIndexes"][0]["OnDemandThroughput"] == {
        "MaxReadRequestUnits": 10,
        "MaxWriteRequestUnits": 7,
    }


@rule("dynamodb.keep_settings")
def test_encryption_is_switched(aws: Aws, table: str) -> None:
    own = aws("kms").create_key()["KeyMetadata"]
    assert "SSEDescription" not in table_of(aws), "the key is DynamoDB's own"
    aws.delays("dynamodb.update=3600")
    update(aws, SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": own["KeyId"]})
    encryption = table_of(aws)["SSEDescription"]
    assert (encryption["Status"], encryption["KMSMasterKeyArn"]) == ("UPDATING", own["Arn"])
    aws.delays("none")
    assert table_of(aws)["SSEDescription"]["Status"] == "ENABLED"
    update(aws, SSESpecification={"Enabled": True, "SSEType": "KMS"})
    assert table_of(aws)["SSEDescription"]["KMSMasterKeyArn"] != own["Arn"], "it is AWS's key in the account now"
    update(aws, SSESpecification={"Enabled": False})
    assert "SSEDescription" not in table_of(aws)


@rule("dynamodb.check_encryption")
def test_encryption_must_change_and_have_a_key(aws: Aws, table: str) -> None:
    assert code_of(update, aws=aws, SSESpecification={"Enabled": False}) == "ValidationException"
    aws_key = {"Enabled": True, "SSEType": "KMS"}
    unknown = {**aws_key, "KMSMasterKeyId": "alias/unknown"}
    assert code_of(update, aws=aws, SSESpecification=unknown) == "ValidationException"
    update(aws, SSESpecification=aws_key)
    table_of(aws)
    assert code_of(update, aws=aws, SSESpecification=aws_key) == "ValidationException"


@rule("dynamodb.keep_settings")
def test_on_demand_provisions_nothing(aws: Aws) -> None:
    create(aws, ProvisionedThroughput=THROUGHPUT)
    table_of(aws)
    update(aws, BillingMode="PAY_PER_REQUEST")
    found = table_of(aws)["ProvisionedThroughput"]
    assert (found["ReadCapacityUnits"], found["WriteCapacityUnits"]) == (0, 0)


@rule("dynamodb.check_update")
@pytest.mark.parametrize(
    ("mode", "change", "code"),
    [
        pytest.param({}, {}, "ValidationException", id="nothing"),
        pytest.param({}, {"ProvisionedThroughput": THROUGHPUT}, "ValidationException", id="throughput on demand"),
        pytest.param({}, {"BillingMode": "PROVISIONED"}, "ValidationException", id="no throughput"),
        pytest.param(
            {"ProvisionedThroughput": THROUGHPUT},
            {"ProvisionedThroughput": THROUGHPUT},
            "ValidationException",
            id="the same throughput",
        ),
        pytest.param(
            {},
            {"GlobalSecondaryIndexUpdates": [{"Create": index("first")}, {"Create": index("second")}]},
            "LimitExceededException",
            id="two indexes",
        ),
    ],
)
def test_refused_updates(aws: Aws, mode: dict[str, Any], change: dict[str, Any], code: str) -> None:
    create(aws, **mode)
    before = table_of(aws)
    assert code_of(update, aws=aws, **change) == code
    assert table_of(aws) == before


@rule("dynamodb.check_stream")
def test_a_stream_is_enabled_once(aws: Aws, table: str) -> None:
    off = {"StreamEnabled": False}
    assert code_of(update, aws=aws, StreamSpecification=off) == "ValidationException"
    update(aws, StreamSpecification=STREAM)
    table_of(aws)
    assert code_of(update, aws=aws, StreamSpecification=STREAM) == "ValidationException"
    update(aws, StreamSpecification=off)
    assert "StreamSpecification" not in table_of(aws)


@rule("dynamodb.describe_tables")
def test_indexes_have_arns(aws: Aws) -> None:
    create(aws, GlobalSecondaryIndexes=[index("first")])
    found = table_of(aws)
    assert found["GlobalSecondaryIndexes"][0]["IndexArn"] == f"{found['TableArn']}/index/first"
