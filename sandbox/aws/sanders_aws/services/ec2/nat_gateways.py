"""NAT gateways, which take time to make and to delete."""

import time
from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.nat_gateways import NatGateway

from ...delays import Pause
from ...errors import AwsError
from ...rules import amendment, guard, operation, patch
from ...wire import Answer, Call
from .addresses import address_of
from .common import API, VPC_GUIDE, backend_of
from .internet_gateways import has_internet_gateway

_FORGET_AFTER = 3600  # seconds that a deleted NAT gateway can still be described


@guard("ec2", "*", source=VPC_GUIDE + "nat-gateway-troubleshooting.html")
def settle_nat_gateways(call: Call) -> Answer | None:
    """A NAT gateway is pending before it is available or failed, and deleting before it is deleted and forgotten."""
    backend = backend_of(call)
    for gateway in list(backend.nat_gateways.values()):
        if gateway.state == "deleted":
            if gateway.__dict__.setdefault("sanders_deleted_at", time.time()) + _FORGET_AFTER <= time.time():
                del backend.nat_gateways[gateway.id]
        elif gateway.state in ("pending", "deleting") and gateway.sanders_pause.over:
            _settle(backend, gateway)
    return None


@guard("ec2", "CreateNatGateway", source=API + "API_CreateNatGateway.html")
def check_nat_gateway(call: Call) -> Answer | None:
    """A public NAT gateway needs an Elastic IP address that is not in use."""
    if call.params.get("ConnectivityType", "public") == "private":
        return None
    allocation = call.params.get("AllocationId")
    if not allocation:
        raise AwsError("MissingParameter", "The request must include the AllocationId parameter.")
    address = address_of(call, allocation)
    if address and (address.eni or address.instance):
        raise AwsError(
            "Resource.AlreadyAssociated",
            f"Elastic IP address [{allocation}] is already associated with another resource.",
        )
    return None


@amendment("ec2", "CreateNatGateway", source=API + "API_CreateNatGateway.html")
def begin_as_pending(call: Call, answer: Answer) -> Answer:
    """A new NAT gateway is pending."""
    backend = backend_of(call)
    gateway = next(reversed(backend.nat_gateways.values()))
    gateway.state = "pending"
    gateway.sanders_pause = Pause("ec2.nat-gateway.create")
    return Answer(answer.status, answer.headers, answer.body.replace(b"<state>available<", b"<state>pending<"))


@operation("ec2", "DeleteNatGateway", source=API + "API_DeleteNatGateway.html")
def delete_nat_gateway(call: Call) -> dict[str, Any]:
    """The gateway is deleting first; its address and interface are in use until it is deleted."""
    gateway = _nat_gateway(call, call.params["NatGatewayId"])
    if gateway.state not in ("deleting", "deleted"):
        gateway.state = "deleting"
        gateway.sanders_pause = Pause("ec2.nat-gateway.delete")
    return {"NatGatewayId": gateway.id}


@guard("ec2", "DescribeNatGateways", source=API + "errors-overview.html")
def check_described_nat_gateways(call: Call) -> Answer | None:
    """Describing a NAT gateway that does not exist is an error."""
    for gateway_id in call.params.get("NatGatewayIds", []):
        _nat_gateway(call, gateway_id)
    return None


@patch("ec2", "CreateNatGateway", "DescribeNatGateways", source=API + "API_NatGateway.html")
def describe_availability_mode() -> None:
    """A NAT gateway is zonal unless the call says otherwise."""
    NatGateway.availability_mode = "zonal"


def _settle(backend: EC2Backend, gateway: NatGateway) -> None:
    """Takes a pending or deleting gateway to its final state."""
    if gateway.state == "pending":
        gateway.state = "available"
        if gateway.connectivity_type != "private" and not has_internet_gateway(backend, gateway.vpc_id):
            gateway.state = "failed"
            gateway.failure_code = "Gateway.NotAttached"
            gateway.failure_message = f"Network {gateway.vpc_id} has no Internet gateway attached"
            _release_interface(backend, gateway)
    else:
        gateway.state = "deleted"
        _release_interface(backend, gateway)


def _release_interface(backend: EC2Backend, gateway: NatGateway) -> None:
    interface: NetworkInterface = gateway._eni
    for address in backend.addresses:
        if address.eni is interface:
            backend.disassociate_address(address=address.public_ip)
    backend.enis.pop(interface.id, None)


def _nat_gateway(call: Call, gateway_id: str) -> NatGateway:
    gateway = backend_of(call).nat_gateways.get(gateway_id)
    if gateway is None:
        raise AwsError("NatGatewayNotFound", f"NAT gateway {gateway_id} was not found")
    return gateway
