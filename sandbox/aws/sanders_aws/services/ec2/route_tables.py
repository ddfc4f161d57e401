"""Route tables and their routes."""

from moto.ec2.models.route_tables import Route, RouteTable

from ...errors import AwsError
from ...rules import guard, patch
from ...wire import Answer, Call
from .common import API, backend_of


@guard("ec2", "CreateRoute", "ReplaceRoute", source=API + "API_CreateRoute.html")
def check_route(call: Call) -> Answer | None:
    """A route's NAT gateway must exist, and its internet gateway be attached to the route table's VPC."""
    backend, params = backend_of(call), call.params
    table = backend.route_tables.get(params["RouteTableId"])
    nat, gateway = params.get("NatGatewayId"), params.get("GatewayId", "")
    if table is None:
        return None  # moto reports this one
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
    for table in backend_of(call).route_tables.values():
        if subnet and table.id != table_id and subnet in table._associations.values():
            raise AwsError(
                "Resource.AlreadyAssociated",
                f"the specified association for route table {table_id} conflicts with an existing association",
            )
    return None


@guard("ec2", "DeleteRouteTable", source=API + "API_DeleteRouteTable.html")
def check_route_table_deletion(call: Call) -> Answer | None:
    """The main route table cannot be deleted."""
    table: RouteTable | None = backend_of(call).route_tables.get(call.params["RouteTableId"])
    if table and table.main_association_id:
        raise AwsError("DependencyViolation", f"The routeTable '{table.id}' has dependencies and cannot be deleted.")
    return None


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
