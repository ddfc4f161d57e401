"""Trust policies."""

import json
from typing import Any

import pytest

from conftest import ACCOUNT, Aws, code_of, trust
from services.iam.conftest import policy

rule = pytest.mark.rule


BAD = {
    "no JSON": "{",
    "no statement": json.dumps({"Version": "2012-10-17"}),
    "no principal": policy(Principal=None),
    "no action": policy(Action=None),
    "action of another service": policy(Action="s3:GetObject"),
    "with a resource": policy(Resource="*"),
    "no such service": policy(Principal={"Service": "batch"}),
    "no such role": policy(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/unknown"}),
    "unknown field": policy(Principle="*"),
}


@rule("iam.check_trust_policy")
@pytest.mark.parametrize("name", BAD)
def test_refused_trust_policies(aws: Aws, name: str) -> None:
    assert (
        code_of(aws("iam").create_role, RoleName="role", AssumeRolePolicyDocument=BAD[name])
        == "MalformedPolicyDocument"
    )


@rule("iam.check_trust_policy")
def test_refused_updates_of_trust_policies(aws: Aws) -> None:
    aws("iam").create_role(RoleName="role", AssumeRolePolicyDocument=trust("batch.amazonaws.com"))
    bad = BAD["no such service"]
    assert (
        code_of(aws("iam").update_assume_role_policy, RoleName="role", PolicyDocument=bad) == "MalformedPolicyDocument"
    )


@pytest.mark.parametrize(
    "principal",
    [
        {"Service": ["ecs-tasks.amazonaws.com", "batch.amazonaws.com"]},
        {"AWS": ACCOUNT},
        {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        {"AWS": "arn:aws:iam::999999999999:role/elsewhere"},
        "*",
    ],
)
def test_accepted_trust_policies(aws: Aws, principal: Any) -> None:
    aws("iam").create_role(RoleName="role", AssumeRolePolicyDocument=policy(Principal=principal))
