"""How much of a network a region has, unless AWS was asked for more.

Source: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
"""

from ...errors import AwsError
from ...quotas import quota
from ...rules import guard
from ...wire import Answer, Call
from .common import VPC_GUIDE, backend_of

_SOURCE = VPC_GUIDE + "amazon-vpc-limits.html"


@guard("ec2", "AllocateAddress", source=_SOURCE)
def limit_addresses(call: Call) -> Answer | None:
    """A region has 5 Elastic IP addresses."""
    if len(backend_of(call).addresses) >= quota("ec2.addresses"):
        raise AwsError("AddressLimitExceeded", "The maximum number of addresses has been reached.")
    return None


@guard("ec2", "CreateVpc", source=_SOURCE)
def limit_vpcs(call: Call) -> Answer | None:
    """A region has 5 VPCs, the default one among them."""
    if len(backend_of(call).vpcs) >= quota("ec2.vpcs"):
        raise AwsError("VpcLimitExceeded", "The maximum number of VPCs has been reached.")
    return None


@guard("ec2", "CreateInternetGateway", source=_SOURCE)
def limit_internet_gateways(call: Call) -> Answer | None:
    """A region has as many internet gateways as VPCs."""
    if len(backend_of(call).internet_gateways) >= quota("ec2.vpcs"):
        raise AwsError("InternetGatewayLimitExceeded", "The maximum number of internet gateways has been reached.")
    return None


@guard("ec2", "CreateNatGateway", source=_SOURCE)
def limit_nat_gateways(call: Call) -> Answer | None:
    """An availability zone has 5 NAT gateways, those that are deleted apart."""
    backend = backend_of(call)
    zones = {subnet: zone for zone, subnets in backend.subnets.items() for subnet in subnets}
    zone = zones.get(call.params["SubnetId"])
    others = [
        gateway
        for gateway in backend.nat_gateways.values()
        if gateway.state not in ("deleted", "failed") and zones.get(gateway.subnet_id) == zone
    ]
    if zone and len(others) >= quota("ec2.nat-gateways"):
        message = f"Performing this operation would exceed the limit of {quota('ec2.nat-gateways')} NAT gateways"
        raise AwsError("NatGatewayLimitExceeded", message)
    return None
