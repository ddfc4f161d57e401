"""DryRun and ClientToken."""

from typing import Any

import pytest

from conftest import Aws, code_of

rule = pytest.mark.rule


@rule("ec2.dry_run")
@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("create_route_table", lambda network: {"VpcId": network["vpc"]}),
        ("create_nat_gateway", lambda network: {"SubnetId": network["subnet"], "ConnectivityType": "private"}),
    ],
)
def test_dry_run_does_nothing(aws: Aws, network: dict[str, str], action: str, parameters: Any) -> None:
    before = len(aws("ec2").describe_route_tables()["RouteTables"])
    assert code_of(getattr(aws("ec2"), action), DryRun=True, **parameters(network)) == "DryRunOperation"
    assert len(aws("ec2").describe_route_tables()["RouteTables"]) == before


@rule("ec2.repeat_answer")
@rule("ec2.remember_answer")
def test_a_token_makes_one_gateway(aws: Aws, network: dict[str, str]) -> None:
    parameters = {"SubnetId": network["subnet"], "ConnectivityType": "private", "ClientToken": "once"}
    first, second = (aws("ec2").create_nat_gateway(**parameters)["NatGateway"] for _ in range(2))
    assert first == second, "it is the very same answer"
    assert len(aws("ec2").describe_nat_gateways()["NatGateways"]) == 1
    other = {**parameters, "TagSpecifications": [{"ResourceType": "natgateway", "Tags": [{"Key": "a", "Value": "b"}]}]}
    assert code_of(aws("ec2").create_nat_gateway, **other) == "IdempotentParameterMismatch"
