"""Internet gateways."""

from moto.ec2.models import EC2Backend

from ...errors import AwsError
from ...rules import guard
from ...wire import Answer, Call
from .common import API, backend_of


@guard("ec2", "AttachInternetGateway", source=API + "API_AttachInternetGateway.html")
def check_attachment(call: Call) -> Answer | None:
    """A VPC has at most one internet gateway."""
    vpc = call.params["VpcId"]
    if vpc in backend_of(call).vpcs and has_internet_gateway(backend_of(call), vpc):
        raise AwsError("Resource.AlreadyAssociated", f"Network {vpc} already has an internet gateway attached")
    return None


@guard("ec2", "DetachInternetGateway", source=API + "API_DetachInternetGateway.html")
def check_detachment(call: Call) -> Answer | None:
    """An internet gateway stays attached while the VPC has addresses mapped to the internet."""
    vpc = call.params["VpcId"]
    if any(eni.subnet.vpc_id == vpc and eni.public_ip for eni in backend_of(call).enis.values()):
        raise AwsError(
            "DependencyViolation",
            f"Network {vpc} has some mapped public address(es). Please unmap those public address(es) before detaching "
            "the gateway.",
        )
    return None


def has_internet_gateway(backend: EC2Backend, vpc: str) -> bool:
    """Whether an internet gateway is attached to the VPC."""
    return any(gateway.vpc and gateway.vpc.id == vpc for gateway in backend.internet_gateways.values())
