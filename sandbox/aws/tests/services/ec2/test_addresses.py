"""Elastic IP addresses."""

import pytest

from conftest import Aws, code_of

rule = pytest.mark.rule


@rule("ec2.check_disassociation")
def test_the_address_of_a_nat_gateway_cannot_be_taken(aws: Aws, nat: dict[str, str]) -> None:
    association = aws("ec2").describe_addresses(AllocationIds=[nat["address"]])["Addresses"][0]["AssociationId"]
    assert code_of(aws("ec2").disassociate_address, AssociationId=association) == "AuthFailure"


@rule("ec2.describe_address_origin")
def test_describe_address_origin(aws: Aws) -> None:
    aws("ec2").allocate_address(Domain="vpc")
    address = aws("ec2").describe_addresses()["Addresses"][0]
    assert (address["PublicIpv4Pool"], address["NetworkBorderGroup"]) == ("amazon", "eu-central-1")


@rule("ec2.allocate_with_origin")
def test_allocate_with_origin(aws: Aws) -> None:
    address = aws("ec2").allocate_address(Domain="vpc")
    assert (address["PublicIpv4Pool"], address["NetworkBorderGroup"]) == ("amazon", "eu-central-1")
