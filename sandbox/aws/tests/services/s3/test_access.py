"""Who may use a bucket."""

import json
from typing import Any

import pytest

from conftest import ACCOUNT, Aws, code_of
from services.s3.conftest import LOCATION

rule = pytest.mark.rule


def policy(**changes: Any) -> str:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::data", "arn:aws:s3:::data/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        **changes,
    }
    statement = {key: value for key, value in statement.items() if value is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@rule("s3.check_bucket_policy")
@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("no JSON", "MalformedPolicy", id="no JSON"),
        pytest.param("{}", "MalformedPolicy", id="no statement"),
        pytest.param(policy(Resource="arn:aws:s3:::other/*"), "MalformedPolicy", id="another bucket"),
        pytest.param(policy(Resource=None), "MalformedPolicy", id="no resource"),
        pytest.param(policy(Action="ec2:RunInstances"), "MalformedPolicy", id="action of another service"),
        pytest.param(policy(Effect="Maybe"), "MalformedPolicy", id="effect"),
        pytest.param(
            policy(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/unknown"}), "MalformedPolicy", id="unknown principal"
        ),
        pytest.param(policy(Effect="Allow", Condition=None), "AccessDenied", id="public"),
    ],
)
def test_refused_policies(aws: Aws, bucket: str, text: str, code: str) -> None:
    assert code_of(aws("s3").put_bucket_policy, Bucket=bucket, Policy=text) == code


def test_accepted_policies(aws: Aws, bucket: str) -> None:
    aws("s3").put_bucket_policy(Bucket=bucket, Policy=policy())
    assert json.loads(aws("s3").get_bucket_policy(Bucket=bucket)["Policy"]) == json.loads(policy())
    aws("s3").delete_public_access_block(Bucket=bucket)
    aws("s3").put_bucket_policy(Bucket=bucket, Policy=policy(Effect="Allow", Condition=None))


@rule("s3.refuse_acls")
def test_acls_are_disabled(aws: Aws, bucket: str) -> None:
    client = aws("s3")
    assert code_of(client.put_bucket_acl, Bucket=bucket, ACL="public-read") == "AccessControlListNotSupported"
    assert code_of(client.put_object, Bucket=bucket, Key="a", ACL="public-read") == "AccessControlListNotSupported"
    client.put_object(Bucket=bucket, Key="a", ACL="bucket-owner-full-control")
    parameters = {"Bucket": "other", "ACL": "public-read", "CreateBucketConfiguration": LOCATION}
    assert code_of(client.create_bucket, **parameters) == "InvalidBucketAclWithObjectOwnership"


@rule("s3.apply_conditions")
def test_a_condition_that_is_not_met_denies_nothing(aws: Aws, bucket: str) -> None:
    aws("s3").put_bucket_policy(Bucket=bucket, Policy=policy())
    aws("s3").put_object(Bucket=bucket, Key="key", Body=b"content")
    assert aws("s3").head_object(Bucket=bucket, Key="key")["ContentLength"] == 7
    assert aws("s3").get_object(Bucket=bucket, Key="key")["Body"].read() == b"content"
    aws("s3").delete_object(Bucket=bucket, Key="key")


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param(None, id="none"),
        pytest.param({"Bool": {"aws:SecureTransport": "true"}}, id="through TLS"),
        pytest.param({"BoolIfExists": {"aws:SecureTransport": ["true"]}}, id="through TLS, if known"),
        pytest.param({"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}, id="of a VPC, if known"),
    ],
)
def test_a_condition_that_is_met_denies(aws: Aws, bucket: str, condition: dict[str, Any] | None) -> None:
    aws("s3").put_bucket_policy(Bucket=bucket, Policy=policy(Action="s3:PutObject", Condition=condition))
    assert code_of(aws("s3").put_object, Bucket=bucket, Key="key", Body=b"") == "403"


def test_a_condition_on_what_the_request_does_not_have_denies_nothing(aws: Aws, bucket: str) -> None:
    condition = {"StringEquals": {"aws:SourceVpc": "vpc-1"}, "Bool": {"aws:SecureTransport": "true"}}
    aws("s3").put_bucket_policy(Bucket=bucket, Policy=policy(Action="s3:PutObject", Condition=condition))
    aws("s3").put_object(Bucket=bucket, Key="key", Body=b"")
