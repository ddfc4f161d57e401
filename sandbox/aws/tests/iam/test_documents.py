"""Statements: which requests they are about, and whom they name."""

import json
from typing import Any

import pytest

from sanders_aws.iam.documents import Grant, MalformedPolicy, Policy, Principal, Request

ACCOUNT = "111122223333"
ROLE = Principal(
    f"arn:aws:sts::{ACCOUNT}:assumed-role/team/sam", ACCOUNT, role=f"arn:aws:iam::{ACCOUNT}:role/path/team"
)
USER = Principal(f"arn:aws:iam::{ACCOUNT}:user/JohnDoe", ACCOUNT)
BATCH = Principal("batch.amazonaws.com", ACCOUNT, service=True)
BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket"


def statement(**elements: Any) -> Any:
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", **elements}}
    return Policy(json.dumps(document)).statements[0]


APPLIES: dict[str, tuple[dict[str, Any], str, str, bool]] = {
    "an action": ({"Action": "s3:GetObject", "Resource": "*"}, "s3:GetObject", BUCKET, True),
    "in other case": ({"Action": "S3:getobject", "Resource": "*"}, "s3:GetObject", BUCKET, True),
    "every action": ({"Action": "*", "Resource": "*"}, "s3:GetObject", BUCKET, True),
    "a service's actions": ({"Action": "s3:*", "Resource": "*"}, "s3:GetObject", BUCKET, True),
    "another service's": ({"Action": "s3:*", "Resource": "*"}, "s3-outposts:GetObject", BUCKET, False),
    "some actions": ({"Action": ["s3:Get*", "s3:List?ucket"], "Resource": "*"}, "s3:ListBucket", BUCKET, True),
    "not those actions": ({"Action": ["s3:Get*"], "Resource": "*"}, "s3:PutObject", BUCKET, False),
    "no wildcard in the service": ({"Action": "s*:GetObject", "Resource": "*"}, "s3:GetObject", BUCKET, False),
    "NotAction leaves out": ({"NotAction": "s3:Delete*", "Resource": "*"}, "s3:DeleteBucket", BUCKET, False),
    "NotAction takes in": ({"NotAction": "s3:Delete*", "Resource": "*"}, "iam:GetRole", BUCKET, True),
    "a resource": ({"Action": "*", "Resource": [BUCKET, f"{BUCKET}/*"]}, "s3:GetObject", f"{BUCKET}/a", True),
    "another resource": ({"Action": "*", "Resource": f"{BUCKET}/*"}, "s3:GetObject", f"{BUCKET}2/a", False),
    "NotResource leaves out": ({"Action": "*", "NotResource": f"{BUCKET}/*"}, "s3:GetObject", f"{BUCKET}/a", False),
    "NotResource takes in": ({"Action": "*", "NotResource": f"{BUCKET}/*"}, "s3:GetObject", f"{BUCKET}2/a", True),
    "a resource for an action without": ({"Action": "*", "Resource": BUCKET}, "s3:ListAllMyBuckets", "*", False),
}  # fmt: skip


@pytest.mark.parametrize(("elements", "action", "resource", "expected"), APPLIES.values(), ids=APPLIES)
def test_applies(elements: dict[str, Any], action: str, resource: str, expected: bool) -> None:
    assert statement(**elements).applies(Request(action, resource)) is expected


def test_all_conditions_must_hold() -> None:
    condition = {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:RequestTag/a": "b"}}
    found = statement(Action="*", Resource="*", Condition=condition)
    met = {"aws:securetransport": "true", "aws:requesttag/a": "b"}
    assert found.applies(Request("s3:GetObject", BUCKET, met))
    assert not found.applies(Request("s3:GetObject", BUCKET, {**met, "aws:requesttag/a": "c"}))


GRANTS: dict[str, tuple[dict[str, Any], Principal, Grant]] = {
    "anybody": ({"Principal": "*"}, USER, "direct"),
    "anybody, in a list": ({"Principal": {"AWS": ["*"]}}, ROLE, "direct"),
    "the account, by number": ({"Principal": {"AWS": ACCOUNT}}, USER, "account"),
    "the account, by its root": ({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}, ROLE, "account"),
    "another account": ({"Principal": {"AWS": "999999999999"}}, USER, "nobody"),
    "the user": ({"Principal": {"AWS": USER.arn}}, USER, "direct"),
    "another user": ({"Principal": {"AWS": USER.arn + "2"}}, USER, "nobody"),
    "the role": ({"Principal": {"AWS": ROLE.role}}, ROLE, "role"),
    "the session": ({"Principal": {"AWS": ["999999999999", ROLE.arn]}}, ROLE, "direct"),
    "no wildcards within": ({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:user/*"}}, USER, "nobody"),
    "a service": ({"Principal": {"Service": ["ecs.amazonaws.com", "batch.amazonaws.com"]}}, BATCH, "direct"),
    "another service": ({"Principal": {"Service": "ecs.amazonaws.com"}}, BATCH, "nobody"),
    "a service is no AWS principal": ({"Principal": {"AWS": BATCH.arn}}, BATCH, "nobody"),
    "the account does not name its services": ({"Principal": {"AWS": ACCOUNT}}, BATCH, "nobody"),
    "NotPrincipal spares who is named in full": (
        {"NotPrincipal": {"AWS": [ROLE.arn, ROLE.role, ROLE.root]}}, ROLE, "nobody"),
    "NotPrincipal with the session only": ({"NotPrincipal": {"AWS": [ROLE.arn]}}, ROLE, "direct"),
    "NotPrincipal with user and account": ({"NotPrincipal": {"AWS": [USER.arn, ACCOUNT]}}, USER, "nobody"),
    "NotPrincipal with another user": ({"NotPrincipal": {"AWS": [USER.arn, ACCOUNT]}}, ROLE, "direct"),
    "none": ({}, USER, "nobody"),
}  # fmt: skip


@pytest.mark.parametrize(("elements", "principal", "expected"), GRANTS.values(), ids=GRANTS)
def test_grant(elements: dict[str, Any], principal: Principal, expected: Grant) -> None:
    assert statement(Action="*", Resource="*", **elements).grant(principal) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"Version": "2012-10-17"}',
        '{"Statement": ["Allow"]}',
        '{"Statement": {"Effect": "allow", "Action": "*", "Resource": "*"}}',
        '{"Statement": {"Effect": "Allow", "Resource": "*"}}',
        '{"Statement": {"Effect": "Allow", "Action": 1, "Resource": "*"}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "NotAction": "*", "Resource": "*"}}',
        '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Is": {"a": "b"}}}}',
    ],
)
def test_malformed_policy(text: str) -> None:
    with pytest.raises(MalformedPolicy):
        Policy(text)
