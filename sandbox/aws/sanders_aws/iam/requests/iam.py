"""IAM: roles and users by their full path, with the permissions boundary that they have or get.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
"""

from collections.abc import Callable
from typing import Any

from moto.iam.models import SERVICE_NAME_CONVERSION

from .. import reference
from ..questions import Asking, UnknownOperation, asks, request_tags
from ..resources import iam_of, role_named

# Tags at creation need this action as well.
# Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags_roles.html#id_tags_roles_permissions
_TAGGING = {
    "CreateInstanceProfile": "TagInstanceProfile",
    "CreatePolicy": "TagPolicy",
    "CreateRole": "TagRole",
    "CreateUser": "TagUser",
}


@asks("iam", "*")
def ask(asking: Asking) -> None:
    """What an action of IAM is about is told by its type: of AttachRolePolicy the role, and not the policy."""
    name = asking.call.action
    found = reference.action("iam", name)
    if found is None:
        raise UnknownOperation(f"sanders-aws does not know which rights iam {name} needs")
    if not found.types:
        asking.ask(name)
        return
    if len(found.types) > 1:  # those that look at anybody's rights
        _ask_by_arn(asking, found)
        return
    type_name = found.types[0]
    made = _NAMES.get(type_name, "") if name in _MAKING else ""  # it is not yet, even if there is one of its name
    arn = _new(asking, type_name, asking.params.get(made, "")) if made else _ARNS[type_name](asking)
    tags = request_tags(asking.params)
    asking.ask(name, type_name, arn, tags=tags, keys=_keys(asking, found, type_name))
    if tags and name in _TAGGING:
        asking.ask(_TAGGING[name], type_name, arn, tags=tags)
    if name == "AddRoleToInstanceProfile":
        asking.pass_role(_role(asking), "ec2.amazonaws.com")


@asks("iam", "CreateServiceLinkedRole")
def create_service_linked_role(asking: Asking) -> None:
    service = asking.params.get("AWSServiceName", "")
    name = service.partition(".")[0]
    title = "Batch" if name == "batch" else SERVICE_NAME_CONVERSION.get(name, name)
    path = f"aws-service-role/{service}/AWSServiceRoleFor{title}"
    asking.ask("CreateServiceLinkedRole", "role", path, keys={"iam:AWSServiceName": service})


@asks("iam", "GetServiceLinkedRoleDeletionStatus")
def get_deletion_status(asking: Asking) -> None:
    """A task's id has the path of its role: task/aws-service-role/…/AWSServiceRoleForX/id."""
    path = asking.params.get("DeletionTaskId", "").removeprefix("task/").rpartition("/")[0]
    asking.ask("GetServiceLinkedRoleDeletionStatus", "role", path or "*")


def _ask_by_arn(asking: Asking, action: reference.Action) -> None:
    arn = asking.params.get("Arn") or asking.params.get("PolicySourceArn", "")
    for type_name in action.types:
        if reference.resource_type("iam", type_name).pattern.fullmatch(arn):
            asking.ask(asking.call.action, type_name, arn)
            return
    raise UnknownOperation(f"sanders-aws does not know whom iam {asking.call.action} is about")


def _keys(asking: Asking, action: reference.Action, type_name: str) -> dict[str, str | None]:
    known = action.keys(type_name)
    keys: dict[str, str | None] = {}
    if "iam:policyarn" in known:
        keys["iam:PolicyARN"] = asking.params.get("PolicyArn")
    if "iam:permissionsboundary" in known:
        keys["iam:PermissionsBoundary"] = _boundary(asking)
    return keys


def _boundary(asking: Asking) -> str | None:
    """The boundary that is set, or else the one that the role has."""
    given = asking.params.get("PermissionsBoundary")
    role = role_named(asking.call, asking.params.get("RoleName", ""))
    return given or (role.permissions_boundary_arn if role else None) or None


def _role(asking: Asking) -> str:
    name = asking.params.get("RoleName", "")
    role = role_named(asking.call, name)
    return str(role.arn) if role else _new(asking, "role", name)


def _user(asking: Asking) -> str:
    name = asking.params.get("UserName", "")
    if not name:
        # Then it is about whoever calls.
        key = asking.call.access_key
        name = next((user.name for user in iam_of(asking.call).users.values() if user.has_access_key(key)), "")
    user = iam_of(asking.call).users.get(name)
    return str(user.arn) if user else _new(asking, "user", name or "*")


def _policy(asking: Asking) -> str:
    return asking.params.get("PolicyArn") or _new(asking, "policy", asking.params.get("PolicyName", ""))


def _group(asking: Asking) -> str:
    found: Any = iam_of(asking.call).groups.get(asking.params.get("GroupName", ""))
    return str(found.arn) if found else _new(asking, "group", asking.params.get("GroupName", ""))


def _instance_profile(asking: Asking) -> str:
    name = asking.params.get("InstanceProfileName", "")
    profiles = list(iam_of(asking.call).instance_profiles.values())
    found = next((profile for profile in profiles if profile.name == name), None)
    return str(found.arn) if found else _new(asking, "instance-profile", name)


def _new(asking: Asking, type_name: str, name: str) -> str:
    path = asking.params.get("Path", "/").strip("/")
    return asking.arn("iam", type_name, f"{path}/{name}" if path else name)


_MAKING = ("CreateGroup", "CreateInstanceProfile", "CreatePolicy", "CreateRole", "CreateUser")
_NAMES = {
    "group": "GroupName",
    "instance-profile": "InstanceProfileName",
    "policy": "PolicyName",
    "role": "RoleName",
    "user": "UserName",
}
_ARNS: dict[str, Callable[[Asking], str]] = {
    "group": _group,
    "instance-profile": _instance_profile,
    "policy": _policy,
    "role": _role,
    "user": _user,
}
