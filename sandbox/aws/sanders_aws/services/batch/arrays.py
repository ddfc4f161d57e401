"""Array jobs: one job definition run many times, told apart by an index.

Source: https://docs.aws.amazon.com/batch/latest/userguide/array_jobs.html
"""

import dataclasses
from collections import Counter
from typing import Any

from .common import invalid_request, refused
from .model import BatchBackend, Job, JobStatus

_SIZES = range(2, 10_000 + 1)
_MOST_DEPENDENCIES = 20


def array_size(params: dict[str, Any]) -> int:
    """How many children the submitted job is to have; 0 if it is not an array job."""
    if not params.get("arrayProperties"):
        return 0
    size: int = params["arrayProperties"].get("size", 0)
    if size not in _SIZES:
        raise invalid_request(f"arrayProperties.size must be {_SIZES[0]} to {_SIZES[-1]}, got {size}")
    return size


def dependencies(backend: BatchBackend, params: dict[str, Any], size: int) -> list[str]:
    """Ids of the jobs that one of this array size (0: not an array) waits for as a whole. Refuses bad dependencies."""
    given = params.get("dependsOn", [])
    if len(given) > _MOST_DEPENDENCIES:
        raise invalid_request(f"a job can depend on at most {_MOST_DEPENDENCIES} jobs, got {len(given)}")
    for dependency in given:
        kind, job_id = dependency.get("type"), dependency.get("jobId", "")
        if kind and not size:
            raise invalid_request(f"dependsOn: type {kind} is for array jobs only")
        if kind == "SEQUENTIAL" and not job_id:
            continue
        if job_id not in backend.jobs:
            raise refused(f"Job {job_id} not found.")
        other = backend.jobs[job_id].array_size
        if kind == "N_TO_N" and other != size:
            raise invalid_request(f"dependsOn: N_TO_N needs an array of the same size, but {job_id} has {other}")
    return [dependency["jobId"] for dependency in given if not dependency.get("type")]


def add_children(backend: BatchBackend, parent: Job) -> None:
    """Makes the children of an array job that was just submitted; they share whatever does not change."""
    for index in range(parent.array_size):
        waits_for = list(parent.waits_for)
        for dependency in parent.dependencies:
            if dependency.get("type") == "N_TO_N":
                waits_for.append(f"{dependency['jobId']}:{index}")
            elif dependency.get("type") == "SEQUENTIAL" and index:
                waits_for.append(f"{parent.id}:{index - 1}")
        child = dataclasses.replace(
            parent,
            id=f"{parent.id}:{index}",
            arn=f"{parent.arn}:{index}",
            dependencies=[{"jobId": job_id} for job_id in waits_for],
            waits_for=waits_for,
            attempts=[],
            array_size=0,
            array_index=index,
        )
        backend.jobs[child.id] = child
        backend.tags[child.arn] = dict(backend.tags[parent.arn])


def describe_array(backend: BatchBackend, job: Job) -> dict[str, Any] | None:
    """An array's size and how many children have which status; a child's index; None for other jobs."""
    if job.array_size:
        counts = Counter(child.status for child in backend.children(job))
        return {"size": job.array_size, "statusSummary": {status.value: counts[status] for status in JobStatus}}
    return summarise_array(job)


def summarise_array(job: Job) -> dict[str, Any] | None:
    """An array's size, or a child's index; None for other jobs."""
    if job.array_size:
        return {"size": job.array_size}
    return {"index": job.array_index} if job.array_index is not None else None
