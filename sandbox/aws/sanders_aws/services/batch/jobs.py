"""Jobs: described, cancelled, terminated."""

from typing import Any

from ...rules import operation
from ...wire import Call
from . import life
from .arrays import describe_array
from .common import API, backend_of, check_described, check_required
from .model import BatchBackend, Job, JobStatus

_NOT_STARTED = (JobStatus.SUBMITTED, JobStatus.PENDING, JobStatus.RUNNABLE)


@operation("batch", "DescribeJobs", source=API + "API_DescribeJobs.html")
def describe_jobs(call: Call) -> dict[str, Any]:
    """Answers with those that exist, 100 at most."""
    check_required(call)
    backend = backend_of(call)
    ids = call.params["jobs"]
    check_described(ids)
    found = [job for given in ids if (job := backend.jobs.get(given.rpartition("/")[2]))]
    return {"jobs": [_describe(backend, job) for job in found]}


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
        "shareIdentifier": job.share or None,
        "tags": backend.tags[job.arn],
        "platformCapabilities": backend.definitions[job.definition].content.get("platformCapabilities", []),
        "isCancelled": bool(job.stop_reason) and not job.terminated,
        "isTerminated": job.terminated,
    }
