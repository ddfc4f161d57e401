"""EC2: a new resource is asked for with the request's tags, those that it belongs to with their own.

Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html and
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from typing import Any

from .. import reference
from ..questions import Asking, UnknownOperation, as_tags, asks

# What each action makes, besides what it needs.
_MADE = {
    "AllocateAddress": "elastic-ip",
    "CreateDhcpOptions": "dhcp-options",
    "CreateInternetGateway": "internet-gateway",
    "CreateNatGateway": "natgateway",
    "CreateNetworkAcl": "network-acl",
    "CreateNetworkInterface": "network-interface",
    "CreateRouteTable": "route-table",
    "CreateSecurityGroup": "security-group",
    "CreateSubnet": "subnet",
    "CreateVpc": "vpc",
    "CreateVpcEndpoint": "vpc-endpoint",
}
# The type that a resource's id tells.
_TYPES = {
    "acl": "network-acl",
    "dopt": "dhcp-options",
    "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "igw": "internet-gateway",
    "nat": "natgateway",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "subnet": "subnet",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
}


@asks("ec2", *_MADE)
def create(asking: Asking) -> None:
    action = asking.call.action
    made, tags = _MADE[action], _given_tags(asking)
    asking.ask(action, made, "*", tags=tags, exists=False)
    if action == "AllocateAddress":
        asking.ask(action, "ipv4pool-ec2", asking.params.get("PublicIpv4Pool") or "amazon")
    found = reference.action("ec2", action)
    asking.ask_by_names(action, tuple(name for name in found.types if name != made) if found else ())
    if tags:
        keys = {"ec2:CreateAction": action}
        asking.ask("CreateTags", made, "*", tags=tags, keys=keys, exists=False)


@asks("ec2", "AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupIngress")
def authorize(asking: Asking) -> None:
    action = asking.call.action
    for group in _groups(asking):
        asking.ask(action, "security-group", group)
    tags = _given_tags(asking)
    if tags:
        asking.ask(action, "security-group-rule", "*", tags=tags, exists=False)
        keys = {"ec2:CreateAction": action}
        asking.ask("CreateTags", "security-group-rule", "*", tags=tags, keys=keys, exists=False)


@asks("ec2", "RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress", "DeleteSecurityGroup")
def revoke(asking: Asking) -> None:
    for group in _groups(asking):
        asking.ask(asking.call.action, "security-group", group)


@asks("ec2", "CreateTags", "DeleteTags")
def tag(asking: Asking) -> None:
    tags = as_tags(asking.params.get("Tags", []))
    for resource in asking.params.get("Resources", []):
        type_name = _TYPES.get(resource.rpartition("-")[0])
        if type_name is None:
            raise UnknownOperation(f"sanders-aws does not know what {resource} is")
        asking.ask(asking.call.action, type_name, resource, tags=tags)


@asks("ec2", "DisassociateRouteTable", "ReplaceRouteTableAssociation")
def disassociate(asking: Asking) -> None:
    """An association is asked for by what it ties together: the route table and the subnet."""
    table, subnet = _association(asking, asking.params.get("AssociationId", ""))
    tables = [table, asking.params.get("RouteTableId", "")]
    for found in [one for one in tables if one] or ["*"]:
        asking.ask(asking.call.action, "route-table", found)
    if subnet:
        asking.ask(asking.call.action, "subnet", subnet)


def _given_tags(asking: Asking) -> dict[str, str]:
    specifications = asking.params.get("TagSpecifications", [])
    return {name: value for one in specifications for name, value in as_tags(one.get("Tags", [])).items()}


def _association(asking: Asking, association: str) -> tuple[str, str]:
    for table in list(_backend(asking).route_tables.values()):
        subnet = table._associations.get(association)
        if subnet:
            return table.id, subnet
        if table.main_association_id == association:
            return table.id, ""
    return "", ""


def _groups(asking: Asking) -> list[str]:
    """The security groups that a call is about; outside of VPCs they also have names, of which only ids are asked."""
    name = asking.params.get("GroupName")
    given = asking.params.get("GroupId")
    if given or not name:
        return [given or "*"]
    found = _backend(asking).get_security_group_from_name(name, None)
    return [found.id if found else "*"]


def _backend(asking: Asking) -> Any:
    from moto.ec2.models import ec2_backends

    return ec2_backends[asking.call.account][asking.call.region]
