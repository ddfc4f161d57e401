"""NAT gateways."""

import pytest

from conftest import Aws, code_of, eventually
from services.ec2.conftest import nat_state

rule = pytest.mark.rule


@rule("ec2.settle_nat_gateways")
@rule("ec2.begin_as_pending")
def test_a_nat_gateway_is_pending_first(aws: Aws, network: dict[str, str], gateway: str) -> None:
    aws.delays("ec2.nat-gateway.create=3600")
    address = aws("ec2").allocate_address(Domain="vpc")["AllocationId"]
    created = aws("ec2").create_nat_gateway(SubnetId=network["subnet"], AllocationId=address)["NatGateway"]
    assert created["State"] == nat_state(aws, created["NatGatewayId"]) == "pending"
    aws.delays("none")
    eventually(lambda: nat_state(aws, created["NatGatewayId"]), lambda state: state == "available")


@rule("ec2.settle_nat_gateways")
def test_a_nat_gateway_fails_without_the_internet(aws: Aws, network: dict[str, str]) -> None:
    address = aws("ec2").allocate_address(Domain="vpc")["AllocationId"]
    created = aws("ec2").create_nat_gateway(SubnetId=network["subnet"], AllocationId=address)["NatGateway"]
    eventually(lambda: nat_state(aws, created["NatGatewayId"]), lambda state: state == "failed")
    found = aws("ec2").describe_nat_gateways(NatGatewayIds=[created["NatGatewayId"]])["NatGateways"][0]
    assert found["FailureCode"] == "Gateway.NotAttached"
    aws("ec2").release_address(AllocationId=address)


@rule("ec2.delete_nat_gateway")
@rule("ec2.check_release")
def test_a_nat_gateway_holds_its_address_until_it_is_deleted(aws: Aws, nat: dict[str, str]) -> None:
    ec2 = aws("ec2")
    assert code_of(ec2.release_address, AllocationId=nat["address"]) == "InvalidIPAddress.InUse"
    aws.delays("ec2.nat-gateway.delete=3600")
    ec2.delete_nat_gateway(NatGatewayId=nat["id"])
    assert nat_state(aws, nat["id"]) == "deleting"
    assert code_of(ec2.release_address, AllocationId=nat["address"]) == "InvalidIPAddress.InUse"
    aws.delays("none")
    eventually(lambda: nat_state(aws, nat["id"]), lambda state: state == "deleted")
    ec2.release_address(AllocationId=nat["address"])


@rule("ec2.delete_nat_gateway")
@rule("ec2.check_described_nat_gateways")
@pytest.mark.parametrize("action", ["delete_nat_gateway", "describe_nat_gateways"])
def test_unknown_nat_gateway(aws: Aws, action: str) -> None:
    parameters = {"NatGatewayId": "nat-1"} if action.startswith("delete") else {"NatGatewayIds": ["nat-1"]}
    assert code_of(getattr(aws("ec2"), action), **parameters) == "NatGatewayNotFound"


@rule("ec2.check_nat_gateway")
def test_an_address_has_one_gateway(aws: Aws, network: dict[str, str], nat: dict[str, str]) -> None:
    parameters = {"SubnetId": network["subnet"], "AllocationId": nat["address"]}
    interfaces = len(aws("ec2").describe_network_interfaces()["NetworkInterfaces"])
    assert code_of(aws("ec2").create_nat_gateway, **parameters) == "Resource.AlreadyAssociated"
    assert len(aws("ec2").describe_network_interfaces()["NetworkInterfaces"]) == interfaces, "nothing is left behind"


@rule("ec2.check_nat_gateway")
def test_a_public_nat_gateway_needs_an_address(aws: Aws, network: dict[str, str]) -> None:
    assert code_of(aws("ec2").create_nat_gateway, SubnetId=network["subnet"]) == "MissingParameter"


@rule("ec2.describe_availability_mode")
def test_describe_availability_mode(aws: Aws, nat: dict[str, str]) -> None:
    assert aws("ec2").describe_nat_gateways(NatGatewayIds=[nat["id"]])["NatGateways"][0]["AvailabilityMode"] == "zonal"
