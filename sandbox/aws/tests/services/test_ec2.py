"""EC2."""

from typing import Any

import pytest

from conftest import Aws, code_of, eventually

rule = pytest.mark.rule
ANYWHERE = "0.0.0.0/0"


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


def routes(aws: Aws, table: str) -> dict[str, str]:
    """State of the routes by destination."""
    found = aws("ec2").describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    return {route["DestinationCidrBlock"]: route["State"] for route in found if "DestinationCidrBlock" in route}


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


@rule("ec2.settle_nat_gateways")
@rule("ec2.begin_as_pending")
def test_a_nat_gateway_is_pending_first(aws: Aws, network: dict[str, str], gateway: str) -> None:
    aws.delays("ec2.nat-gateway.create=1.5")
    address = aws("ec2").allocate_address(Domain="vpc")["AllocationId"]
    created = aws("ec2").create_nat_gateway(SubnetId=network["subnet"], AllocationId=address)["NatGateway"]
    assert created["State"] == nat_state(aws, created["NatGatewayId"]) == "pending"
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
    aws.delays("ec2.nat-gateway.delete=1.5")
    ec2.delete_nat_gateway(NatGatewayId=nat["id"])
    assert nat_state(aws, nat["id"]) == "deleting"
    assert code_of(ec2.release_address, AllocationId=nat["address"]) == "InvalidIPAddress.InUse"
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


@rule("ec2.check_disassociation")
def test_the_address_of_a_nat_gateway_cannot_be_taken(aws: Aws, nat: dict[str, str]) -> None:
    association = aws("ec2").describe_addresses(AllocationIds=[nat["address"]])["Addresses"][0]["AssociationId"]
    assert code_of(aws("ec2").disassociate_address, AssociationId=association) == "AuthFailure"


@rule("ec2.check_attachment")
def test_one_internet_gateway_a_vpc(aws: Aws, network: dict[str, str], gateway: str) -> None:
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


@rule("ec2.check_subnet_deletion")
def test_a_subnet_in_use_stays(aws: Aws, network: dict[str, str], nat: dict[str, str]) -> None:
    assert code_of(aws("ec2").delete_subnet, SubnetId=network["subnet"]) == "DependencyViolation"


@rule("ec2.drop_associations")
def test_a_subnet_takes_its_associations_with_it(aws: Aws, network: dict[str, str], route_table: str) -> None:
    """Seen on moto: the route table could never be deleted."""
    aws("ec2").associate_route_table(RouteTableId=route_table, SubnetId=network["subnet"])
    aws("ec2").delete_subnet(SubnetId=network["subnet"])
    aws("ec2").delete_route_table(RouteTableId=route_table)


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


@rule("ec2.check_security_group_deletion")
def test_security_groups_in_use_stay(aws: Aws, network: dict[str, str]) -> None:
    ec2 = aws("ec2")
    groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [network["vpc"]]}])["SecurityGroups"]
    default = next(group["GroupId"] for group in groups if group["GroupName"] == "default")
    assert code_of(ec2.delete_security_group, GroupId=default) == "CannotDelete"
    other = ec2.create_security_group(GroupName="other", Description="d", VpcId=network["vpc"])["GroupId"]
    permission = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "UserIdGroupPairs": [{"GroupId": network["group"]}]}
    ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=[permission])
    assert code_of(ec2.delete_security_group, GroupId=network["group"]) == "DependencyViolation"
    ec2.delete_security_group(GroupId=other)
    interface = ec2.create_network_interface(SubnetId=network["subnet"], Groups=[network["group"]])["NetworkInterface"]
    assert code_of(ec2.delete_security_group, GroupId=network["group"]) == "DependencyViolation"
    ec2.delete_network_interface(NetworkInterfaceId=interface["NetworkInterfaceId"])
    ec2.delete_security_group(GroupId=network["group"])


@rule("ec2.check_vpc_deletion")
@rule("ec2.drop_default_acl")
def test_a_vpc_goes_last_and_leaves_nothing(aws: Aws, network: dict[str, str], gateway: str) -> None:
    ec2, vpc = aws("ec2"), network["vpc"]
    ec2.delete_subnet(SubnetId=network["subnet"])
    ec2.delete_security_group(GroupId=network["group"])
    assert code_of(ec2.delete_vpc, VpcId=vpc) == "DependencyViolation", "the internet gateway is still there"
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    group = ec2.create_security_group(GroupName="other", Description="d", VpcId=vpc)["GroupId"]
    assert code_of(ec2.delete_vpc, VpcId=vpc) == "DependencyViolation", "a security group is still there"
    ec2.delete_security_group(GroupId=group)
    ec2.delete_vpc(VpcId=vpc)
    mine = [{"Name": "vpc-id", "Values": [vpc]}]
    assert ec2.describe_network_acls(Filters=mine)["NetworkAcls"] == []
    assert ec2.describe_security_groups(Filters=mine)["SecurityGroups"] == []
    assert ec2.describe_route_tables(Filters=mine)["RouteTables"] == []


@rule("ec2.default_endpoint_type")
@rule("ec2.forget_endpoints")
def test_a_gateway_endpoint(aws: Aws, network: dict[str, str], route_table: str) -> None:
    ec2 = aws("ec2")
    parameters = {
        "VpcId": network["vpc"],
        "ServiceName": "com.amazonaws.eu-central-1.s3",
        "RouteTableIds": [route_table],
    }
    endpoint = ec2.create_vpc_endpoint(**parameters)["VpcEndpoint"]
    assert endpoint["VpcEndpointType"] == "Gateway"
    assert '"Effect":"Allow"' in endpoint["PolicyDocument"]
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])
    parameters = {"VpcEndpointIds": [endpoint["VpcEndpointId"]]}
    assert code_of(ec2.describe_vpc_endpoints, **parameters) == "InvalidVpcEndpointId.NotFound"


@rule("ec2.describe_dns64")
def test_describe_dns64(aws: Aws, network: dict[str, str]) -> None:
    """The official controller writes what it asked for again and again where the answer does not hold it."""
    assert aws("ec2").describe_subnets(SubnetIds=[network["subnet"]])["Subnets"][0]["EnableDns64"] is False


@rule("ec2.switch_dns64")
def test_switch_dns64(aws: Aws, network: dict[str, str]) -> None:
    aws("ec2").modify_subnet_attribute(SubnetId=network["subnet"], EnableDns64={"Value": True})
    assert aws("ec2").describe_subnets(SubnetIds=[network["subnet"]])["Subnets"][0]["EnableDns64"] is True


@rule("ec2.describe_address_origin")
def test_describe_address_origin(aws: Aws) -> None:
    aws("ec2").allocate_address(Domain="vpc")
    address = aws("ec2").describe_addresses()["Addresses"][0]
    assert (address["PublicIpv4Pool"], address["NetworkBorderGroup"]) == ("amazon", "eu-central-1")


@rule("ec2.allocate_with_origin")
def test_allocate_with_origin(aws: Aws) -> None:
    address = aws("ec2").allocate_address(Domain="vpc")
    assert (address["PublicIpv4Pool"], address["NetworkBorderGroup"]) == ("amazon", "eu-central-1")


@rule("ec2.describe_availability_mode")
def test_describe_availability_mode(aws: Aws, nat: dict[str, str]) -> None:
    assert aws("ec2").describe_nat_gateways(NatGatewayIds=[nat["id"]])["NatGateways"][0]["AvailabilityMode"] == "zonal"
