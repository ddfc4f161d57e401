"""Security groups."""

import pytest

from conftest import Aws, code_of

rule = pytest.mark.rule


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


@rule("ec2.answer_tags")
def test_a_new_group_is_answered_with_its_tags(aws: Aws, network: dict[str, str]) -> None:
    tags = [{"Key": "Project", "Value": "sanders"}]
    specification = [{"ResourceType": "security-group", "Tags": tags}]
    group = {"GroupName": "tagged", "Description": "d", "VpcId": network["vpc"]}
    answer = aws("ec2").create_security_group(**group, TagSpecifications=specification)
    assert answer["Tags"] == tags
    assert answer["GroupId"].startswith("sg-")
