"""What a container on Fargate needs to start."""

from typing import Any

import pytest

from conftest import ACCOUNT, Aws, trust
from services.batch.conftest import ended, submit

rule = pytest.mark.rule
ANYWHERE = "0.0.0.0/0"


def reason(aws: Aws, definition: dict[str, Any], **container: Any) -> str:
    """Why a job with the container did not start; empty if it ran to its end."""
    changed = {**definition["containerProperties"], **container}
    aws("batch").register_job_definition(**{**definition, "containerProperties": changed})
    job = ended(aws, submit(aws))
    return str(job["attempts"][0]["container"].get("reason", ""))


def main_table(aws: Aws, vpc: str) -> str:
    mine = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "association.main", "Values": ["true"]}]
    return str(aws("ec2").describe_route_tables(Filters=mine)["RouteTables"][0]["RouteTableId"])


def test_in_a_public_subnet_with_an_address(aws: Aws, queue: dict[str, Any], definition: dict[str, Any]) -> None:
    assert reason(aws, definition) == ""


@rule("batch.submit_job")
def test_in_a_public_subnet_without_an_address(aws: Aws, queue: dict[str, Any], definition: dict[str, Any]) -> None:
    found = reason(aws, definition, networkConfiguration={"assignPublicIp": "DISABLED"})
    assert found.startswith("ResourceInitializationError")
    assert "assignPublicIp" in found


@rule("batch.submit_job")
def test_without_a_route(aws: Aws, queue: dict[str, Any], definition: dict[str, Any], network: dict[str, str]) -> None:
    aws("ec2").delete_route(RouteTableId=main_table(aws, network["vpc"]), DestinationCidrBlock=ANYWHERE)
    assert "no active route" in reason(aws, definition)


@rule("batch.submit_job")
def test_behind_a_nat_gateway(
    aws: Aws, queue: dict[str, Any], definition: dict[str, Any], network: dict[str, str]
) -> None:
    """The job's own subnet gets a table that leads to the gateway, which is in another one."""
    ec2 = aws("ec2")
    public = ec2.create_subnet(VpcId=network["vpc"], CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    aws.delays("ec2.nat-gateway.create=3600")
    nat = ec2.create_nat_gateway(SubnetId=public, AllocationId=address)["NatGateway"]["NatGatewayId"]
    table = ec2.create_route_table(VpcId=network["vpc"])["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=network["subnet"])
    ec2.create_route(RouteTableId=table, DestinationCidrBlock=ANYWHERE, NatGatewayId=nat)
    private = {"networkConfiguration": {"assignPublicIp": "DISABLED"}}
    assert f"{nat} is pending" in reason(aws, definition, **private)
    aws.delays("none")
    assert reason(aws, definition, **private) == ""


@rule("batch.submit_job")
def test_by_endpoints(aws: Aws, queue: dict[str, Any], definition: dict[str, Any], network: dict[str, str]) -> None:
    ec2, table = aws("ec2"), main_table(aws, network["vpc"])
    ec2.delete_route(RouteTableId=table, DestinationCidrBlock=ANYWHERE)
    for service in ("ecr.api", "ecr.dkr"):
        ec2.create_vpc_endpoint(
            VpcId=network["vpc"], ServiceName=f"com.amazonaws.eu-central-1.{service}", VpcEndpointType="Interface",
            SubnetIds=[network["subnet"]],
        )  # fmt: skip
    assert "no endpoints" in reason(aws, definition)
    ec2.create_vpc_endpoint(VpcId=network["vpc"], ServiceName="com.amazonaws.eu-central-1.s3", RouteTableIds=[table])
    assert reason(aws, definition) == ""


@rule("batch.submit_job")
def test_without_egress(aws: Aws, queue: dict[str, Any], definition: dict[str, Any], network: dict[str, str]) -> None:
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": ANYWHERE}]}
    aws("ec2").revoke_security_group_egress(GroupId=network["group"], IpPermissions=[everything])
    assert "lets it out to port 443" in reason(aws, definition)
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": ANYWHERE}]}
    aws("ec2").authorize_security_group_egress(GroupId=network["group"], IpPermissions=[https])
    assert reason(aws, definition) == ""


@rule("batch.submit_job")
@pytest.mark.parametrize("key", ["executionRoleArn", "jobRoleArn"])
@pytest.mark.parametrize("trusted", ["", "batch.amazonaws.com"])
def test_its_roles_must_trust_it(
    aws: Aws, queue: dict[str, Any], definition: dict[str, Any], key: str, trusted: str
) -> None:
    if trusted:
        aws("iam").create_role(RoleName="other", AssumeRolePolicyDocument=trust(trusted))
    arn = f"arn:aws:iam::{ACCOUNT}:role/other"
    assert reason(aws, definition, **{key: arn}).startswith(f"ECS was unable to assume the role '{arn}'")
