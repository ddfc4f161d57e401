"""Compute environments."""

from typing import Any

import pytest

from conftest import ACCOUNT, Aws, code_of, eventually, trust
from services.batch.conftest import environment_of

rule = pytest.mark.rule


def create(aws: Aws, **parameters: Any) -> Any:
    return aws("batch").create_compute_environment(computeEnvironmentName="env", type="MANAGED", **parameters)


@rule("batch.create_compute_environment")
def test_defaults(aws: Aws, fargate: dict[str, Any]) -> None:
    create(aws, computeResources=fargate)
    found = eventually(lambda: environment_of(aws), lambda found: found["status"] == "VALID")
    assert found["state"] == "ENABLED"
    assert found["statusReason"] == "ComputeEnvironment Healthy"
    linked = "role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"
    assert found["serviceRole"] == f"arn:aws:iam::{ACCOUNT}:{linked}"


@rule("batch.create_compute_environment")
def test_creating_comes_before_valid(aws: Aws, fargate: dict[str, Any], service_role: str) -> None:
    aws.delays("batch.create=3600")
    create(aws, state="ENABLED", computeResources=fargate, serviceRole=service_role)
    assert environment_of(aws)["status"] == "CREATING"
    assert (
        code_of(aws("batch").update_compute_environment, computeEnvironment="env", state="DISABLED")
        == "ClientException"
    )
    aws.delays("none")
    eventually(lambda: environment_of(aws)["status"], lambda status: status == "VALID")


@rule("batch.create_compute_environment")
@pytest.mark.parametrize(
    ("role", "resources", "reason"),
    [
        pytest.param({"trusts": "ecs-tasks.amazonaws.com"}, {}, "sts:AssumeRole", id="role does not trust batch"),
        pytest.param({"missing": True}, {}, "sts:AssumeRole", id="role does not exist"),
        pytest.param({}, {"subnets": ["subnet-0123456789abcdef0"]}, "subnet ID", id="subnet does not exist"),
        pytest.param({}, {"securityGroupIds": ["sg-0123456789abcdef0"]}, "security group", id="group does not exist"),
    ],
)
def test_invalid(
    aws: Aws, fargate: dict[str, Any], role: dict[str, Any], resources: dict[str, Any], reason: str
) -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/service"
    if "missing" not in role:
        policy = trust(role.get("trusts", "batch.amazonaws.com"))
        aws("iam").create_role(RoleName="service", AssumeRolePolicyDocument=policy)
    create(aws, state="ENABLED", computeResources={**fargate, **resources}, serviceRole=arn)
    found = eventually(lambda: environment_of(aws), lambda found: found["status"] != "CREATING")
    assert found["status"] == "INVALID"
    assert reason in found["statusReason"]


def test_invalid_recovers_with_its_cause_gone(aws: Aws, fargate: dict[str, Any]) -> None:
    create(aws, computeResources=fargate, serviceRole=f"arn:aws:iam::{ACCOUNT}:role/late")
    eventually(lambda: environment_of(aws)["status"], lambda status: status == "INVALID")
    aws("iam").create_role(RoleName="late", AssumeRolePolicyDocument=trust("batch.amazonaws.com"))
    aws("batch").update_compute_environment(computeEnvironment="env", state="ENABLED")
    eventually(lambda: environment_of(aws)["status"], lambda status: status == "VALID")


@rule("batch.create_compute_environment")
@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"minvCpus": 1}, id="not for Fargate"),
        pytest.param({"securityGroupIds": []}, id="no security group"),
        pytest.param({"subnets": []}, id="no subnet"),
        pytest.param({"subnets": [f"subnet-{i:017x}" for i in range(17)]}, id="too many subnets"),
        pytest.param({"maxvCpus": 0}, id="no vCPU"),
    ],
)
def test_refused_resources(aws: Aws, fargate: dict[str, Any], service_role: str, change: dict[str, Any]) -> None:
    resources = {**fargate, **change}
    assert code_of(create, aws=aws, computeResources=resources, serviceRole=service_role, state="ENABLED") == (
        "ClientException"
    )


@rule("batch.create_compute_environment")
def test_a_name_is_used_once(aws: Aws, environment: dict[str, Any], fargate: dict[str, Any], service_role: str) -> None:
    with pytest.raises(aws("batch").exceptions.ClientException, match="Object already exists"):
        create(aws, state="ENABLED", computeResources=fargate, serviceRole=service_role)


@rule("batch.describe_compute_environments")
def test_description(aws: Aws, environment: dict[str, Any]) -> None:
    assert environment["containerOrchestrationType"] == "ECS"
    assert environment["ecsClusterArn"].endswith(f"cluster/AWSBatch-env-{environment['uuid']}")


