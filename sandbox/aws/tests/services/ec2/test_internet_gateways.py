"""Internet gateways."""

import pytest

from conftest import Aws, code_of, eventually
from services.ec2.conftest import nat_state

rule = pytest.mark.rule


@rule("ec2.check_attachment")
def test_one_internet_gateway_per_vpc(aws: Aws, network: dict[str, str], gateway: str) -> None:
    other = aws("ec2").create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    parameters = {"InternetGatewayId": other, "VpcId": network["vpc"]}
    assert code_of(aws("ec2").attach_internet_gateway, **parameters) == "Resource.AlreadyAssociated"


@rule("ec2.check_detachment")
def test_an_internet_gateway_stays_under_a_nat_gateway(
    aws: Aws, network: dict[str, str], gateway: str, nat: dict[str, str]
) -> None:
    parameters = {"InternetGatewayId": gateway, "VpcId": network["vpc"]}
    assert code_of(aws("ec2").detach_internet_gateway, **parameters) == "DependencyViolation"
    aws("ec2").delete_nat_gateway(NatGatewayId=nat["id"])
    eventually(lambda: nat_state(aws, nat["id"]), lambda state: state == "deleted")
    aws("ec2").detach_internet_gateway(**parameters)
