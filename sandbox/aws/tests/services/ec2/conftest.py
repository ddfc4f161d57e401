"""Networks, made so that they also work on plain moto."""

import pytest

from conftest import Aws, eventually


@pytest.fixture
def gateway(aws: Aws, network: dict[str, str]) -> str:
    """An internet gateway, attached."""
    gateway = aws("ec2").create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    aws("ec2").attach_internet_gateway(InternetGatewayId=gateway, VpcId=network["vpc"])
    return str(gateway)


@pytest.fixture
def nat(aws: Aws, network: dict[str, str], gateway: str) -> dict[str, str]:
    """A NAT gateway with its address, available."""
    address = aws("ec2").allocate_address(Domain="vpc")["AllocationId"]
    created = aws("ec2").create_nat_gateway(SubnetId=network["subnet"], AllocationId=address)["NatGateway"]
    eventually(lambda: nat_state(aws, created["NatGatewayId"]), lambda state: state == "available")
    return {"id": created["NatGatewayId"], "address": address}


@pytest.fixture
def route_table(aws: Aws, network: dict[str, str]) -> str:
    return str(aws("ec2").create_route_table(VpcId=network["vpc"])["RouteTable"]["RouteTableId"])


def nat_state(aws: Aws, gateway: str) -> str:
    return str(aws("ec2").describe_nat_gateways(NatGatewayIds=[gateway])["NatGateways"][0]["State"])
