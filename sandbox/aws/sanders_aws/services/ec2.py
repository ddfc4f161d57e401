"""EC2: what depends on what in a network, and what takes its time."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.elastic_ip_addresses import ElasticAddress
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.models.route_tables import Route, RouteTable
from moto.ec2.models.security_groups import SecurityGroup
from moto.ec2.models.subnets import Subnet
from moto.ec2.models.vpcs import VPCBackend

from ..delays import delay
from ..errors import AwsError
from ..rules import amendment, guard, operation, patch
from ..wire import Answer, Call
from .batch.model import Status, batch_backends

API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/"
VPC_GUIDE = "https://docs.aws.amazon.com/vpc/latest/userguide/"

_OPEN_POLICY = '{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}'
_TOKENS_KEPT = 1000
_FORGET_AFTER = 3600  # seconds that a deleted NAT gateway can still be described


@guard("ec2", "*", source=API + "CommonParameters.html")
def dry_run(call: Call) -> Answer | None:
    """With DryRun nothing is done; DryRunOperation says that it would have been."""
    if call.operation is not None and call.params.get("DryRun"):
        raise AwsError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
    return None


@guard("ec2", "*", source=API + "Run_Instance_Idempotency.html")
def repeat_answer(call: Call) -> Answer | None:
    """A call repeated with its ClientToken does nothing more and gets the first answer again."""
    token = _token(call)
    if token is None:
        return None
    answered = _tokens(call).get(token)
    if answered is None:
        return None
    digest, answer = answered
    if digest != _digest(call):
        raise AwsError(
            "IdempotentParameterMismatch",
            f"The request uses the same client token {token[1]} as a previous, but non-identical request.",
        )
    return Answer(answer.status, dict(answer.headers), answer.body)


@amendment("ec2", "*", source=API + "Run_Instance_Idempotency.html")
def remember_answer(call: Call, answer: Answer) -> None:
    """The answer to a call with a ClientToken is kept for its repetition."""
    token = _token(call)
    if token is None:
        return
    tokens = _tokens(call)
    tokens.setdefault(token, (_digest(call), answer))
    while len(tokens) > _TOKENS_KEPT:
        tokens.popitem(last=False)


@guard("ec2", "*", source=VPC_GUIDE + "nat-gateway-troubleshooting.html")
def settle_nat_gateways(call: Call) -> Answer | None:
    """A NAT gateway is pending before it is available or failed, and deleting before it is deleted and forgotten."""
    backend, now = _backend(call), time.time()
    changing = _changing(backend)
    for gateway_id, _ in [item for item in changing.items() if item[1] <= now]:
        del changing[gateway_id]
        _settle(backend, backend.nat_gateways[gateway_id])
    return None


@guard("ec2", "CreateNatGateway", source=API + "API_CreateNatGateway.html")
def check_nat_gateway(call: Call) -> Answer | None:
    """A public NAT gateway needs an Elastic IP address that is not in use."""
    if call.params.get("ConnectivityType", "public") == "private":
        return None
    allocation = call.params.get("AllocationId")
    if not allocation:
        raise AwsError("MissingParameter", "The request must include the AllocationId parameter.")
    address = _address(call, allocation)
    if address and (address.eni or address.instance):
        raise AwsError(
            "Resource.AlreadyAssociated",
            f"Elastic IP address [{allocation}] is already associated with another resource.",
        )
    return None


@amendment("ec2", "CreateNatGateway", source=API + "API_CreateNatGateway.html")
def begin_as_pending(call: Call, answer: Answer) -> Answer:
    """A new NAT gateway is pending."""
    backend = _backend(call)
    gateway = next(reversed(backend.nat_gateways.values()))
    gateway.state = "pending"
    _changing(backend)[gateway.id] = time.time() + delay("ec2.nat-gateway.create")
    return Answer(answer.status, answer.headers, answer.body.replace(b"<state>available<", b"<state>pending<"))


@operation("ec2", "DeleteNatGateway", source=API + "API_DeleteNatGateway.html")
def delete_nat_gateway(call: Call) -> dict[str, Any]:
    """The gateway is deleting first; its address and interface are in use until it is deleted."""
    gateway = _nat_gateway(call, call.params["NatGatewayId"])
    if gateway.state not in ("deleting", "deleted"):
        gateway.state = "deleting"
        _changing(_backend(call))[gateway.id] = time.time() + delay("ec2.nat-gateway.delete")
    return {"NatGatewayId": gateway.id}


@guard("ec2", "DescribeNatGateways", source=API + "errors-overview.html")
def check_described_nat_gateways(call: Call) -> Answer | None:
    """Describing a NAT gateway that does not exist is an error."""
    for gateway_id in call.params.get("NatGatewayIds", []):
        _nat_gateway(call, gateway_id)
    return None


@guard("ec2", "AttachInternetGateway", source=API + "API_AttachInternetGateway.html")
def check_attachment(call: Call) -> Answer | None:
    """A VPC has at most one internet gateway."""
    vpc = call.params["VpcId"]
    if vpc in _backend(call).vpcs and _attached_gateway(_backend(call), vpc):
        raise AwsError("Resource.AlreadyAssociated", f"Network {vpc} already has an internet gateway attached")
    return None


@guard("ec2", "DetachInternetGateway", source=API + "API_DetachInternetGateway.html")
def check_detachment(call: Call) -> Answer | None:
    """An internet gateway stays attached while the VPC has addresses mapped to the internet."""
    vpc = call.params["VpcId"]
    if any(eni.subnet.vpc_id == vpc and eni.public_ip for eni in _backend(call).enis.values()):
        raise AwsError(
            "DependencyViolation",
            f"Network {vpc} has some mapped public address(es). Please unmap those public address(es) before detaching "
            "the gateway.",
        )
    return None


@guard("ec2", "ReleaseAddress", source=API + "API_ReleaseAddress.html")
def check_release(call: Call) -> Answer | None:
    """An Elastic IP address in use cannot be released."""
    address = _address(call, call.params.get("AllocationId", ""))
    if address and (address.eni or address.instance):
        raise AwsError("InvalidIPAddress.InUse", f"Address {address.public_ip} is in use.")
    return None


@guard("ec2", "DisassociateAddress", source=VPC_GUIDE + "nat-gateway-working-with.html")
def check_disassociation(call: Call) -> Answer | None:
    """The address of a NAT gateway cannot be taken from it."""
    association = call.params.get("AssociationId")
    for gateway in _backend(call).nat_gateways.values():
        if gateway.state != "deleted" and any(a.get("associationId") == association for a in gateway.address_set):
            raise AwsError("AuthFailure", "You do not have permission to access the specified resource.", 403)
    return None


@guard("ec2", "DeleteSubnet", source=API + "API_DeleteSubnet.html")
def check_subnet_deletion(call: Call) -> Answer | None:
    """A subnet with network interfaces in it cannot be deleted."""
    subnet = call.params["SubnetId"]
    if any(eni.subnet.id == subnet for eni in _backend(call).enis.values()):
        raise AwsError("DependencyViolation", f"The subnet '{subnet}' has dependencies and cannot be deleted.")
    return None


@amendment("ec2", "DeleteSubnet", source=VPC_GUIDE + "subnet-deleting.html")
def drop_associations(call: Call, answer: Answer) -> None:
    """With a subnet go its associations with a route table and a network ACL."""
    backend, subnet = _backend(call), call.params["SubnetId"]
    for table in backend.route_tables.values():
        for association in [key for key, target in table._associations.items() if target == subnet]:
            del table._associations[association]
    for acl in backend.network_acls.values():
        for association in [key for key, known in acl._associations.items() if known.subnet_id == subnet]:
            del acl._associations[association]


@guard("ec2", "CreateRoute", "ReplaceRoute", source=API + "API_CreateRoute.html")
def check_route(call: Call) -> Answer | None:
    """A route's NAT gateway must exist, and its internet gateway be attached to the route table's VPC."""
    backend, params = _backend(call), call.params
    table = backend.route_tables.get(params["RouteTableId"])
    nat, gateway = params.get("NatGatewayId"), params.get("GatewayId", "")
    if table is None:
        return None  # moto says what is wrong
    if nat and (
        nat not in backend.nat_gateways or backend.nat_gateways[nat].state in ("deleting", "deleted", "failed")
    ):
        raise AwsError("InvalidNatGatewayID.NotFound", f"The natGateway ID '{nat}' does not exist")
    known = backend.internet_gateways.get(gateway)
    if known and (known.vpc is None or known.vpc.id != table.vpc_id):
        raise AwsError(
            "InvalidParameterValue",
            f"route table {table.id} and network gateway {gateway} belong to different networks",
        )
    return None


@patch("ec2", "DescribeRouteTables", source=API + "API_Route.html")
def black_holes() -> None:
    """A route whose NAT gateway or internet gateway is gone or detached is a blackhole."""
    Route.state = property(_route_state)


@guard("ec2", "AssociateRouteTable", source=API + "API_AssociateRouteTable.html")
def check_route_table_association(call: Call) -> Answer | None:
    """A subnet that is associated with another route table must be disassociated first."""
    subnet, table_id = call.params.get("SubnetId"), call.params["RouteTableId"]
    for table in _backend(call).route_tables.values():
        if subnet and table.id != table_id and subnet in table._associations.values():
            raise AwsError(
                "Resource.AlreadyAssociated",
                f"the specified association for route table {table_id} conflicts with an existing association",
            )
    return None


@guard("ec2", "DeleteRouteTable", source=API + "API_DeleteRouteTable.html")
def check_route_table_deletion(call: Call) -> Answer | None:
    """The main route table cannot be deleted."""
    table: RouteTable | None = _backend(call).route_tables.get(call.params["RouteTableId"])
    if table and table.main_association_id:
        raise AwsError("DependencyViolation", f"The routeTable '{table.id}' has dependencies and cannot be deleted.")
    return None


@guard("ec2", "DeleteSecurityGroup", source=API + "API_DeleteSecurityGroup.html")
def check_security_group_deletion(call: Call) -> Answer | None:
    """A default group, and one that an interface, a rule or a Batch environment uses, cannot be deleted."""
    backend = _backend(call)
    group: SecurityGroup | None = backend.get_security_group_from_id(call.params.get("GroupId", ""))
    if group is None:
        return None  # moto says what is wrong
    if group.name == "default":
        raise AwsError("CannotDelete", f'the specified group: "{group.id}" name: "default" cannot be deleted by a user')
    others = [other for other in _security_groups(backend) if other is not group]
    if (
        any(group.id in [g.id for g in eni.group_set] for eni in backend.enis.values())
        or any(group.id in _referred_groups(other) for other in others)
        or group.id in _used_by_batch(call, "securityGroupIds")
    ):
        raise AwsError("DependencyViolation", f"resource {group.id} has a dependent object")
    return None


@guard("ec2", "DeleteVpc", source=API + "API_DeleteVpc.html")
def check_vpc_deletion(call: Call) -> Answer | None:
    """A VPC with a gateway, an endpoint, an interface or a security group of its own cannot be deleted."""
    backend, vpc = _backend(call), call.params["VpcId"]
    if (
        _attached_gateway(backend, vpc)
        or any(endpoint.vpc_id == vpc for endpoint in backend.vpc_end_points.values())
        or any(eni.subnet.vpc_id == vpc for eni in backend.enis.values())
        or any(group.vpc_id == vpc and group.name != "default" for group in _security_groups(backend))
    ):
        raise AwsError("DependencyViolation", f"The vpc '{vpc}' has dependencies and cannot be deleted.")
    return None


@amendment("ec2", "DeleteVpc", source=API + "API_DeleteVpc.html")
def drop_default_acl(call: Call, answer: Answer) -> None:
    """With a VPC goes its default network ACL."""
    backend, vpc = _backend(call), call.params["VpcId"]
    for acl_id in [acl.id for acl in backend.network_acls.values() if acl.vpc_id == vpc]:
        del backend.network_acls[acl_id]


@patch("ec2", "CreateVpcEndpoint", source=API + "API_CreateVpcEndpoint.html")
def default_endpoint_type() -> None:
    """An endpoint is a Gateway endpoint, and lets everyone do everything, unless it says otherwise."""
    create = VPCBackend.create_vpc_endpoint

    def create_vpc_endpoint(self: Any, *args: Any, **kwargs: Any) -> Any:
        kwargs["endpoint_type"] = kwargs.get("endpoint_type") or "Gateway"
        kwargs["policy_document"] = kwargs.get("policy_document") or _OPEN_POLICY
        return create(self, *args, **kwargs)

    VPCBackend.create_vpc_endpoint = create_vpc_endpoint


@amendment("ec2", "DeleteVpcEndpoints", source=API + "API_DeleteVpcEndpoints.html")
def forget_endpoints(call: Call, answer: Answer) -> None:
    """A deleted endpoint is not described any more."""
    endpoints = _backend(call).vpc_end_points
    for endpoint_id in [key for key, endpoint in endpoints.items() if endpoint.state == "deleted"]:
        del endpoints[endpoint_id]


@patch("ec2", "DescribeSubnets", "CreateSubnet", source=API + "API_Subnet.html")
def describe_dns64() -> None:
    """A subnet says whether DNS64 is on; it is off unless switched on."""
    Subnet.enable_dns64 = False


@amendment("ec2", "ModifySubnetAttribute", source=API + "API_ModifySubnetAttribute.html")
def switch_dns64(call: Call, answer: Answer) -> None:
    """DNS64 of a subnet can be switched."""
    switch = call.params.get("EnableDns64")
    if switch is not None:
        _backend(call).get_subnet(call.params["SubnetId"]).enable_dns64 = switch["Value"]


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


@patch("ec2", "CreateNatGateway", "DescribeNatGateways", source=API + "API_NatGateway.html")
def describe_availability_mode() -> None:
    """A NAT gateway is in one zone unless it says otherwise."""
    NatGateway.availability_mode = "zonal"


def _backend(call: Call) -> EC2Backend:
    backend: EC2Backend = ec2_backends[call.account][call.region]
    return backend


def _token(call: Call) -> tuple[str, str] | None:
    token = call.params.get("ClientToken") if call.operation is not None else None
    return (call.action, token) if token else None


def _tokens(call: Call) -> OrderedDict[tuple[str, str], tuple[str, Answer]]:
    """Answers by action and token. Kept on moto's backend, to be saved and reset with it."""
    tokens: OrderedDict[tuple[str, str], tuple[str, Answer]] = _backend(call).__dict__.setdefault(
        "sanders_tokens", OrderedDict()
    )
    return tokens


