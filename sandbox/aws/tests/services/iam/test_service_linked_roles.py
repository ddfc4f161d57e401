"""Service-linked roles, and policies of AWS."""

import pytest

from conftest import Aws, code_of, eventually, trust
from services.iam.conftest import policy

rule = pytest.mark.rule
BATCH = "AWSServiceRoleForBatch"


@rule("iam.name_service_linked_role")
def test_name_of_the_service_linked_role(aws: Aws) -> None:
    make = aws("iam").create_service_linked_role
    services = ("batch.amazonaws.com", "ecs.amazonaws.com")
    names = [make(AWSServiceName=service)["Role"]["RoleName"] for service in services]
    assert names == [BATCH, "AWSServiceRoleForECS"]


@rule("iam.refuse_second_service_linked_role")
def test_the_name_of_a_second_service_linked_role_is_taken(aws: Aws) -> None:
    make = aws("iam").create_service_linked_role
    make(AWSServiceName="ecs.amazonaws.com")
    assert code_of(make, AWSServiceName="ecs.amazonaws.com") == "InvalidInput"


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


@pytest.mark.parametrize("name", ["AWSBatchServiceRole", "AmazonECSTaskExecutionRolePolicy"])
def test_managed_policies_are_there(aws: Aws, name: str) -> None:
    aws("iam").create_role(RoleName="role", AssumeRolePolicyDocument=trust("batch.amazonaws.com"))
    aws("iam").attach_role_policy(RoleName="role", PolicyArn=f"arn:aws:iam::aws:policy/service-role/{name}")
