"""The life of a job: from SUBMITTED through its queue and its attempts to its end."""

import contextlib
import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from ...delays import delay
from .container import CannotStart, Container
from .model import BatchBackend, ComputeEnvironment, Job, JobStatus, Status
from .retries import is_tried_again

log = logging.getLogger(__name__)

_TIMED_OUT = "Job attempt duration exceeded timeout"
_EXITED = "Essential container in task exited"
_TICK = 0.05  # seconds between looks at whether a job can go on

_containers: dict[str, Container] = {}  # those that run, by the job's id
_placing = threading.Lock()
_wakers: dict[str, threading.Event] = {}  # one for each job that has not ended; set to stop it


class _Stopped(Exception):
    """The job is to end early. The text says why; if it is empty, the job's own stop_reason does."""


def start(backend: BatchBackend, job: Job) -> None:
    """Runs the job in the background, from SUBMITTED to its end."""
    _in_thread(_run_array if job.array_size else _run, backend, job)


def stop(job: Job) -> None:
    """Makes the job, which has a stop_reason, end now as FAILED. An array job ends when all its children have."""
    if job.array_size:
        return
    if waker := _wakers.get(job.id):
        waker.set()
    if container := _containers.get(job.id):
        container.kill()


def stop_all() -> None:
    """Ends all jobs, for the emulator's own end."""
    for waker in list(_wakers.values()):
        waker.set()
    for container in list(_containers.values()):
        container.kill()


def _in_thread(run: Callable[[BatchBackend, Job], None], backend: BatchBackend, job: Job) -> None:
    _wakers[job.id] = threading.Event()
    if job.stop_reason:  # it was stopped just before
        _wakers[job.id].set()
    threading.Thread(target=run, args=(backend, job), name=f"job-{job.id}", daemon=True).start()


def _run(backend: BatchBackend, job: Job) -> None:
    with _ending(job):
        while not _can_begin(backend, job):
            job.status = JobStatus.PENDING
            _wait(job, _TICK)
        _enter(job, JobStatus.RUNNABLE)
        while not _place(backend, job):
            _wait(job, _TICK)
        _try(backend, job)


def _run_placed(backend: BatchBackend, job: Job) -> None:
    with _ending(job):
        _try(backend, job)


def _run_array(backend: BatchBackend, parent: Job) -> None:
    """Places the children, which then run by themselves, and waits for all of them."""
    children = waiting = backend.children(parent)
    try:
        with _ending(parent):
            while not all(child.status.final for child in children):
                waiting = _place_children(backend, parent, waiting)
                if any(child.status == JobStatus.RUNNABLE for child in children):
                    parent.status = JobStatus.PENDING
                _wait(parent, _TICK)
            if any(child.status == JobStatus.FAILED for child in children):
                raise _Stopped(parent.stop_reason or "Array Child Job failed")
            _end(parent, JobStatus.SUCCEEDED, "")
    finally:
        for child in waiting:
            if not child.status.final:
                _end(child, JobStatus.FAILED, parent.status_reason)


def _place_children(backend: BatchBackend, parent: Job, waiting: list[Job]) -> list[Job]:
    """Starts as many children as there is room for, first come, first served; returns the others."""
    others, is_full = [], False
    for child in waiting:
        try:
            if child.stop_reason:
                raise _Stopped(child.stop_reason)
            child.status = JobStatus.RUNNABLE if _can_begin(backend, child) else JobStatus.PENDING
        except _Stopped as stopped:
            _end(child, JobStatus.FAILED, str(stopped))
            continue
        if child.status == JobStatus.RUNNABLE and not is_full:
            _check_stopped(parent)
            if _place(backend, child):
                _in_thread(_run_placed, backend, child)
                continue
            is_full = True
        others.append(child)
    return others


@contextlib.contextmanager
def _ending(job: Job) -> Iterator[None]:
    """Ends the job if what happens inside fails, however it fails."""
    try:
        yield
    except _Stopped as stopped:
        reason = str(stopped) or job.stop_reason or "sanders-aws was stopped while the job ran"
        _end(job, JobStatus.FAILED, reason)
    except Exception as problem:  # nobody waits for this thread, but somebody waits for the job
        log.exception("job %s", job.id)
        _end(job, JobStatus.FAILED, f"sanders-aws: {type(problem).__name__}: {problem}")
    finally:
        _wakers.pop(job.id, None)


