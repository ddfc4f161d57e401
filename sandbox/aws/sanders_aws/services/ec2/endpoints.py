"""VPC endpoints: gateway endpoints are routes, interface endpoints are network interfaces."""

from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.vpcs import VPCBackend, VPCEndPoint

from ...delays import Pause
from ...errors import AwsError
from ...rules import amendment, guard, operation, patch
from ...wire import Answer, Call
from .common import API, PRIVATELINK_GUIDE, backend_of

_OPEN_POLICY = '{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}'


@patch("ec2", "CreateVpcEndpoint", source=API + "API_CreateVpcEndpoint.html")
def default_endpoint_type() -> None:
    """An endpoint is a Gateway endpoint that lets everyone do everything, unless the call says otherwise."""
    create = VPCBackend.create_vpc_endpoint

    def create_vpc_endpoint(self: Any, *args: Any, **kwargs: Any) -> Any:
        kwargs["endpoint_type"] = kwargs.get("endpoint_type") or "Gateway"
        kwargs["policy_document"] = kwargs.get("policy_document") or _OPEN_POLICY
        return create(self, *args, **kwargs)

    VPCBackend.create_vpc_endpoint = create_vpc_endpoint


@guard("ec2", "*", source=PRIVATELINK_GUIDE + "concepts.html")
def settle_endpoints(call: Call) -> Answer | None:
    """An interface endpoint is pending before it is available; every endpoint is deleting before it is gone."""
    backend = backend_of(call)
    for endpoint in list(backend.vpc_end_points.values()):
        if endpoint.state not in ("pending", "deleting") or not endpoint.sanders_pause.over:
            continue
        if endpoint.state == "pending":
            endpoint.state = "available"
        else:
            for interface in endpoint.network_interface_ids:
                backend.enis.pop(interface, None)
            del backend.vpc_end_points[endpoint.id]
    return None


@guard("ec2", "CreateVpcEndpoint", "ModifyVpcEndpoint", source=PRIVATELINK_GUIDE + "gateway-endpoints.html")
def check_endpoint_routes(call: Call) -> Answer | None:
    """A route table cannot have routes to the same service through two gateway endpoints."""
    backend, params = backend_of(call), call.params
    mine = backend.vpc_end_points.get(params.get("VpcEndpointId", ""))
    service = mine.service_name if mine else params.get("ServiceName")
    for table in params.get("RouteTableIds", params.get("AddRouteTableIds", [])):
        for other in backend.vpc_end_points.values():
            if other is not mine and other.service_name == service and _routes_through(other, table):
                raise AwsError(
                    "RouteAlreadyExists",
                    f"route table {table} already has a route with destination-prefix-list-id "
                    f"{other.destination_prefix_list_id}",
                )
    return None


@amendment("ec2", "CreateVpcEndpoint", source=PRIVATELINK_GUIDE + "create-interface-endpoint.html")
def make_endpoint_pending(call: Call, answer: Answer) -> Answer:
    """A new interface endpoint is pending, and its network interfaces have its security groups."""
    backend = backend_of(call)
    endpoint = next(reversed(backend.vpc_end_points.values()))
    if endpoint.vpc_endpoint_type != "Interface":
        return answer
    endpoint.state = "pending"
    endpoint.sanders_pause = Pause("ec2.vpc-endpoint.create")
    _share_groups(backend, endpoint)
    return Answer(answer.status, answer.headers, answer.body.replace(b"<state>available<", b"<state>pending<"))


@amendment("ec2", "ModifyVpcEndpoint", source=API + "API_ModifyVpcEndpoint.html")
def follow_endpoint_changes(call: Call, answer: Answer) -> None:
    """Added route tables get the endpoint's route and removed ones lose it; interfaces follow the security groups."""
    backend = backend_of(call)
    endpoint = backend.vpc_end_points[call.params["VpcEndpointId"]]
    _share_groups(backend, endpoint)
    if not endpoint.destination_prefix_list_id:
        return
    _remove_routes(backend, endpoint, call.params.get("RemoveRouteTableIds", []))
    for table in call.params.get("AddRouteTableIds", []):
        backend.create_route(
            table, None, gateway_id=endpoint.id, destination_prefix_list_id=endpoint.destination_prefix_list_id
        )


@operation("ec2", "DeleteVpcEndpoints", source=API + "API_DeleteVpcEndpoints.html")
def delete_vpc_endpoints(call: Call) -> dict[str, Any]:
    """Routes go at once; interfaces stay while the endpoint is deleting; unknown endpoints are listed in the answer."""
    backend = backend_of(call)
    unsuccessful = []
    for endpoint_id in call.params["VpcEndpointIds"]:
        endpoint = backend.vpc_end_points.get(endpoint_id)
        if endpoint is None:
            message = f"The Vpc Endpoint Id '{endpoint_id}' does not exist"
            error = {"Code": "InvalidVpcEndpoint.NotFound", "Message": message}
            unsuccessful.append({"ResourceId": endpoint_id, "Error": error})
        elif endpoint.state != "deleting":
            endpoint.state = "deleting"
            endpoint.sanders_pause = Pause("ec2.vpc-endpoint.delete")
            _remove_routes(backend, endpoint, endpoint.route_table_ids)
    return {"Unsuccessful": unsuccessful}


def _routes_through(endpoint: VPCEndPoint, table: str) -> bool:
    return (
        endpoint.vpc_endpoint_type == "Gateway" and endpoint.state != "deleting" and table in endpoint.route_table_ids
    )


def _remove_routes(backend: EC2Backend, endpoint: VPCEndPoint, tables: list[str]) -> None:
    for table in [backend.route_tables[table] for table in tables if table in backend.route_tables]:
        for route in [key for key, route in table._routes.items() if route.gateway is endpoint]:
            del table._routes[route]


def _share_groups(backend: EC2Backend, endpoint: VPCEndPoint) -> None:
    groups = [g for group in endpoint.security_group_ids if (g := backend.get_security_group_from_id(group))]
    for interface in endpoint.network_interface_ids if groups else []:
        backend.enis[interface]._group_set = groups
