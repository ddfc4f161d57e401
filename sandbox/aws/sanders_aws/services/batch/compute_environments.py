"""Compute environments."""

import functools
from typing import Any

from moto.iam.models import iam_backends
from moto.utilities.utils import get_partition

from ... import services
from ...rules import operation
from ...wire import Call
from .common import API, GUIDE, backend_of, check_required, invalid_request, refused
from .model import SERVICE_LINKED_ROLE, BatchBackend, ComputeEnvironment, Status
from .resources import add, check_deletable, check_modifiable, check_new, describe, existing

# Source: API_ComputeResource.html, "isn't applicable to jobs that are running on Fargate resources".
_NOT_ON_FARGATE = {
    "allocationStrategy", "bidPercentage", "desiredvCpus", "ec2Configuration", "ec2KeyPair", "imageId", "instanceRole",
    "instanceTypes", "launchTemplate", "minvCpus", "placementGroup", "scalingPolicy", "spotIamFleetRole", "tags",
    "updateToLatestImageVersion",
}  # fmt: skip
_KEPT_AS_GIVEN = ("unmanagedvCpus", "eksConfiguration", "context", "ecsSettings")
# Source: userguide/updating-compute-environments.html: everything else needs an infrastructure update.
_SCALING = {"minvCpus", "maxvCpus", "desiredvCpus"}


@operation("batch", "CreateComputeEnvironment", source=API + "API_CreateComputeEnvironment.html")
def create_compute_environment(call: Call) -> dict[str, Any]:
    """State and service role have defaults; the environment is CREATING before it is VALID or INVALID."""
    backend, params = backend_of(call), call.params
    check_new(call, "computeEnvironmentName", backend.environment)
    name = params["computeEnvironmentName"]
    resources = _resources_to_create(params)

    environment = ComputeEnvironment(
        name=name,
        arn=backend.arn("compute-environment", name),
        type=params["type"],
        state=params.get("state", "ENABLED"),
        service_role=_service_role(backend, params),
        resources=resources,
        rest={key: params[key] for key in _KEPT_AS_GIVEN if key in params},
    )
    add(backend, backend.environments, environment, params.get("tags", {}))
    return {"computeEnvironmentName": name, "computeEnvironmentArn": environment.arn}


@operation("batch", "DescribeComputeEnvironments", source=API + "API_DescribeComputeEnvironments.html")
def describe_compute_environments(call: Call) -> dict[str, Any]:
    """Answers with uuid and containerOrchestrationType, page by page; unknown names are left out."""
    backend = backend_of(call)
    return describe(
        call, "computeEnvironments", backend.environment, backend.environments, functools.partial(_describe, backend)
    )


@operation("batch", "UpdateComputeEnvironment", source=API + "API_UpdateComputeEnvironment.html")
def update_compute_environment(call: Call) -> dict[str, Any]:
    """Changes compute resources in place where AWS can, passes through UPDATING, and refuses the rest."""
    check_required(call)
    backend, params = backend_of(call), call.params
    environment = existing(backend.environment, params["computeEnvironment"])
    check_modifiable(environment, "update")
    role = _changed_role(backend, environment, params)
    resources = _changed_resources(environment, params)

    environment.service_role = role
    environment.resources = resources
    environment.state = params.get("state", environment.state)
    for key in (*_KEPT_AS_GIVEN, "updatePolicy"):
        if key in params:
            environment.rest[key] = params[key]
    environment.begin(Status.UPDATING)
    return {"computeEnvironmentName": environment.name, "computeEnvironmentArn": environment.arn}


@operation("batch", "DeleteComputeEnvironment", source=API + "API_DeleteComputeEnvironment.html")
def delete_compute_environment(call: Call) -> None:
    """Refuses while the environment is ENABLED, used by a queue or being changed; then DELETING, then gone."""
    check_required(call)
    backend = backend_of(call)
    environment = existing(backend.environment, call.params["computeEnvironment"])
    check_deletable(environment)
    if backend.queues_using(environment):
        raise refused("Cannot delete, found existing JobQueue relationship")
    environment.begin(Status.DELETING)


def _describe(backend: BatchBackend, environment: ComputeEnvironment) -> dict[str, Any]:
    partition = get_partition(backend.region_name)
    cluster = f"AWSBatch-{environment.name}-{environment.uuid}"
    return {
        "computeEnvironmentName": environment.name,
        "computeEnvironmentArn": environment.arn,
        "ecsClusterArn": f"arn:{partition}:ecs:{backend.region_name}:{backend.account_id}:cluster/{cluster}",
        "tags": backend.tags[environment.arn],
        "type": environment.type,
        "state": environment.state,
        "status": environment.status.value,
        "statusReason": environment.status_reason or None,
        "computeResources": environment.resources,
        "serviceRole": environment.service_role,
        "containerOrchestrationType": environment.orchestration,
        "uuid": environment.uuid,
        **environment.rest,
    }


