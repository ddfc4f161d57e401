"""VPC endpoints."""

from typing import Any

import pytest

from conftest import Aws, code_of, eventually

rule = pytest.mark.rule


SERVICE = "com.amazonaws.eu-central-1.s3"


@pytest.fixture
def endpoint(aws: Aws, network: dict[str, str], route_table: str) -> str:
    """A gateway endpoint for S3, with a route in a table."""
    created = aws("ec2").create_vpc_endpoint(VpcId=network["vpc"], ServiceName=SERVICE, RouteTableIds=[route_table])
    return str(created["VpcEndpoint"]["VpcEndpointId"])


@pytest.fixture
def interface(aws: Aws, network: dict[str, str]) -> dict[str, Any]:
    """An interface endpoint for ECR, as its creation describes it."""
    return dict(
        aws("ec2").create_vpc_endpoint(
            VpcId=network["vpc"], ServiceName="com.amazonaws.eu-central-1.ecr.dkr", VpcEndpointType="Interface",
            SubnetIds=[network["subnet"]], SecurityGroupIds=[network["group"]],
        )["VpcEndpoint"]
    )  # fmt: skip


def state_of(aws: Aws, endpoint: str) -> str:
    """pending, available, deleting; gone."""
    parameters = {"VpcEndpointIds": [endpoint]}
    if code_of(aws("ec2").describe_vpc_endpoints, **parameters) == "InvalidVpcEndpointId.NotFound":
        return "gone"
    return str(aws("ec2").describe_vpc_endpoints(**parameters)["VpcEndpoints"][0]["State"])


def routed_to(aws: Aws, table: str) -> list[str]:
    """The targets of the table's routes to prefix lists."""
    found = aws("ec2").describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    return [route["GatewayId"] for route in found if "DestinationPrefixListId" in route]


@rule("ec2.default_endpoint_type")
def test_defaults(aws: Aws, network: dict[str, str], route_table: str) -> None:
    endpoint = aws("ec2").create_vpc_endpoint(VpcId=network["vpc"], ServiceName=SERVICE, RouteTableIds=[route_table])
    assert endpoint["VpcEndpoint"]["VpcEndpointType"] == "Gateway"
    assert endpoint["VpcEndpoint"]["State"] == "available"
    assert '"Effect":"Allow"' in endpoint["VpcEndpoint"]["PolicyDocument"]


@rule("ec2.delete_vpc_endpoints")
@rule("ec2.settle_endpoints")
def test_deletion_takes_its_time(aws: Aws, endpoint: str, route_table: str) -> None:
    aws.delays("ec2.vpc-endpoint.delete=3600")
    for _ in range(2):
        assert aws("ec2").delete_vpc_endpoints(VpcEndpointIds=[endpoint])["Unsuccessful"] == []
        assert state_of(aws, endpoint) == "deleting"
    assert routed_to(aws, route_table) == [], "the route goes at once"
    aws.delays("none")
    eventually(lambda: state_of(aws, endpoint), lambda state: state == "gone")


@rule("ec2.delete_vpc_endpoints")
def test_an_unknown_endpoint_is_told(aws: Aws, endpoint: str) -> None:
    answer = aws("ec2").delete_vpc_endpoints(VpcEndpointIds=["vpce-1", endpoint])["Unsuccessful"]
    assert [(item["ResourceId"], item["Error"]["Code"]) for item in answer] == [
        ("vpce-1", "InvalidVpcEndpoint.NotFound")
    ]
    assert state_of(aws, endpoint) == "gone", "the other one is deleted all the same"


def test_a_route_table_may_go_before_its_endpoint(aws: Aws, endpoint: str, route_table: str) -> None:
    aws("ec2").delete_route_table(RouteTableId=route_table)
    aws("ec2").delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    assert state_of(aws, endpoint) == "gone"


@rule("ec2.settle_endpoints")
@rule("ec2.make_endpoint_pending")
def test_an_interface_endpoint_is_pending_first(aws: Aws, network: dict[str, str]) -> None:
    aws.delays("ec2.vpc-endpoint.create=3600")
    created = aws("ec2").create_vpc_endpoint(
        VpcId=network["vpc"], ServiceName="com.amazonaws.eu-central-1.ecr.dkr", VpcEndpointType="Interface",
        SubnetIds=[network["subnet"]],
    )["VpcEndpoint"]  # fmt: skip
    assert created["State"] == state_of(aws, created["VpcEndpointId"]) == "pending"
    aws.delays("none")
    eventually(lambda: state_of(aws, created["VpcEndpointId"]), lambda state: state == "available")


@rule("ec2.make_endpoint_pending")
@rule("ec2.delete_vpc_endpoints")
def test_an_interface_endpoint_holds_its_group_until_it_is_gone(
    aws: Aws, network: dict[str, str], interface: dict[str, Any]
) -> None:
    ec2, group = aws("ec2"), {"GroupId": network["group"]}
    assert code_of(ec2.delete_security_group, **group) == "DependencyViolation"
    aws.delays("ec2.vpc-endpoint.delete=3600")
    ec2.delete_vpc_endpoints(VpcEndpointIds=[interface["VpcEndpointId"]])
    assert code_of(ec2.delete_security_group, **group) == "DependencyViolation"
    aws.delays("none")
    ec2.delete_security_group(**group)
    ec2.delete_subnet(SubnetId=network["subnet"])


@rule("ec2.check_endpoint_routes")
def test_one_endpoint_of_a_service_per_route_table(
    aws: Aws, network: dict[str, str], endpoint: str, route_table: str
) -> None:
    """Whoever creates an endpoint twice, because the first answer was lost, must be told."""
    create, parameters = aws("ec2").create_vpc_endpoint, {"VpcId": network["vpc"], "RouteTableIds": [route_table]}
    assert code_of(create, **parameters, ServiceName=SERVICE) == "RouteAlreadyExists"
    create(**parameters, ServiceName="com.amazonaws.eu-central-1.dynamodb")
    other = create(VpcId=network["vpc"], ServiceName=SERVICE)["VpcEndpoint"]["VpcEndpointId"]
    modify = aws("ec2").modify_vpc_endpoint
    assert code_of(modify, VpcEndpointId=other, AddRouteTableIds=[route_table]) == "RouteAlreadyExists"
    aws("ec2").delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    modify(VpcEndpointId=other, AddRouteTableIds=[route_table])


@rule("ec2.follow_endpoint_changes")
def test_routes_follow_the_endpoint(aws: Aws, network: dict[str, str], endpoint: str, route_table: str) -> None:
    other = aws("ec2").create_route_table(VpcId=network["vpc"])["RouteTable"]["RouteTableId"]
    aws("ec2").modify_vpc_endpoint(VpcEndpointId=endpoint, AddRouteTableIds=[other], RemoveRouteTableIds=[route_table])
    assert (routed_to(aws, other), routed_to(aws, route_table)) == ([endpoint], [])
