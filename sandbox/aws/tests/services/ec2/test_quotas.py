"""How much of a network a region has."""

from collections.abc import Callable

import pytest

from conftest import Aws, code_of

rule = pytest.mark.rule


def made(make: Callable[[], str]) -> tuple[int, str]:
    """How many can be made, and the error that the next one ends with."""
    for count in range(10):
        error = make()
        if error:
            return count, error
    return 10, ""


@rule("ec2.limit_addresses")
def test_addresses(aws: Aws) -> None:
    assert made(lambda: code_of(aws("ec2").allocate_address, Domain="vpc")) == (5, "AddressLimitExceeded")
    first = aws("ec2").describe_addresses()["Addresses"][0]["AllocationId"]
    aws("ec2").release_address(AllocationId=first)
    aws("ec2").allocate_address(Domain="vpc")


@rule("ec2.limit_vpcs")
@rule("ec2.limit_internet_gateways")
def test_vpcs_and_their_gateways(aws: Aws) -> None:
    """The default VPC is one of them; here it has no gateway."""
    assert made(lambda: code_of(aws("ec2").create_vpc, CidrBlock="10.0.0.0/16")) == (4, "VpcLimitExceeded")
    assert made(lambda: code_of(aws("ec2").create_internet_gateway)) == (5, "InternetGatewayLimitExceeded")


@rule("ec2.limit_nat_gateways")
def test_nat_gateways(aws: Aws, network: dict[str, str]) -> None:
    nat = {"SubnetId": network["subnet"], "ConnectivityType": "private"}
    assert made(lambda: code_of(aws("ec2").create_nat_gateway, **nat)) == (5, "NatGatewayLimitExceeded")
    first = aws("ec2").describe_nat_gateways()["NatGateways"][0]["NatGatewayId"]
    aws("ec2").delete_nat_gateway(NatGatewayId=first)
    aws("ec2").describe_nat_gateways()
    aws("ec2").create_nat_gateway(**nat)