def _resources_to_create(params: dict[str, Any]) -> dict[str, Any] | None:
    resources: dict[str, Any] | None = params.get("computeResources")
    if params["type"] == "UNMANAGED":
        if resources:
            raise invalid_request("computeResources must not be given for an UNMANAGED compute environment")
        if "serviceRole" not in params:
            raise invalid_request("serviceRole is required for an UNMANAGED compute environment")
        return None
    if not resources:
        raise invalid_request("computeResources is required for a MANAGED compute environment")
    on_fargate = resources["type"].startswith("FARGATE")
    _check_network(resources, on_fargate)
    _check_maximum(resources)
    if on_fargate:
        _check_applicable(resources)
        return resources
    if not resources.get("instanceTypes"):
        raise invalid_request("instanceTypes is required for EC2 compute resources")
    return {"allocationStrategy": "BEST_FIT", "minvCpus": 0, "desiredvCpus": resources.get("minvCpus", 0), **resources}


def _check_network(resources: dict[str, Any], on_fargate: bool) -> None:
    """Source: API_ComputeResource.html: subnets (16 on Fargate) and security groups (5 on Fargate)."""
    subnets, groups = resources.get("subnets") or [], resources.get("securityGroupIds") or []
    if not subnets:
        raise invalid_request("subnets must not be empty")
    if not groups and (on_fargate or "launchTemplate" not in resources):
        raise invalid_request("securityGroupIds must not be empty")
    if on_fargate and len(subnets) > 16:
        raise invalid_request(f"subnets: Fargate compute resources can contain up to 16, got {len(subnets)}")
    if on_fargate and len(groups) > 5:
        raise invalid_request(f"securityGroupIds: Fargate compute resources can contain up to 5, got {len(groups)}")


def _check_maximum(resources: dict[str, Any]) -> None:
    if resources["maxvCpus"] < 1:
        raise invalid_request(f"maxvCpus must be at least 1, got {resources['maxvCpus']}")


def _check_applicable(resources: dict[str, Any]) -> None:
    unwanted = sorted(_NOT_ON_FARGATE & {key for key, value in resources.items() if value not in (None, [], {})})
    if unwanted:
        raise invalid_request(f"{', '.join(unwanted)} not applicable for Fargate")


def _service_role(backend: BatchBackend, params: dict[str, Any]) -> str:
    if "serviceRole" in params:
        return _role_arn(backend, params["serviceRole"])
    services.load("iam")  # whose rules know what the role is called
    iam = iam_backends[backend.account_id][get_partition(backend.region_name)]
    arn = _service_linked_role_arn(backend)
    if all(role.arn != arn for role in iam.roles.values()):
        iam.create_service_linked_role("batch.amazonaws.com", "", "")
    return arn


def _role_arn(backend: BatchBackend, name_or_arn: str) -> str:
    if name_or_arn.startswith("arn:"):
        return name_or_arn
    return f"arn:{get_partition(backend.region_name)}:iam::{backend.account_id}:role/{name_or_arn.lstrip('/')}"


def _service_linked_role_arn(backend: BatchBackend) -> str:
    return _role_arn(backend, f"aws-service-role/batch.amazonaws.com/{SERVICE_LINKED_ROLE}")


def _changed_role(backend: BatchBackend, environment: ComputeEnvironment, params: dict[str, Any]) -> str:
    if "serviceRole" not in params:
        return environment.service_role
    role = _role_arn(backend, params["serviceRole"])
    linked = _service_linked_role_arn(backend)
    if (role == linked) != (environment.service_role == linked):
        raise invalid_request("serviceRole cannot be changed between a regular role and the service-linked role")
    return role


def _changed_resources(environment: ComputeEnvironment, params: dict[str, Any]) -> dict[str, Any] | None:
    if "computeResources" not in params:
        return environment.resources
    if environment.resources is None:
        raise invalid_request("computeResources cannot be given for an UNMANAGED compute environment")
    changes = dict(params["computeResources"])
    if not changes:
        raise invalid_request("At least one compute-resources attribute must be specified")
    if "type" in changes and changes["type"].startswith("FARGATE") != environment.on_fargate:
        raise invalid_request("type cannot be changed between EC2 and Fargate")
    if environment.on_fargate:
        _check_applicable(changes)
        changes = {key: value for key, value in changes.items() if value != []}  # an empty list means no change
    elif set(changes) - _SCALING and not environment.service_role.endswith(SERVICE_LINKED_ROLE):
        raise invalid_request(
            f"{', '.join(sorted(set(changes) - _SCALING))}: the compute environment must use {SERVICE_LINKED_ROLE} for "
            f"an infrastructure update ({GUIDE}updating-compute-environments.html)"
        )
    resources = {**environment.resources, **changes}
    if environment.on_fargate:
        _check_network(resources, on_fargate=True)
    _check_maximum(resources)
    return resources
