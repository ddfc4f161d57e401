"""Parameters held to the services' models."""

import json
import urllib.error
import urllib.request
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from conftest import BUSY, REGION, Aws, code_of
from sanders_aws.validation import _fits


def unchecked(aws: Aws, service: str) -> Any:
    """A client that sends what it is told to, and leaves the checks to AWS."""
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    return boto3.client(service, endpoint_url=aws.url, region_name=REGION, config=config, **keys)


def raw(aws: Aws, service: str, target: str, body: Any) -> tuple[str, str]:
    """Error code and message of a call with a body that boto3 would not send."""
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/{service}/aws4_request",
        "Content-Type": "application/x-amz-json-1.0",
    }
    path = "/"
    if target.startswith("/"):
        path, headers["Content-Type"] = target, "application/json"
    else:
        headers["X-Amz-Target"] = target
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(aws.url + path, data=sent, headers=headers)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=BUSY)
    answer = json.load(refused.value)
    return str(refused.value.headers["x-amzn-ErrorType"]), str(answer.get("message"))


@pytest.mark.parametrize(
    ("service", "action", "parameters", "code", "says"),
    [
        pytest.param(
            "dynamodb", "create_table",
            {
                "TableName": "t" * 1025, "BillingMode": "FREE",
                "KeySchema": [{"AttributeName": "a", "KeyType": "FIRST"}], "AttributeDefinitions": [],
            },
            "ValidationException",
            [
                "3 validation errors detected: ",
                "' at 'tableName' failed to satisfy constraint: Member must have length less than or equal to 1024; ",
                "Value 'FIRST' at 'keySchema.1.member.keyType' failed to satisfy constraint: Member must satisfy enum "
                "value set: [HASH, RANGE]",
                "Value 'FREE' at 'billingMode'",
            ],
            id="several at once",
        ),
        pytest.param(
            "dynamodb", "update_continuous_backups",
            {
                "TableName": "t",
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 36},
            },
            "ValidationException",
            ["Value '36' at 'pointInTimeRecoverySpecification.recoveryPeriodInDays' failed to satisfy constraint: "],
            id="deep inside",
        ),
        pytest.param(
            "dynamodb", "batch_get_item", {"RequestItems": {}}, "ValidationException",
            ["Value '{}' at 'requestItems' failed to satisfy constraint: Member must have length greater than"],
            id="an empty map",
        ),
        pytest.param(
            "ecr", "create_repository", {"repositoryName": "Upper"}, "InvalidParameterException",
            ["at 'repositoryName' failed to satisfy constraint: Member must satisfy regular expression pattern: "],
            id="a pattern",
        ),
        pytest.param(
            "stepfunctions", "list_state_machines", {"maxResults": 1001}, "ValidationException",
            ["Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to"],
            id="a range",
        ),
        pytest.param(
            "iam", "create_role", {"RoleName": "r" * 65, "AssumeRolePolicyDocument": "{}"}, "ValidationError",
            ["at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64"],
            id="the query protocol",
        ),
        pytest.param(
            "budgets", "describe_budgets", {"AccountId": "12"}, "InvalidParameterException", ["'accountId'"],
            id="a minimum that boto3 checks too",
        ),
    ],
)  # fmt: skip
def test_constraints(
    aws: Aws, service: str, action: str, parameters: dict[str, Any], code: str, says: list[str]
) -> None:
    client = unchecked(aws, service)
    with pytest.raises(ClientError) as refused:
        getattr(client, action)(**parameters)
    assert refused.value.response["Error"]["Code"] == code
    for text in says:
        assert text in refused.value.response["Error"]["Message"]


def test_what_is_required(aws: Aws) -> None:
    client = unchecked(aws, "dynamodb")
    with pytest.raises(ClientError, match="Value null at 'tableName' failed to satisfy constraint: Member must not be"):
        client.describe_table()
    assert code_of(client.describe_table, TableName="nowhere") == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("service", "target", "body", "says"),
    [
        pytest.param("dynamodb", "DynamoDB_20120810.DescribeTable", {"TableName": 5}, "NUMBER_VALUE", id="a number"),
        pytest.param("dynamodb", "DynamoDB_20120810.DescribeTable", {"TableName": True}, "TRUE_VALUE", id="a boolean"),
        pytest.param("dynamodb", "DynamoDB_20120810.DescribeTable", {"TableName": ["a"]}, "Start of", id="a list"),
        pytest.param("dynamodb", "DynamoDB_20120810.ListTables", {"Limit": "5"}, "to Integer", id="a text"),
        pytest.param(
            "states", "AWSStepFunctions.ListStateMachines", {"maxResults": 1.5}, "to Integer", id="a fraction"
        ),
        pytest.param("batch", "/v1/describejobs", {"jobs": [5]}, "NUMBER_VALUE", id="in a list"),
        pytest.param("batch", "/v1/describejobs", {"jobs": "one"}, "STRING_VALUE cannot", id="no list"),
    ],
)
def test_types(aws: Aws, service: str, target: str, body: dict[str, Any], says: str) -> None:
    code, message = raw(aws, service, target, body)
    assert code == "SerializationException"
    assert says in message


def test_constraints_count_what_aws_counts() -> None:
    assert _fits("[a-z]+", "abc")
    assert not _fits("[a-z]+", "abc!")
    assert _fits("[", "what Python cannot read is left to AWS")
