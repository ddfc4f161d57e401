"""Route tables and their routes."""

import pytest

from conftest import Aws, code_of

rule = pytest.mark.rule
ANYWHERE = "0.0.0.0/0"


def routes(aws: Aws, table: str) -> dict[str, str]:
    """State of the routes by destination."""
    found = aws("ec2").describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    return {route["DestinationCidrBlock"]: route["State"] for route in found if "DestinationCidrBlock" in route}


@rule("ec2.check_route")
def test_routes_to_what_is_not_there(aws: Aws, network: dict[str, str], route_table: str) -> None:
    create = aws("ec2").create_route
    parameters = {"RouteTableId": route_table, "DestinationCidrBlock": ANYWHERE}
    assert code_of(create, **parameters, NatGatewayId="nat-1") == "InvalidNatGatewayID.NotFound"
    detached = aws("ec2").create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    assert code_of(create, **parameters, GatewayId=detached) == "InvalidParameterValue"


@rule("ec2.black_holes")
def test_a_route_becomes_a_black_hole(aws: Aws, route_table: str, nat: dict[str, str]) -> None:
    aws("ec2").create_route(RouteTableId=route_table, DestinationCidrBlock=ANYWHERE, NatGatewayId=nat["id"])
    assert routes(aws, route_table)[ANYWHERE] == "active"
    aws("ec2").delete_nat_gateway(NatGatewayId=nat["id"])
    assert routes(aws, route_table)[ANYWHERE] == "blackhole"


@rule("ec2.check_route_table_association")
def test_a_subnet_has_one_route_table(aws: Aws, network: dict[str, str], route_table: str) -> None:
    parameters = {"SubnetId": network["subnet"]}
    first = aws("ec2").associate_route_table(RouteTableId=route_table, **parameters)["AssociationId"]
    assert aws("ec2").associate_route_table(RouteTableId=route_table, **parameters)["AssociationId"] == first
    other = aws("ec2").create_route_table(VpcId=network["vpc"])["RouteTable"]["RouteTableId"]
    assert code_of(aws("ec2").associate_route_table, RouteTableId=other, **parameters) == "Resource.AlreadyAssociated"


@rule("ec2.check_route_table_deletion")
def test_the_main_route_table_stays(aws: Aws, network: dict[str, str]) -> None:
    tables = aws("ec2").describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [network["vpc"]]}])["RouteTables"]
    assert code_of(aws("ec2").delete_route_table, RouteTableId=tables[0]["RouteTableId"]) == "DependencyViolation"
