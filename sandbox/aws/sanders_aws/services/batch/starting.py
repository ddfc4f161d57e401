"""What a container on Fargate needs to start: roles that it may assume, and a route to its image.

Source: https://docs.aws.amazon.com/batch/latest/userguide/fargate.html and
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html
"""

from typing import Any

from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.route_tables import RouteTable
from moto.ec2.models.subnets import Subnet

from ..roles import can_be_assumed
from .model import BatchBackend, ComputeEnvironment, Job
from .permissions import problem_with_image

_ANYWHERE = "0.0.0.0/0"
_HTTPS = 443


def problem_with_start(backend: BatchBackend, environment: ComputeEnvironment, job: Job) -> str:
    """Why the job's container cannot start in the environment; empty if it can, or if it is not on Fargate."""
    if not environment.on_fargate:
        return ""
    for key in ("executionRoleArn", "jobRoleArn"):
        role = job.container.get(key)
        if role and not can_be_assumed(backend.account_id, backend.region_name, role, "ecs-tasks.amazonaws.com"):
            return (
                f"ECS was unable to assume the role '{role}' that was provided for this task. Please verify that the "
                "role being passed has the proper trust relationship and permissions."
            )
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    resources = environment.resources or {}
    has_address = job.container.get("networkConfiguration", {}).get("assignPublicIp") == "ENABLED"
    missing = _missing_egress(ec2, resources.get("securityGroupIds", []))
    for subnet in resources.get("subnets", []):
        missing = missing or _missing_way(ec2, subnet, has_address)
    if missing:
        return (
            "ResourceInitializationError: unable to pull secrets or registry auth: The task cannot pull registry auth "
            "from Amazon ECR: There is a connection issue between the task and Amazon ECR. Check your task network "
            f"configuration. ({missing})"
        )
    return problem_with_image(backend, job)


def _missing_egress(ec2: EC2Backend, groups: list[str]) -> str:
    found = [ec2.get_security_group_from_id(group) for group in groups]
    rules = [rule for group in found if group for rule in group.egress_rules]
    if any(rule.ip_protocol == "-1" or _covers_https(rule) for rule in rules):
        return ""
    return f"no security group of {', '.join(groups)} lets it out to port {_HTTPS}"


def _covers_https(rule: Any) -> bool:
    return rule.ip_protocol == "tcp" and int(rule.from_port) <= _HTTPS <= int(rule.to_port)


def _missing_way(ec2: EC2Backend, subnet: str, has_address: bool) -> str:
    """Why there is no route from the subnet to the registry; empty if there is one."""
    found = next((subnets[subnet] for subnets in ec2.subnets.values() if subnet in subnets), None)
    if found is None:
        return f"{subnet} does not exist any more"
    table = _table_of(ec2, found)
    route = next((r for r in table.routes if r.destination_cidr_block == _ANYWHERE and r.state == "active"), None)
    if route and route.nat_gateway:
        works = _is_available(route.nat_gateway)
        return "" if works else f"{subnet}: NAT gateway {route.nat_gateway.id} is {route.nat_gateway.state}"
    if route and route.gateway and has_address:
        return ""
    if _has_endpoints(ec2, table):
        return ""
    if route and route.gateway:
        return f"{subnet} leads to an internet gateway, but the job has no public address: see assignPublicIp"
    return f"{subnet} has no active route to {_ANYWHERE}, and {table.vpc_id} no endpoints for ECR and S3"


def _table_of(ec2: EC2Backend, subnet: Subnet) -> RouteTable:
    """The route table that the subnet is associated with, or its VPC's main one."""
    tables = [table for table in list(ec2.route_tables.values()) if table.vpc_id == subnet.vpc_id]
    explicit = next((table for table in tables if subnet.id in table._associations.values()), None)
    return explicit or next(table for table in tables if table.main_association_id)


def _is_available(resource: Any) -> bool:
    """Whether a NAT gateway or an endpoint works, even if no call to EC2 has noticed yet."""
    return resource.state == "available" or (resource.state == "pending" and resource.sanders_pause.over)


def _has_endpoints(ec2: EC2Backend, table: RouteTable) -> bool:
    """Whether images can be pulled without the internet."""
    services = {
        endpoint.service_name.rpartition(f"{ec2.region_name}.")[2]
        for endpoint in list(ec2.vpc_end_points.values())
        if endpoint.vpc_id == table.vpc_id
        and _is_available(endpoint)
        and (endpoint.vpc_endpoint_type == "Interface" or table.id in endpoint.route_table_ids)
    }
    return services >= {"ecr.api", "ecr.dkr", "s3"}
