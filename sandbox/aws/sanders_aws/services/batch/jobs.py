"""Jobs."""

import copy
import uuid
from typing import Any

from ...rules import operation
from ...wire import Call
from . import life
from .arrays import add_children, array_size, dependencies, describe_array, summarise_array
from .common import API, NAME, backend_of, check_described, check_required, check_tags, invalid_request, page, refused
from .job_definitions import check_container, check_retry_strategy
from .model import BatchBackend, Job, JobDefinition, JobStatus, Status
from .retries import retry_strategy

_FROM_PARAMETER = "Ref::"
_NOT_STARTED = (JobStatus.SUBMITTED, JobStatus.PENDING, JobStatus.RUNNABLE)


@operation("batch", "SubmitJob", source=API + "API_SubmitJob.html")
def submit_job(call: Call) -> dict[str, Any]:
    """Refuses unknown or DISABLED queues and sizes that Fargate does not offer; overrides what it is told to."""
    check_required(call)
    params = call.params
    backend = backend_of(call)
    name = params["jobName"]
    if not NAME.fullmatch(name):
        raise refused("Job name should match valid pattern")
    check_tags(params.get("tags", {}))
    for key in ("nodeOverrides", "eksPropertiesOverride", "ecsPropertiesOverride"):
        if params.get(key):
            raise invalid_request(f"{key}: sanders-aws runs single containers and arrays of them only")
    queue = backend.queue(params["jobQueue"])
    if queue is None or queue.status == Status.DELETED:
        raise refused(f"JobQueue {params['jobQueue']} not found.")
    if queue.state != "ENABLED":
        raise refused(f"JobQueue {queue.name} is not ENABLED: it is {queue.state} and takes no jobs")
    definition = backend.definition(params["jobDefinition"])
    if definition is None or definition.status != "ACTIVE":
        raise refused(f"JobDefinition {params['jobDefinition']} not found.")
    if "containerProperties" not in definition.content:
        raise invalid_request("sanders-aws runs single containers and arrays of them only")
    if definition.on_fargate != (queue.type == "ECS_FARGATE"):
        raise refused(f"JobDefinition {definition.name} does not run on the compute environments of {queue.name}")
    retry = _either(params, definition, "retryStrategy")
    check_retry_strategy(retry)
    size = array_size(params)

    job_id = str(uuid.uuid4())
    job = Job(
        id=job_id,
        arn=backend.arn("job", job_id),
        name=name,
        queue=queue.arn,
        definition=definition.arn,
        container=_container(definition, params),
        retry=retry_strategy(retry),
        timeout=_either(params, definition, "timeout").get("attemptDurationSeconds"),
        dependencies=params.get("dependsOn", []),
        waits_for=dependencies(backend, params, size),
        parameters={**definition.content["parameters"], **params.get("parameters", {})},
        array_size=size,
    )
    backend.jobs[job_id] = job
    backend.tags[job.arn] = {
        **(backend.tags[definition.arn] if definition.content["propagateTags"] else {}),
        **params.get("tags", {}),
    }
    if size:
        add_children(backend, job)
    life.start(backend, job)
    return {"jobId": job_id, "jobName": name, "jobArn": job.arn}


@operation("batch", "DescribeJobs", source=API + "API_DescribeJobs.html")
def describe_jobs(call: Call) -> dict[str, Any]:
    """Answers with those that exist, 100 at most."""
    check_required(call)
    backend = backend_of(call)
    ids = call.params["jobs"]
    check_described(ids)
    found = [job for given in ids if (job := backend.jobs.get(given.rpartition("/")[2]))]
    return {"jobs": [_describe(backend, job) for job in found]}


@operation("batch", "ListJobs", source=API + "API_ListJobs.html")
def list_jobs(call: Call) -> dict[str, Any]:
    """Lists the RUNNING jobs of a queue or an array if no status is asked for, newest first, page by page."""
    params = call.params
    backend = backend_of(call)
    names = [value for f in params.get("filters") or [] if f["name"] == "JOB_NAME" for value in f["values"]]
    status = params.get("jobStatus", "RUNNING")
    found = [job for job in _listed(backend, params) if (_named(job, names) if names else job.status == status)]
    return page(call, found[::-1], _summarise, "jobSummaryList")


