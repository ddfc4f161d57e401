"""Elastic IP addresses."""

from typing import Any

from moto.ec2.models.elastic_ip_addresses import ElasticAddress

from ...errors import AwsError
from ...rules import amendment, guard, patch
from ...wire import Answer, Call
from .common import API, VPC_GUIDE, backend_of


@guard("ec2", "ReleaseAddress", source=API + "API_ReleaseAddress.html")
def check_release(call: Call) -> Answer | None:
    """An Elastic IP address in use cannot be released."""
    address = address_of(call, call.params.get("AllocationId", ""))
    if address and (address.eni or address.instance):
        raise AwsError("InvalidIPAddress.InUse", f"Address {address.public_ip} is in use.")
    return None


@guard("ec2", "DisassociateAddress", source=VPC_GUIDE + "nat-gateway-working-with.html")
def check_disassociation(call: Call) -> Answer | None:
    """The address of a NAT gateway cannot be taken from it."""
    association = call.params.get("AssociationId")
    for gateway in backend_of(call).nat_gateways.values():
        if gateway.state != "deleted" and any(a.get("associationId") == association for a in gateway.address_set):
            raise AwsError("AuthFailure", "You do not have permission to access the specified resource.", 403)
    return None


@patch("ec2", "DescribeAddresses", source=API + "API_Address.html")
def describe_address_origin() -> None:
    """An address comes from Amazon's pool, and is announced from its region."""
    ElasticAddress.public_ipv4_pool = "amazon"
    ElasticAddress.network_border_group = property(lambda address: address.ec2_backend.region_name)


@amendment("ec2", "AllocateAddress", source=API + "API_AllocateAddress.html")
def allocate_with_origin(call: Call, answer: Answer) -> Answer:
    """The answer to an allocation says where the address comes from."""
    end = b"</AllocateAddressResponse>"
    group = f"<networkBorderGroup>{call.region}</networkBorderGroup>".encode()
    body = answer.body.replace(end, b"<publicIpv4Pool>amazon</publicIpv4Pool>" + group + end)
    return Answer(answer.status, answer.headers, body)


def address_of(call: Call, allocation: str) -> Any:
    """The address of an allocation; None if there is none."""
    return next((a for a in backend_of(call).addresses if a.allocation_id and a.allocation_id == allocation), None)
