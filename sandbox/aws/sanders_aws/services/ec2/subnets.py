"""Subnets."""

from moto.ec2.models.subnets import Subnet

from ...errors import AwsError
from ...rules import amendment, guard, patch
from ...wire import Answer, Call
from .common import API, VPC_GUIDE, backend_of


@guard("ec2", "DeleteSubnet", source=API + "API_DeleteSubnet.html")
def check_subnet_deletion(call: Call) -> Answer | None:
    """A subnet with network interfaces in it cannot be deleted."""
    subnet = call.params["SubnetId"]
    if any(eni.subnet.id == subnet for eni in backend_of(call).enis.values()):
        raise AwsError("DependencyViolation", f"The subnet '{subnet}' has dependencies and cannot be deleted.")
    return None


@amendment("ec2", "DeleteSubnet", source=VPC_GUIDE + "subnet-deleting.html")
def drop_associations(call: Call, answer: Answer) -> None:
    """Deleting a subnet also deletes its associations with a route table and a network ACL."""
    backend, subnet = backend_of(call), call.params["SubnetId"]
    for table in backend.route_tables.values():
        for association in [key for key, target in table._associations.items() if target == subnet]:
            del table._associations[association]
    for acl in backend.network_acls.values():
        for association in [key for key, known in acl._associations.items() if known.subnet_id == subnet]:
            del acl._associations[association]


@patch("ec2", "DescribeSubnets", "CreateSubnet", source=API + "API_Subnet.html")
def describe_dns64() -> None:
    """A subnet is described with whether DNS64 is on; it is off unless switched on."""
    Subnet.enable_dns64 = False


@amendment("ec2", "ModifySubnetAttribute", source=API + "API_ModifySubnetAttribute.html")
def switch_dns64(call: Call, answer: Answer) -> None:
    """A subnet's DNS64 can be switched on and off."""
    switch = call.params.get("EnableDns64")
    if switch is not None:
        backend_of(call).get_subnet(call.params["SubnetId"]).enable_dns64 = switch["Value"]
