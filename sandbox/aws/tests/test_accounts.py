"""Accounts other than the emulator's own, which one enters by assuming a role."""

from typing import Any

import boto3

from conftest import ACCOUNT, REGION, Aws, code_of

OTHER = "111122223333"


def inside(aws: Aws, account: str, service: str) -> Any:
    """A client with the credentials of a role of an account."""
    role = f"arn:aws:iam::{account}:role/visitor"
    credentials = aws("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    return boto3.client(
        service,
        endpoint_url=aws.url,
        region_name=REGION,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


def test_an_assumed_role_calls_in_its_own_account(aws: Aws) -> None:
    assert aws("sts").get_caller_identity()["Account"] == ACCOUNT
    identity = inside(aws, OTHER, "sts").get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (OTHER, f"arn:aws:sts::{OTHER}:assumed-role/visitor/test")


def test_accounts_do_not_see_each_others_things(aws: Aws) -> None:
    batch, dynamodb = inside(aws, OTHER, "batch"), inside(aws, OTHER, "dynamodb")
    arn = batch.create_scheduling_policy(name="fair")["arn"]
    dynamodb.create_table(
        TableName="things",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    assert arn == f"arn:aws:batch:{REGION}:{OTHER}:scheduling-policy/fair"
    assert aws("batch").list_scheduling_policies()["schedulingPolicies"] == []
    assert aws("dynamodb").list_tables()["TableNames"] == []
    assert len(batch.list_scheduling_policies()["schedulingPolicies"]) == 1


def test_calls_and_faults_are_told_apart_by_account(aws: Aws) -> None:
    aws.fault(kind="error", service="batch", code="Odd", status=418, account=OTHER)
    assert code_of(inside(aws, OTHER, "batch").list_scheduling_policies) == "Odd"
    assert code_of(aws("batch").list_scheduling_policies) == ""
    assert [call["error"] for call in aws.calls(f"service=batch&account={OTHER}")] == ["Odd"]
    assert [call["error"] for call in aws.calls(f"service=batch&account={ACCOUNT}")] == [""]
