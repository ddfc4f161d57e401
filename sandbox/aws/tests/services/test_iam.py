"""IAM."""

import json
from typing import Any

import pytest

from conftest import ACCOUNT, Aws, code_of, eventually, trust

rule = pytest.mark.rule
BATCH = "AWSServiceRoleForBatch"


def policy(**changes: Any) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "batch.amazonaws.com"},
        "Action": "sts:AssumeRole",
        **changes,
    }
    statement = {key: value for key, value in statement.items() if value is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


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


@rule("iam.name_service_linked_role")
def test_name_of_the_service_linked_role(aws: Aws) -> None:
    role = aws("iam").create_service_linked_role(AWSServiceName="batch.amazonaws.com")["Role"]
    assert role["RoleName"] == BATCH


@rule("iam.protect_service_linked_roles")
def test_service_linked_roles_are_protected(aws: Aws) -> None:
    name = aws("iam").create_service_linked_role(AWSServiceName="batch.amazonaws.com")["Role"]["RoleName"]
    assert code_of(aws("iam").delete_role, RoleName=name) == "UnmodifiableEntity"
    parameters = {"RoleName": name, "PolicyName": "p", "PolicyDocument": policy(Principal=None, Resource="*")}
    assert code_of(aws("iam").put_role_policy, **parameters) == "UnmodifiableEntity"


@rule("iam.delete_service_linked_role")
@rule("iam.get_deletion_status")
def test_a_service_linked_role_in_use_stays(aws: Aws, network: dict[str, str], service_role: str) -> None:
    iam, batch = aws("iam"), aws("batch")
    linked = iam.create_service_linked_role(AWSServiceName="batch.amazonaws.com")["Role"]
    resources = {
        "type": "FARGATE", "maxvCpus": 1, "subnets": [network["subnet"]], "securityGroupIds": [network["group"]],
    }  # fmt: skip
    batch.create_compute_environment(
        computeEnvironmentName="env",
        type="MANAGED",
        state="ENABLED",
        computeResources=resources,
        serviceRole=linked["Arn"],
    )
    task = iam.delete_service_linked_role(RoleName=linked["RoleName"])["DeletionTaskId"]
    status = iam.get_service_linked_role_deletion_status(DeletionTaskId=task)
    assert status["Status"] == "FAILED"
    assert status["Reason"]["RoleUsageList"][0]["Resources"][0].endswith("compute-environment/env")
    iam.get_role(RoleName=linked["RoleName"])

    batch.update_compute_environment(computeEnvironment="env", state="DISABLED")
    batch.delete_compute_environment(computeEnvironment="env")
    eventually(
        lambda: batch.describe_compute_environments(computeEnvironments=["env"])["computeEnvironments"],
        lambda found: not found,
    )
    task = iam.delete_service_linked_role(RoleName=BATCH)["DeletionTaskId"]
    assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"
    assert code_of(iam.get_role, RoleName=BATCH) == "NoSuchEntity"


@rule("iam.limit_attached_policies")
def test_ten_policies_a_role(aws: Aws) -> None:
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


@pytest.mark.parametrize("name", ["AWSBatchServiceRole", "AmazonECSTaskExecutionRolePolicy"])
def test_managed_policies_are_there(aws: Aws, name: str) -> None:
    aws("iam").create_role(RoleName="role", AssumeRolePolicyDocument=trust("batch.amazonaws.com"))
    aws("iam").attach_role_policy(RoleName="role", PolicyArn=f"arn:aws:iam::aws:policy/service-role/{name}")
