"""Runs jobs: as local processes, for the images that are allowed to."""

import contextlib
import logging
import math
import os
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from moto.core.utils import unix_time_millis

from ... import images
from ...delays import delay
from .model import BatchBackend, ComputeEnvironment, Job, JobStatus, Status
from .retries import is_tried_again

log = logging.getLogger(__name__)

_TIMED_OUT = "Job attempt duration exceeded timeout"
_EXITED = "Essential container in task exited"
_TICK = 0.05  # seconds between looks at whether a job can go on
LOG_GROUP = "/aws/batch/job"  # Source: userguide/using_cloudwatch_logs.html

_endpoint = ""
_processes: dict[str, subprocess.Popen[str]] = {}
_placing = threading.Lock()
_wakers: dict[str, threading.Event] = {}  # of jobs that have not ended; set to stop one


class _Stopped(Exception):
    """The job shall end before it has run to its end; the text says why, if not the job itself does."""


def serve_at(endpoint: str) -> None:
    """Tells the jobs to come where AWS is."""
    global _endpoint
    _endpoint = endpoint


def start(backend: BatchBackend, job: Job) -> None:
    """Runs the job in the background, from SUBMITTED to its end."""
    _in_thread(_run_array if job.array_size else _run, backend, job)


def stop(job: Job) -> None:
    """Makes the job, which has a stop_reason, end now as FAILED. An array ends when all of its children have."""
    if job.array_size:
        return
    if waker := _wakers.get(job.id):
        waker.set()
    if process := _processes.get(job.id):
        _kill(process)


def stop_all() -> None:
    """Ends all processes, for the emulator's own end."""
    for waker in list(_wakers.values()):
        waker.set()
    for process in list(_processes.values()):
        _kill(process)


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
    """Gives the children their places, who then run by themselves, and waits for them."""
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
    """Starts those that there is a place for, first come, first served; the others."""
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
    """However what is done with the job ends, the job does."""
    try:
        yield
    except _Stopped as stopped:
        reason = str(stopped) or job.stop_reason or "sanders-aws was stopped while the job ran"
        _end(job, JobStatus.FAILED, reason)
    except Exception as problem:  # nobody waits for this thread, but somebody does for the job
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
    """Gives the job to the first ENABLED and VALID environment that has as many vCPUs left; whether there is one."""
    queue = backend.queues.get(job.queue)
    with _placing:
        for entry in queue.order if queue else []:
            environment = backend.environment(entry["computeEnvironment"])
            if environment and _takes(backend, environment, job):
                job.environment = environment.arn
                return True
    return False


def _takes(backend: BatchBackend, environment: ComputeEnvironment, job: Job) -> bool:
    if environment.state != "ENABLED" or environment.status not in (Status.VALID, Status.UPDATING):
        return False
    most = (environment.resources or {}).get("maxvCpus", math.inf)
    running = (j for j in list(backend.jobs.values()) if j.environment == environment.arn and not j.status.final)
    return bool(sum(j.vcpus for j in running) + job.vcpus <= most)


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
    """One attempt; whether the container exited with 0. Records it, its output and its exit code."""
    # Imported here: the server imports this module, and is to start fast.
    from .starting import problem_with_start

    obstacle = problem_with_start(backend, backend.environments[job.environment], job)
    image = images.find(job.container["image"])
    if image is None:
        obstacle = obstacle or (
            f"CannotPullContainerError: {job.container['image']}: not found; start sanders-aws with --job-image"
        )
    if image is None or obstacle:
        job.status_reason = "Task failed to start"
        job.attempts.append({"container": {"reason": obstacle}, "startedAt": None, "stoppedAt": _now()})
        return False
    job.status, job.started, job.status_reason = JobStatus.RUNNING, _now(), ""
    stream = f"{job.definition.split('/')[-1].split(':')[0]}/default/{uuid.uuid4().hex}"
    container: dict[str, Any] = {"logStreamName": stream}
    attempt = {"container": container, "startedAt": job.started, "stoppedAt": None}
    job.attempts.append(attempt)
    output = _Log(backend, stream)
    try:
        process = subprocess.Popen(
            image.arguments(job.container["command"]),
            cwd=image.folder,
            env=_environment(backend, job, image),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # so that what the job starts can be ended with it
        )
    except OSError as problem:
        job.status_reason = "Task failed to start"
        container["reason"] = f"CannotStartContainerError: {problem.strerror}: {problem.filename}"
        attempt["stoppedAt"] = _now()
        return False
    _processes[job.id] = process
    timer = threading.Timer(job.timeout, _time_out, (job, process)) if job.timeout else None
    if timer:
        timer.daemon = True
        timer.start()
    try:
        if _wakers[job.id].is_set():
            _kill(process)
        assert process.stdout is not None
        for line in process.stdout:
            output.write(line.rstrip("\n"))
        container["exitCode"] = process.wait() % 256  # a signal n is reported as 256 - n, and never as success
    finally:
        if timer:
            timer.cancel()
        _processes.pop(job.id, None)
        output.flush()
        attempt["stoppedAt"] = _now()
    return bool(container["exitCode"] == 0)


def _time_out(job: Job, process: subprocess.Popen[str]) -> None:
    job.status_reason = _TIMED_OUT
    _kill(process)


def _kill(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _environment(backend: BatchBackend, job: Job, image: images.Image) -> dict[str, str]:
    """What the container sees: nothing of the emulator's own environment but the path to programs.

    Source: userguide/job_env_vars.html.
    """
    array = {}
    if job.array_index is not None:
        parent = backend.jobs[job.id.rpartition(":")[0]]
        array = {"AWS_BATCH_JOB_ARRAY_INDEX": job.array_index, "AWS_BATCH_JOB_ARRAY_SIZE": parent.array_size}
    own = {entry["name"]: entry.get("value", "") for entry in job.container["environment"]}
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": str(image.folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        **image.environment,
        "AWS_ENDPOINT_URL": _endpoint,
        "AWS_REGION": backend.region_name,
        "AWS_DEFAULT_REGION": backend.region_name,
        "AWS_ACCESS_KEY_ID": "job",
        "AWS_SECRET_ACCESS_KEY": "job",
        "AWS_BATCH_JOB_ID": job.id,
        "AWS_BATCH_JOB_ATTEMPT": str(len(job.attempts)),
        "AWS_BATCH_JQ_NAME": job.queue.split("/")[-1],
        "AWS_BATCH_CE_NAME": job.environment.split("/")[-1],
        **{name: str(value) for name, value in array.items()},
        **own,
    }


class _Log:
    """A job's output, in CloudWatch Logs."""

    def __init__(self, backend: BatchBackend, stream: str) -> None:
        # Imported here: the server imports this module, and is to start fast.
        from moto.logs.models import logs_backends

        self._logs = logs_backends[backend.account_id][backend.region_name]
        self._stream = stream
        self._events: list[dict[str, Any]] = []
        if LOG_GROUP not in self._logs.groups:
            self._logs.create_log_group(LOG_GROUP, {})
        self._logs.ensure_log_stream(LOG_GROUP, stream)

    def write(self, line: str) -> None:
        self._events.append({"timestamp": int(unix_time_millis()), "message": line})
        if len(self._events) >= 100:
            self.flush()

    def flush(self) -> None:
        if self._events:
            self._logs.put_log_events(LOG_GROUP, self._stream, self._events)
            self._events = []


def _now() -> int:
    return int(time.time() * 1000)
