"""Service-linked roles, which belong to their service."""

from typing import Any

from moto.iam import models as iam_models
from moto.iam.models import IAMBackend, Role

from ...errors import AwsError
from ...iam.resources import role_named
from ...rules import guard, operation, patch
from ...wire import Answer, Call
from ..batch.model import batch_backends
from .common import API, GUIDE, backend_of, role_of


@patch("iam", "CreateServiceLinkedRole", source=GUIDE + "reference_aws-services-that-work-with-iam.html")
def name_service_linked_role() -> None:
    """The service-linked roles of Batch and ECS are AWSServiceRoleForBatch and AWSServiceRoleForECS."""
    iam_models.SERVICE_NAME_CONVERSION |= {"batch": "Batch", "ecs": "ECS"}


@guard("iam", "CreateServiceLinkedRole", source=API + "API_CreateServiceLinkedRole.html")
def refuse_second_service_linked_role(call: Call) -> Answer | None:
    """A service has one service-linked role for each suffix: the name of a second one is taken."""
    params = call.params
    service = params["AWSServiceName"].partition(".")[0]
    suffix = f"_{params['CustomSuffix']}" if params.get("CustomSuffix") else ""
    name = f"AWSServiceRoleFor{iam_models.SERVICE_NAME_CONVERSION.get(service, service)}{suffix}"
    if role_named(call, name):
        problem = f"Service role name {name} has been taken in this account, please try a different suffix."
        raise AwsError("InvalidInput", problem)
    return None


@guard(
    "iam", "AttachRolePolicy", "DeleteRole", "DeleteRolePolicy", "DetachRolePolicy", "PutRolePolicy", "UpdateRole",
    "UpdateAssumeRolePolicy", source=GUIDE + "using-service-linked-roles.html",
)  # fmt: skip
def protect_service_linked_roles(call: Call) -> Answer | None:
    """Only its service can change or delete a service-linked role."""
    role = role_of(call)
    if role and role.path.startswith("/aws-service-role/"):
        raise AwsError(
            "UnmodifiableEntity",
            f"Cannot perform the operation on the protected role '{role.name}' - this role is only modifiable by AWS",
        )
    return None


@operation("iam", "DeleteServiceLinkedRole", source=API + "API_DeleteServiceLinkedRole.html")
def delete_service_linked_role(call: Call) -> dict[str, Any]:
    """The deletion is a task, which fails while the service still has resources that use the role."""
    role = role_of(call)
    if role is None:
        raise AwsError("NoSuchEntity", f"The role with name {call.params['RoleName']} cannot be found.", 404)
    backend = backend_of(call)
    task = f"task{role.path}{role.name}/{role.id.lower()}"
    users = _users(call, role)
    if not users:
        del backend.roles[role.id]
    _deletions(backend)[task] = users
    return {"DeletionTaskId": task}


@operation("iam", "GetServiceLinkedRoleDeletionStatus", source=API + "API_GetServiceLinkedRoleDeletionStatus.html")
def get_deletion_status(call: Call) -> dict[str, Any]:
    """SUCCEEDED, or FAILED with the resources that still use the role."""
    task = call.params["DeletionTaskId"]
    users = _deletions(backend_of(call)).get(task)
    if users is None:
        raise AwsError("NoSuchEntity", f"Deletion task {task} cannot be found.", 404)
    if not users:
        return {"Status": "SUCCEEDED"}
    usage = [{"Region": region, "Resources": arns} for region, arns in users.items()]
    return {
        "Status": "FAILED",
        "Reason": {"Reason": "A service-linked role is in use by its service.", "RoleUsageList": usage},
    }


def _deletions(backend: IAMBackend) -> dict[str, dict[str, list[str]]]:
    """Deletion tasks, and what is in their way by region. Kept on moto's backend, to be saved and reset with it."""
    deletions: dict[str, dict[str, list[str]]] = backend.__dict__.setdefault("sanders_deletions", {})
    return deletions


def _users(call: Call, role: Role) -> dict[str, list[str]]:
    users: dict[str, list[str]] = {}
    for region, batch in batch_backends[call.account].items():
        arns = [environment.arn for environment in batch.environments.values() if environment.service_role == role.arn]
        if arns:
            users[region] = arns
    return users