def _digest(call: Call) -> str:
    return hashlib.sha256(repr(sorted(call.params.items())).encode()).hexdigest()


def _changing(backend: EC2Backend) -> dict[str, float]:
    """When NAT gateways that are changing are due, by id. Kept on moto's backend, to be saved and reset with it."""
    changing: dict[str, float] = backend.__dict__.setdefault("sanders_changing", {})
    return changing


def _settle(backend: EC2Backend, gateway: NatGateway) -> None:
    if gateway.state == "pending":
        gateway.state = "available"
        if gateway.connectivity_type != "private" and not _attached_gateway(backend, gateway.vpc_id):
            gateway.state = "failed"
            gateway.failure_code = "Gateway.NotAttached"
            gateway.failure_message = f"Network {gateway.vpc_id} has no Internet gateway attached"
            _release_interface(backend, gateway)
    elif gateway.state == "deleting":
        gateway.state = "deleted"
        _release_interface(backend, gateway)
        _changing(backend)[gateway.id] = time.time() + _FORGET_AFTER
    elif gateway.state == "deleted":
        del backend.nat_gateways[gateway.id]


def _release_interface(backend: EC2Backend, gateway: NatGateway) -> None:
    interface: NetworkInterface = gateway._eni
    for address in backend.addresses:
        if address.eni is interface:
            backend.disassociate_address(address=address.public_ip)
    backend.enis.pop(interface.id, None)


