"""Lists of jobs.

Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html
"""

from typing import Any

from ...rules import operation
from ...wire import Call
from .arrays import summarise_array
from .common import API, backend_of, check_required, invalid_request, page, refused
from .model import BatchBackend, Job

_WHERE = ("jobQueue", "arrayJobId", "multiNodeJobId")
_FILTERS = ("JOB_NAME", "JOB_DEFINITION", "BEFORE_CREATED_AT", "AFTER_CREATED_AT", "SHARE_IDENTIFIER")


@operation("batch", "ListJobs", source=API + "API_ListJobs.html")
def list_jobs(call: Call) -> dict[str, Any]:
    """Lists by status, RUNNING unless the call says otherwise, or by one filter; newest first, page by page."""
    check_required(call)
    backend, params = backend_of(call), call.params
    if sum(key in params for key in _WHERE) != 1:
        raise refused(f"You must specify only one of the following items: {', '.join(_WHERE)}")
    filters = params.get("filters") or []
    if len(filters) > 1:
        raise refused("Only one filter key-value pair can be specified.")
    jobs = _listed(backend, params)
    if filters and "jobQueue" in params:  # children are not filtered
        found = [job for job in jobs if _passes(job, filters[0])]
    else:
        found = [job for job in jobs if job.status == params.get("jobStatus", "RUNNING")]
    return page(call, found[::-1], _summarise, "jobSummaryList")


def _listed(backend: BatchBackend, params: dict[str, Any]) -> list[Job]:
    """The children of an array job, or the jobs of a queue; of its array jobs, only the parents."""
    if "multiNodeJobId" in params:
        raise refused(f"Job {params['multiNodeJobId']} not found.")
    if "arrayJobId" in params:
        parent = backend.jobs.get(params["arrayJobId"])
        if parent is None:
            raise refused(f"Job {params['arrayJobId']} not found.")
        return backend.children(parent)
    queue = backend.queue(params["jobQueue"])
    if queue is None:
        raise refused(f"JobQueue {params['jobQueue']} not found.")
    return [job for job in backend.jobs.values() if job.queue == queue.arn and job.array_index is None]


def _passes(job: Job, filter_: dict[str, Any]) -> bool:
    name, values = filter_.get("name"), filter_.get("values") or []
    if name not in _FILTERS:
        raise refused(f"filters: name must be one of {', '.join(_FILTERS)}, got {name!r}")
    if not values:
        raise refused(f"filters: {name} needs values")
    match name:
        case "JOB_NAME":
            return any(_begins(job.name.lower(), value.lower()) for value in values)
        case "JOB_DEFINITION":
            return any(_uses(job, value) for value in values)
        case "SHARE_IDENTIFIER":
            return any(_begins(job.share, value) for value in values)
    times = [_milliseconds(name, value) for value in values]
    return any(job.created < time if name == "BEFORE_CREATED_AT" else job.created > time for time in times)


def _begins(text: str, pattern: str) -> bool:
    return text.startswith(pattern[:-1]) if pattern.endswith("*") else text == pattern


def _uses(job: Job, definition: str) -> bool:
    """By ARN, one revision; by name, all revisions of the definitions whose names are like it."""
    if definition.startswith("arn:"):
        return job.definition == definition
    return _begins(job.definition.rpartition("/")[2].rpartition(":")[0], definition)


def _milliseconds(name: str, value: str) -> int:
    if not value.isdigit():
        raise invalid_request(f"filters: {name} must be milliseconds since 1970, got {value!r}")
    return int(value)


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
