"""Scheduling policies."""

from typing import Any

from ...rules import operation
from ...wire import Call
from .common import API, backend_of, check_described, check_name, check_required, check_tags, page, refused
from .model import BatchBackend


@operation("batch", "CreateSchedulingPolicy", source=API + "API_CreateSchedulingPolicy.html")
def create_scheduling_policy(call: Call) -> dict[str, Any]:
    """Refuses a second policy of the same name."""
    check_required(call)
    params = call.params
    backend = backend_of(call)
    check_name("name", params["name"])
    check_tags(params.get("tags", {}))
    arn = backend.arn("scheduling-policy", params["name"])
    if arn in backend.policies:
        raise refused("Object already exists")
    backend.policies[arn] = {
        key: params[key] for key in ("name", "fairsharePolicy", "quotaSharePolicy") if key in params
    }
    backend.tags[arn] = dict(params.get("tags", {}))
    return {"name": params["name"], "arn": arn}


@operation("batch", "DescribeSchedulingPolicies", source=API + "API_DescribeSchedulingPolicies.html")
def describe_scheduling_policies(call: Call) -> dict[str, Any]:
    """Answers with those that exist, tags included."""
    check_required(call)
    backend = backend_of(call)
    arns = call.params["arns"]
    check_described(arns)
    found = [arn for arn in arns if arn in backend.policies]
    return {"schedulingPolicies": [{**backend.policies[arn], "arn": arn, "tags": backend.tags[arn]} for arn in found]}


@operation("batch", "ListSchedulingPolicies", source=API + "API_ListSchedulingPolicies.html")
def list_scheduling_policies(call: Call) -> dict[str, Any]:
    """Lists page by page."""
    backend = backend_of(call)
    return page(call, list(backend.policies), lambda arn: {"arn": arn}, "schedulingPolicies")


@operation("batch", "UpdateSchedulingPolicy", source=API + "API_UpdateSchedulingPolicy.html")
def update_scheduling_policy(call: Call) -> None:
    """Refuses a policy that does not exist."""
    check_required(call)
    policy = _existing(backend_of(call), call.params["arn"])
    for key in ("fairsharePolicy", "quotaSharePolicy"):
        if key in call.params:
            policy[key] = call.params[key]


@operation("batch", "DeleteSchedulingPolicy", source=API + "API_DeleteSchedulingPolicy.html")
def delete_scheduling_policy(call: Call) -> None:
    """Refuses while a job queue uses the policy."""
    check_required(call)
    backend = backend_of(call)
    arn = call.params["arn"]
    _existing(backend, arn)
    if any(queue.scheduling_policy == arn for queue in backend.queues.values()):
        raise refused("Cannot delete, found existing JobQueue relationship")
    del backend.policies[arn], backend.tags[arn]


def _existing(backend: BatchBackend, arn: str) -> dict[str, Any]:
    if arn not in backend.policies:
        raise refused(f"Object {arn} does not exist")
    return backend.policies[arn]