def _nat_gateway(call: Call, gateway_id: str) -> NatGateway:
    gateway = _backend(call).nat_gateways.get(gateway_id)
    if gateway is None:
        raise AwsError("NatGatewayNotFound", f"NAT gateway {gateway_id} was not found")
    return gateway


def _address(call: Call, allocation: str) -> Any:
    return next((a for a in _backend(call).addresses if a.allocation_id and a.allocation_id == allocation), None)


def _attached_gateway(backend: EC2Backend, vpc: str) -> bool:
    return any(gateway.vpc and gateway.vpc.id == vpc for gateway in backend.internet_gateways.values())


def _route_state(route: Route) -> str:
    backend = route.route_table.ec2_backend
    nat = route.nat_gateway
    if nat and (nat.id not in backend.nat_gateways or nat.state in ("deleting", "deleted", "failed")):
        return "blackhole"
    gateway = route.gateway
    if gateway and gateway.id.startswith("igw-"):
        known = backend.internet_gateways.get(gateway.id)
        if known is None or known.vpc is None or known.vpc.id != route.route_table.vpc_id:
            return "blackhole"
    return "active"


def _security_groups(backend: EC2Backend) -> Iterator[SecurityGroup]:
    for groups in backend.groups.values():
        yield from groups.values()


def _referred_groups(group: SecurityGroup) -> set[str]:
    rules = [*group.ingress_rules, *group.egress_rules]
    return {str(rule.source_group["GroupId"]) for rule in rules if rule.source_group and "GroupId" in rule.source_group}


def _used_by_batch(call: Call, key: str) -> set[str]:
    """What Batch's compute environments use. On AWS this shows as network interfaces while jobs run."""
    batch = batch_backends[call.account][call.region]
    busy = {job.queue for job in batch.jobs.values() if not job.status.final}
    return {
        item
        for queue in batch.queues.values()
        if queue.arn in busy and queue.status != Status.DELETED
        for entry in queue.order
        if (environment := batch.environment(entry["computeEnvironment"]))
        for item in (environment.resources or {}).get(key, [])
    }