def _listed(backend: BatchBackend, params: dict[str, Any]) -> list[Job]:
    """The children of an array job, or the jobs of a queue; of its array jobs, only the parents."""
    if "arrayJobId" in params:
        parent = backend.jobs.get(params["arrayJobId"])
        if parent is None:
            raise refused(f"Job {params['arrayJobId']} not found.")
        return backend.children(parent)
    queue = backend.queue(params.get("jobQueue", ""))
    if queue is None:
        raise refused(f"JobQueue {params.get('jobQueue', '')} not found.")
    return [job for job in backend.jobs.values() if job.queue == queue.arn and job.array_index is None]


@operation("batch", "CancelJob", source=API + "API_CancelJob.html")
def cancel_job(call: Call) -> None:
    """Cancels a job that has not reached STARTING, and leaves others alone; of an array, those children."""
    check_required(call)
    backend = backend_of(call)
    job = backend.jobs.get(call.params["jobId"])
    if job and job.status in _NOT_STARTED:
        for one in [job, *(child for child in backend.children(job) if child.status in _NOT_STARTED)]:
            stop_job(one, call.params["reason"], terminated=False)


@operation("batch", "TerminateJob", source=API + "API_TerminateJob.html")
def terminate_job(call: Call) -> None:
    """Ends a job wherever it is, an array with all its children; it becomes FAILED with the reason given."""
    check_required(call)
    backend = backend_of(call)
    job = backend.jobs.get(call.params["jobId"])
    if job:
        for one in [job, *backend.children(job)]:
            stop_job(one, call.params["reason"])


def stop_job(job: Job, reason: str, terminated: bool = True) -> None:
    """Makes a job end as FAILED, if it has not ended yet."""
    if not job.status.final:
        job.stop_reason, job.terminated = reason, terminated
        life.stop(job)


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


def _named(job: Job, names: list[str]) -> bool:
    """Names may end in *, and case does not matter. Source: API_ListJobs.html, filters."""
    return any(
        job.name.lower().startswith(name[:-1].lower()) if name.endswith("*") else job.name.lower() == name.lower()
        for name in names
    )


def _describe(backend: BatchBackend, job: Job) -> dict[str, Any]:
    last = job.attempts[-1]["container"] if job.attempts else {}
    return {
        "jobArn": job.arn,
        "jobName": job.name,
        "jobId": job.id,
        "jobQueue": job.queue,
        "jobDefinition": job.definition,
        "status": job.status.value,
        "statusReason": job.status_reason or None,
        "attempts": job.attempts,
        "createdAt": job.created,
        # Required in the answer, and 0 until the job has started. Source: API_JobDetail.html.
        "startedAt": job.started or 0,
        "stoppedAt": job.stopped,
        "dependsOn": job.dependencies,
        "parameters": job.parameters,
        "retryStrategy": job.retry,
        "timeout": {"attemptDurationSeconds": job.timeout} if job.timeout else None,
        "container": {**job.container, **last},
        "arrayProperties": describe_array(backend, job),
        "tags": backend.tags[job.arn],
        "platformCapabilities": backend.definitions[job.definition].content.get("platformCapabilities", []),
        "isCancelled": bool(job.stop_reason) and not job.terminated,
        "isTerminated": job.terminated,
    }


def _summarise(job: Job) -> dict[str, Any]:
    last = job.attempts[-1]["container"] if job.attempts else {}
    return {
        "jobArn": job.arn,
        "jobId": job.id,
        "jobName": job.name,
        "createdAt": job.created,
        "status": job.status.value,
        "statusReason": job.status_reason or None,
        "startedAt": job.started,
        "stoppedAt": job.stopped,
        "container": {key: last[key] for key in ("exitCode", "reason") if key in last} or None,
        "jobDefinition": job.definition,
        "arrayProperties": summarise_array(job),
    }
