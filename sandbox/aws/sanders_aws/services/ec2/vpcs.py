"""VPCs."""

from ...errors import AwsError
from ...rules import amendment, guard
from ...wire import Answer, Call
from .common import API, backend_of
from .internet_gateways import has_internet_gateway
from .security_groups import security_groups


@guard("ec2", "DeleteVpc", source=API + "API_DeleteVpc.html")
def check_vpc_deletion(call: Call) -> Answer | None:
    """A VPC with a gateway, an endpoint, an interface or a security group of its own cannot be deleted."""
    backend, vpc = backend_of(call), call.params["VpcId"]
    if (
        has_internet_gateway(backend, vpc)
        or any(endpoint.vpc_id == vpc for endpoint in backend.vpc_end_points.values())
        or any(eni.subnet.vpc_id == vpc for eni in backend.enis.values())
        or any(group.vpc_id == vpc and group.name != "default" for group in security_groups(backend))
    ):
        raise AwsError("DependencyViolation", f"The vpc '{vpc}' has dependencies and cannot be deleted.")
    return None


@amendment("ec2", "DeleteVpc", source=API + "API_DeleteVpc.html")
def drop_default_acl(call: Call, answer: Answer) -> None:
    """Deleting a VPC also deletes its default network ACL."""
    backend, vpc = backend_of(call), call.params["VpcId"]
    for acl_id in [acl.id for acl in backend.network_acls.values() if acl.vpc_id == vpc]:
        del backend.network_acls[acl_id]
