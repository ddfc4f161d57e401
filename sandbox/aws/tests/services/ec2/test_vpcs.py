"""VPCs."""

import pytest

from conftest import Aws, code_of

rule = pytest.mark.rule


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
