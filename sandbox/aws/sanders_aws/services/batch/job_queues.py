"""Job queues."""

import functools
from typing import Any

from ...rules import operation
from ...wire import Call
from .common import API, backend_of, check_required, invalid_request, refused
from .jobs import stop_job
from .model import BatchBackend, ComputeEnvironment, JobQueue, Status
from .resources import add, check_deletable, check_modifiable, check_new, describe, existing


@operation("batch", "CreateJobQueue", source=API + "API_CreateJobQueue.html")
def create_job_queue(call: Call) -> dict[str, Any]:
    """State defaults to ENABLED; up to three VALID environments, all EC2 or all Fargate; CREATING before VALID."""
    backend, params = backend_of(call), call.params
    check_new(call, "jobQueueName", backend.queue)
    name = params["jobQueueName"]
    if params.get("serviceEnvironmentOrder"):
        raise invalid_request("serviceEnvironmentOrder: sanders-aws has no service environments")
    _check_priority(params["priority"])
    environments = _environments(backend, params.get("computeEnvironmentOrder") or [])
    policy = params.get("schedulingPolicyArn", "")
    _check_policy(backend, policy)

    queue = JobQueue(
        name=name,
        arn=backend.arn("job-queue", name),
        state=params.get("state", "ENABLED"),
        priority=params["priority"],
        order=_order(backend, params["computeEnvironmentOrder"]),
        type=_type(environments),
        scheduling_policy=policy,
        limit_actions=params.get("jobStateTimeLimitActions", []),
    )
    add(backend, backend.queues, queue, params.get("tags", {}))
    return {"jobQueueName": name, "jobQueueArn": queue.arn}


@operation("batch", "DescribeJobQueues", source=API + "API_DescribeJobQueues.html")
def describe_job_queues(call: Call) -> dict[str, Any]:
    """Answers with jobQueueType and statusReason, page by page; unknown names are left out."""
    backend = backend_of(call)
    return describe(call, "jobQueues", backend.queue, backend.queues, functools.partial(_describe, backend))


@operation("batch", "UpdateJobQueue", source=API + "API_UpdateJobQueue.html")
def update_job_queue(call: Call) -> dict[str, Any]:
    """Passes through UPDATING; a scheduling policy can be replaced, but neither added nor removed."""
    check_required(call)
    backend, params = backend_of(call), call.params
    queue = existing(backend.queue, params["jobQueue"])
    check_modifiable(queue, "update")
    if "priority" in params:
        _check_priority(params["priority"])
    order, kind = queue.order, queue.type
    if params.get("computeEnvironmentOrder"):
        kind = _type(_environments(backend, params["computeEnvironmentOrder"], queue))
        order = _order(backend, params["computeEnvironmentOrder"])
        if kind != queue.type:
            raise invalid_request(f"computeEnvironmentOrder: the queue's type {queue.type} cannot become {kind}")
    policy = params.get("schedulingPolicyArn", queue.scheduling_policy)
    if policy != queue.scheduling_policy:
        if not queue.scheduling_policy:
            raise invalid_request("schedulingPolicyArn: a queue without a scheduling policy cannot have one added")
        if not policy:
            raise invalid_request("schedulingPolicyArn: a scheduling policy can be replaced, but not removed")
        _check_policy(backend, policy)

    queue.order, queue.type, queue.scheduling_policy = order, kind, policy
    queue.priority = params.get("priority", queue.priority)
    queue.state = params.get("state", queue.state)
    queue.limit_actions = params.get("jobStateTimeLimitActions", queue.limit_actions)
    queue.begin(Status.UPDATING)
    return {"jobQueueName": queue.name, "jobQueueArn": queue.arn}


@operation("batch", "DeleteJobQueue", source=API + "API_DeleteJobQueue.html")
def delete_job_queue(call: Call) -> None:
    """Refuses while the queue is ENABLED or being changed; terminates its jobs; DELETING, then gone."""
    check_required(call)
    backend = backend_of(call)
    queue = existing(backend.queue, call.params["jobQueue"])
    check_deletable(queue)
    for job in backend.jobs.values():
        if job.queue == queue.arn:
            stop_job(job, "Terminated as its job queue is deleted")
    queue.begin(Status.DELETING)


def _describe(backend: BatchBackend, queue: JobQueue) -> dict[str, Any]:
    return {
        "jobQueueName": queue.name,
        "jobQueueArn": queue.arn,
        "state": queue.state,
        "schedulingPolicyArn": queue.scheduling_policy or None,
        "status": queue.status.value,
        "statusReason": queue.status_reason or None,
        "priority": queue.priority,
        "computeEnvironmentOrder": queue.order,
        "serviceEnvironmentOrder": [],
        "jobQueueType": queue.type,
        "tags": backend.tags[queue.arn],
        "jobStateTimeLimitActions": queue.limit_actions,
    }


def _check_priority(priority: int) -> None:
    if priority < 0:
        raise invalid_request(f"priority must not be negative, got {priority}")


def _check_policy(backend: BatchBackend, policy: str) -> None:
    if policy and policy not in backend.policies:
        raise invalid_request(f"Scheduling policy {policy} does not exist")


def _environments(
    backend: BatchBackend, order: list[dict[str, Any]], queue: JobQueue | None = None
) -> list[ComputeEnvironment]:
    """The environments of `order`, checked. Those that `queue` already has need not be VALID any more."""
    if not 1 <= len(order) <= 3:
        raise invalid_request(f"computeEnvironmentOrder must have 1 to 3 compute environments, got {len(order)}")
    if len({entry["order"] for entry in order}) != len(order):
        raise invalid_request("computeEnvironmentOrder must not give two compute environments the same order")
    environments = []
    for entry in order:
        environment = backend.environment(entry["computeEnvironment"])
        if environment is None or environment.status == Status.DELETED:
            raise refused(f"Object {entry['computeEnvironment']} does not exist")
        if environment.status != Status.VALID and not (queue and queue.uses(environment)):
            raise refused(f"{environment.arn} is not valid: its status is {environment.status}")
        environments.append(environment)
    if len({environment.on_fargate for environment in environments}) > 1:
        raise invalid_request("computeEnvironmentOrder must not mix EC2 and Fargate compute environments")
    return environments


def _order(backend: BatchBackend, order: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The order as Batch describes it: sorted, and with ARNs even where names were given."""
    entries = []
    for entry in order:
        environment = backend.environment(entry["computeEnvironment"])
        assert environment is not None
        entries.append({"order": entry["order"], "computeEnvironment": environment.arn})
    return sorted(entries, key=lambda entry: int(entry["order"]))


def _type(environments: list[ComputeEnvironment]) -> str:
    if environments[0].orchestration == "EKS":
        return "EKS"
    return "ECS_FARGATE" if environments[0].on_fargate else "ECS"
