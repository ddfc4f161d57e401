"""How jobs are submitted: what a definition and a job's own parameters come to."""

import copy
import re
import uuid
from typing import Any

from ...rules import operation
from ...wire import Call
from . import life
from .arrays import add_children, array_size, dependencies
from .common import API, NAME, backend_of, check_required, check_tags, invalid_request, refused
from .job_definitions import check_container, check_retry_strategy, check_timeout
from .model import BatchBackend, Job, JobDefinition, JobQueue, Status
from .retries import retry_strategy

_LARGEST = 30 * 1024  # bytes of a call. Source: userguide/service_limits.html
_SHARE = re.compile(r"[A-Za-z0-9_-]{1,255}")
_FROM_PARAMETER = "Ref::"


@operation("batch", "SubmitJob", source=API + "API_SubmitJob.html")
def submit_job(call: Call) -> dict[str, Any]:
    """Refuses unknown or DISABLED queues, sizes that Fargate does not offer, and short time-outs; applies overrides."""
    check_required(call)
    backend, params = backend_of(call), call.params
    _check(call)
    queue = _queue(backend, params["jobQueue"])
    definition = _definition(backend, params["jobDefinition"])
    if definition.on_fargate != (queue.type == "ECS_FARGATE"):
        raise refused(f"JobDefinition {definition.name} does not run on the compute environments of {queue.name}")
    _check_share(queue, params)
    retry, timeout = _either(params, definition, "retryStrategy"), _either(params, definition, "timeout")
    check_retry_strategy(retry)
    check_timeout(timeout)
    size = array_size(params)

    job_id = str(uuid.uuid4())
    job = Job(
        id=job_id,
        arn=backend.arn("job", job_id),
        name=params["jobName"],
        queue=queue.arn,
        definition=definition.arn,
        container=_container(definition, params),
        retry=retry_strategy(retry),
        timeout=timeout.get("attemptDurationSeconds"),
        dependencies=params.get("dependsOn", []),
        waits_for=dependencies(backend, params, size),
        parameters={**definition.content["parameters"], **params.get("parameters", {})},
        array_size=size,
        share=params.get("shareIdentifier", ""),
    )
    backend.jobs[job_id] = job
    backend.tags[job.arn] = {
        **(backend.tags[definition.arn] if definition.content["propagateTags"] else {}),
        **params.get("tags", {}),
    }
    if size:
        add_children(backend, job)
    life.start(backend, job)
    return {"jobId": job_id, "jobName": job.name, "jobArn": job.arn}


def _check(call: Call) -> None:
    """Refuses what is wrong with a job on its own."""
    params = call.params
    if not NAME.fullmatch(params["jobName"]):
        raise refused("Job name should match valid pattern")
    check_tags(params.get("tags", {}))
    for key in ("nodeOverrides", "eksPropertiesOverride", "ecsPropertiesOverride"):
        if params.get(key):
            raise invalid_request(f"{key}: sanders-aws runs single containers and arrays of them only")
    size = len(call.request.get_data())
    if size > _LARGEST:
        raise invalid_request(f"the job's payload must be at most {_LARGEST} bytes, got {size}")
    priority = params.get("schedulingPriorityOverride", 0)
    if not 0 <= priority <= 9999:
        raise invalid_request(f"schedulingPriorityOverride must be 0 to 9999, got {priority}")


def _queue(backend: BatchBackend, name: str) -> JobQueue:
    queue = backend.queue(name)
    if queue is None or queue.status == Status.DELETED:
        raise refused(f"JobQueue {name} not found.")
    if queue.state != "ENABLED":
        raise refused(f"JobQueue {queue.name} is not ENABLED: it is {queue.state} and takes no jobs")
    return queue


def _definition(backend: BatchBackend, name: str) -> JobDefinition:
    definition = backend.definition(name)
    if definition is None or definition.status != "ACTIVE":
        raise refused(f"JobDefinition {name} not found.")
    if "containerProperties" not in definition.content:
        raise invalid_request("sanders-aws runs single containers and arrays of them only")
    return definition


def _check_share(queue: JobQueue, params: dict[str, Any]) -> None:
    """A share belongs to a queue with a scheduling policy, which cannot do without. Source: API_SubmitJob.html."""
    share = params.get("shareIdentifier", "")
    if queue.scheduling_policy and not share:
        raise invalid_request(f"shareIdentifier is required, as {queue.name} has a scheduling policy")
    if share and not queue.scheduling_policy:
        raise invalid_request(f"shareIdentifier cannot be used, as {queue.name} has no scheduling policy")
    if share and not _SHARE.fullmatch(share):
        raise invalid_request(f"shareIdentifier should match valid pattern, got {share!r}")


def _container(definition: JobDefinition, params: dict[str, Any]) -> dict[str, Any]:
    """The definition's container with the job's overrides. Source: API_ContainerOverrides.html."""
    container = copy.deepcopy(definition.content["containerProperties"])
    overrides = params.get("containerOverrides", {})
    if overrides.get("command"):
        container["command"] = overrides["command"]
    environment = {entry["name"]: entry for entry in [*container["environment"], *overrides.get("environment", [])]}
    container["environment"] = list(environment.values())
    sizes = {
        entry["type"]: entry
        for entry in [*container["resourceRequirements"], *overrides.get("resourceRequirements", [])]
    }
    container["resourceRequirements"] = list(sizes.values())
    for key in ("vcpus", "memory", "instanceType"):
        if key in overrides:
            container[key] = overrides[key]
    check_container(container, definition.on_fargate)
    parameters = {**definition.content["parameters"], **params.get("parameters", {})}
    container["command"] = [_substitute(word, parameters) for word in container["command"]]
    return container


def _substitute(word: str, parameters: dict[str, str]) -> str:
    """Source: userguide/job_definition_parameters.html#parameters: Ref::name stands for a parameter's value."""
    if word.startswith(_FROM_PARAMETER):
        return parameters.get(word.removeprefix(_FROM_PARAMETER), word)
    return word


def _either(params: dict[str, Any], definition: JobDefinition, key: str) -> dict[str, Any]:
    """What the job says, or what its definition says if the job says nothing."""
    found: dict[str, Any] = params.get(key) or definition.content.get(key) or {}
    return found