def _try(backend: BatchBackend, job: Job) -> None:
    """Runs the container as often as the job's retry strategy says."""
    for _ in range(job.retry["attempts"]):
        _enter(job, JobStatus.STARTING)
        if _attempt(backend, job):
            _end(job, JobStatus.SUCCEEDED, _EXITED)
            return
        _check_stopped(job)
        if job.status_reason == _TIMED_OUT:
            break  # Source: userguide/job_timeouts.html: not retried
        last = job.attempts[-1]["container"]
        if not is_tried_again(
            job.retry["evaluateOnExit"], job.status_reason or _EXITED, last.get("reason", ""), last.get("exitCode")
        ):
            break
    _end(job, JobStatus.FAILED, job.status_reason or _EXITED)


def _can_begin(backend: BatchBackend, job: Job) -> bool:
    """Whether all that the job waits for succeeded. Raises _Stopped if one of them failed."""
    statuses = {backend.jobs[job_id].status for job_id in job.waits_for}
    if JobStatus.FAILED in statuses:
        raise _Stopped("Dependent Job failed")
    return statuses <= {JobStatus.SUCCEEDED}


def _place(backend: BatchBackend, job: Job) -> bool:
    """Gives the job to the first ENABLED and VALID environment with enough vCPUs left; False if there is none."""
    queue = backend.queues.get(job.queue)
    with _placing:
        for entry in queue.order if queue else []:
            environment = backend.environment(entry["computeEnvironment"])
            if environment and _takes(backend, environment, job) and _may_run(backend, environment, job):
                job.environment = environment.arn
                return True
    return False


def _takes(backend: BatchBackend, environment: ComputeEnvironment, job: Job) -> bool:
    if environment.state != "ENABLED" or environment.status not in (Status.VALID, Status.UPDATING):
        return False
    most = (environment.resources or {}).get("maxvCpus", math.inf)
    running = (j for j in list(backend.jobs.values()) if j.environment == environment.arn and not j.status.final)
    return bool(sum(j.vcpus for j in running) + job.vcpus <= most)


def _may_run(backend: BatchBackend, environment: ComputeEnvironment, job: Job) -> bool:
    """Whether Batch's role lets it run the job. If not, the environment is INVALID, and the job waits.

    Source: userguide/invalid_compute_environment.html.
    """
    # Imported here because the server imports this module and must start fast.
    from .permissions import problem_with_task

    problem = problem_with_task(backend, environment, job)
    if problem:
        environment.status, environment.status_reason = Status.INVALID, problem
    return not problem


def _enter(job: Job, status: JobStatus) -> None:
    _wait(job, delay("batch.job"))
    job.status = status


def _wait(job: Job, seconds: float) -> None:
    if _wakers[job.id].wait(seconds):
        raise _Stopped


def _check_stopped(job: Job) -> None:
    _wait(job, 0)


def _end(job: Job, status: JobStatus, reason: str) -> None:
    job.stopped = _now()
    job.status_reason = reason
    job.status = status


def _attempt(backend: BatchBackend, job: Job) -> bool:
    """Makes one attempt and records it; True if the container exited with 0."""
    try:
        container = _start_container(backend, job)
    except CannotStart as problem:
        job.status_reason = "Task failed to start"
        job.attempts.append({"container": {"reason": str(problem)}, "startedAt": None, "stoppedAt": _now()})
        return False
    job.status, job.started, job.status_reason = JobStatus.RUNNING, _now(), ""
    outcome: dict[str, Any] = {"logStreamName": container.log_stream}
    attempt = {"container": outcome, "startedAt": job.started, "stoppedAt": None}
    job.attempts.append(attempt)
    _containers[job.id] = container
    timer = threading.Timer(job.timeout or 0, _time_out, (job, container))
    timer.daemon = True
    try:
        if job.timeout:
            timer.start()
        if _wakers[job.id].is_set():  # it was stopped before stop() could find its container
            container.kill()
        outcome["exitCode"] = container.wait()
    finally:
        timer.cancel()
        _containers.pop(job.id, None)
        attempt["stoppedAt"] = _now()
    return bool(outcome["exitCode"] == 0)


def _start_container(backend: BatchBackend, job: Job) -> Container:
    # Imported here because the server imports this module and must start fast.
    from .starting import problem_with_start

    obstacle = problem_with_start(backend, backend.environments[job.environment], job)
    if obstacle:
        raise CannotStart(obstacle)
    return Container(backend, job)


def _time_out(job: Job, container: Container) -> None:
    job.status_reason = _TIMED_OUT
    container.kill()


def _now() -> int:
    return int(time.time() * 1000)
