"""Quotas."""

import json

import pytest

from conftest import Aws, code_of, trust
from services.iam.conftest import policy

rule = pytest.mark.rule


@rule("iam.limit_attached_policies")
def test_ten_policies_per_role(aws: Aws) -> None:
    iam = aws("iam")
    iam.create_role(RoleName="role", AssumeRolePolicyDocument=trust("batch.amazonaws.com"))
    document = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
    )
    arns = [iam.create_policy(PolicyName=f"p{i}", PolicyDocument=document)["Policy"]["Arn"] for i in range(11)]
    for arn in arns[:10]:
        iam.attach_role_policy(RoleName="role", PolicyArn=arn)
    assert code_of(iam.attach_role_policy, RoleName="role", PolicyArn=arns[10]) == "LimitExceeded"
    iam.attach_role_policy(RoleName="role", PolicyArn=arns[0])


def sized(size: int) -> str:
    """A policy of so many characters without its white space."""
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    statement["Resource"] += "x" * (size - len("".join(json.dumps(document).split())))
    return json.dumps(document, indent=8)


@pytest.fixture
def role(aws: Aws) -> str:
    aws("iam").create_role(RoleName="role", AssumeRolePolicyDocument=trust("batch.amazonaws.com"))
    return "role"


@rule("iam.limit_policy_sizes")
def test_inline_policies_together(aws: Aws, role: str) -> None:
    put = aws("iam").put_role_policy
    put(RoleName=role, PolicyName="first", PolicyDocument=sized(10_000))
    put(RoleName=role, PolicyName="second", PolicyDocument=sized(240))
    assert code_of(put, RoleName=role, PolicyName="third", PolicyDocument=sized(200)) == "LimitExceeded"
    assert code_of(put, RoleName=role, PolicyName="second", PolicyDocument=sized(241)) == "LimitExceeded"
    put(RoleName=role, PolicyName="first", PolicyDocument=sized(5_000))
    put(RoleName=role, PolicyName="third", PolicyDocument=sized(5_000))


@rule("iam.limit_policy_sizes")
def test_other_policies(aws: Aws, role: str) -> None:
    iam = aws("iam")
    arn = iam.create_policy(PolicyName="managed", PolicyDocument=sized(6144))["Policy"]["Arn"]
    assert code_of(iam.create_policy, PolicyName="more", PolicyDocument=sized(6145)) == "LimitExceeded"
    assert code_of(iam.create_policy_version, PolicyArn=arn, PolicyDocument=sized(6145)) == "LimitExceeded"
    long = policy(Condition={"StringEquals": {"aws:PrincipalTag/x": "x" * 2048}})
    assert code_of(iam.update_assume_role_policy, RoleName=role, PolicyDocument=long) == "LimitExceeded"


def tags(*keys: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": ""} for key in keys]


@rule("iam.limit_tags")
def test_fifty_tags(aws: Aws, role: str) -> None:
    iam = aws("iam")
    iam.tag_role(RoleName=role, Tags=tags(*(f"k{i}" for i in range(50))))
    iam.tag_role(RoleName=role, Tags=tags("K1"))
    assert code_of(iam.tag_role, RoleName=role, Tags=tags("one-more")) == "LimitExceeded"
    trusted = {"RoleName": "other", "AssumeRolePolicyDocument": trust("batch.amazonaws.com")}
    assert code_of(iam.create_role, **trusted, Tags=tags("a", "A")) == "InvalidInput"
