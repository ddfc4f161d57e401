"""Subnets."""

import pytest

from conftest import Aws, code_of

rule = pytest.mark.rule


@rule("ec2.check_subnet_deletion")
def test_a_subnet_in_use_stays(aws: Aws, network: dict[str, str], nat: dict[str, str]) -> None:
    assert code_of(aws("ec2").delete_subnet, SubnetId=network["subnet"]) == "DependencyViolation"


@rule("ec2.drop_associations")
def test_a_subnet_takes_its_associations_with_it(aws: Aws, network: dict[str, str], route_table: str) -> None:
    """Seen on moto: the route table could never be deleted."""
    aws("ec2").associate_route_table(RouteTableId=route_table, SubnetId=network["subnet"])
    aws("ec2").delete_subnet(SubnetId=network["subnet"])
    aws("ec2").delete_route_table(RouteTableId=route_table)


@rule("ec2.describe_dns64")
def test_describe_dns64(aws: Aws, network: dict[str, str]) -> None:
    """The official controller writes again and again whatever the answer does not show."""
    assert aws("ec2").describe_subnets(SubnetIds=[network["subnet"]])["Subnets"][0]["EnableDns64"] is False


@rule("ec2.switch_dns64")
def test_switch_dns64(aws: Aws, network: dict[str, str]) -> None:
    aws("ec2").modify_subnet_attribute(SubnetId=network["subnet"], EnableDns64={"Value": True})
    assert aws("ec2").describe_subnets(SubnetIds=[network["subnet"]])["Subnets"][0]["EnableDns64"] is True