@rule("batch.describe_compute_environments")
def test_pages(aws: Aws, fargate: dict[str, Any], service_role: str) -> None:
    batch = aws("batch")
    for name in ("a", "b", "c"):
        batch.create_compute_environment(
            computeEnvironmentName=f"env-{name}", type="MANAGED", state="ENABLED", computeResources=fargate,
            serviceRole=service_role,
        )  # fmt: skip
    first = batch.describe_compute_environments(maxResults=2)
    assert len(first["computeEnvironments"]) == 2
    second = batch.describe_compute_environments(maxResults=2, nextToken=first["nextToken"])
    assert [found["computeEnvironmentName"] for found in second["computeEnvironments"]] == ["env-c"]
    assert "nextToken" not in second


def test_unknown_names_are_left_out(aws: Aws) -> None:
    assert environment_of(aws, "unknown") == {}


@rule("batch.update_compute_environment")
def test_update_in_place(aws: Aws, environment: dict[str, Any], network: dict[str, str]) -> None:
    other = aws("ec2").create_subnet(VpcId=network["vpc"], CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    aws.delays("batch.update=3600")
    changes = {"maxvCpus": 32, "subnets": [other], "securityGroupIds": []}
    aws("batch").update_compute_environment(computeEnvironment="env", computeResources=changes)
    assert environment_of(aws)["status"] == "UPDATING"
    aws.delays("none")
    found = eventually(lambda: environment_of(aws), lambda found: found["status"] == "VALID")
    resources = found["computeResources"]
    assert (resources["maxvCpus"], resources["subnets"]) == (32, [other])
    assert resources["securityGroupIds"] == [network["group"]], "an empty list means no change"


@rule("batch.update_compute_environment")
@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param({"computeResources": {}}, id="no attribute"),
        pytest.param({"computeResources": {"type": "EC2"}}, id="Fargate to EC2"),
        pytest.param({"computeResources": {"instanceTypes": ["m5.large"]}}, id="not for Fargate"),
        pytest.param({"computeResources": {"subnets": [f"subnet-{i:017x}" for i in range(17)]}}, id="too many subnets"),
        pytest.param(
            {"serviceRole": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"},
            id="to the service-linked role",
        ),
    ],
)
def test_refused_update(aws: Aws, environment: dict[str, Any], parameters: dict[str, Any]) -> None:
    assert code_of(aws("batch").update_compute_environment, computeEnvironment="env", **parameters) == "ClientException"
    assert environment_of(aws) == environment


def test_update_policy_comes_by_update(aws: Aws, environment: dict[str, Any]) -> None:
    assert "updatePolicy" not in environment
    policy = {"terminateJobsOnUpdate": True, "jobExecutionTimeoutMinutes": 10}
    aws("batch").update_compute_environment(computeEnvironment="env", updatePolicy=policy)
    assert environment_of(aws)["updatePolicy"] == policy


@rule("batch.delete_compute_environment")
def test_delete_guards(aws: Aws, queue: dict[str, Any]) -> None:
    batch = aws("batch")
    with pytest.raises(batch.exceptions.ClientException, match="must be DISABLED"):
        batch.delete_compute_environment(computeEnvironment="env")
    batch.update_compute_environment(computeEnvironment="env", state="DISABLED")
    with pytest.raises(batch.exceptions.ClientException, match="found existing JobQueue relationship"):
        batch.delete_compute_environment(computeEnvironment="env")


@rule("batch.delete_compute_environment")
def test_delete_takes_its_time(aws: Aws, environment: dict[str, Any]) -> None:
    batch = aws("batch")
    batch.update_compute_environment(computeEnvironment="env", state="DISABLED")
    eventually(lambda: environment_of(aws)["status"], lambda status: status == "VALID")
    aws.delays("batch.delete=3600,batch.deleted=3600")
    batch.delete_compute_environment(computeEnvironment="env")
    assert environment_of(aws)["status"] == "DELETING"
    aws.delays("batch.delete=0")
    assert environment_of(aws)["status"] == "DELETED"
    aws.delays("none")
    assert environment_of(aws) == {}


def test_delete_needs_the_service_role(aws: Aws, environment: dict[str, Any]) -> None:
    aws("iam").delete_role(RoleName="batch-service")
    aws("batch").update_compute_environment(computeEnvironment="env", state="DISABLED")
    eventually(lambda: environment_of(aws)["status"], lambda status: status == "INVALID")
    aws("batch").delete_compute_environment(computeEnvironment="env")
    assert environment_of(aws)["status"] == "INVALID"
    assert "sts:AssumeRole" in environment_of(aws)["statusReason"]


@pytest.mark.parametrize("action", ["update_compute_environment", "delete_compute_environment"])
def test_unknown(aws: Aws, action: str) -> None:
    with pytest.raises(aws("batch").exceptions.ClientException, match="Object unknown does not exist"):
        getattr(aws("batch"), action)(computeEnvironment="unknown")
