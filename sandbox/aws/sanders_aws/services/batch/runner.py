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
from typing import Any

from moto.core.utils import unix_time_millis

from ... import images
from ...delays import delay
from .model import BatchBackend, ComputeEnvironment, Job, JobStatus, Status

log = logging.getLogger(__name__)

_TIMED_OUT = "Job attempt duration exceeded timeout"
LOG_GROUP = "/aws/batch/job"  # Source: userguide/using_cloudwatch_logs.html

_endpoint = ""
_processes: dict[str, subprocess.Popen[str]] = {}
_placing = threading.Lock()
_wakers: dict[str, threading.Event] = {}  # of jobs that have not ended; set to stop one


class _Stopped(Exception):
    """The job was cancelled or terminated."""


def serve_at(endpoint: str) -> None:
    """Tells the jobs to come where AWS is."""
    global _endpoint
    _endpoint = endpoint


def start(backend: BatchBackend, job: Job) -> None:
    """Runs the job in the background, from SUBMITTED to its end."""
    _wakers[job.id] = threading.Event()
    threading.Thread(target=_run, args=(backend, job), name=f"job-{job.id}", daemon=True).start()


def stop(job: Job) -> None:
    """Makes the job end now; with stop_reason set it ends as FAILED."""
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


def _run(backend: BatchBackend, job: Job) -> None:
    try:
        _wait_for_dependencies(backend, job)
        _wait_for_place(backend, job)
        for _ in range(job.attempts_allowed):
            _enter(job, JobStatus.STARTING)
            if _attempt(backend, job):
                _end(job, JobStatus.SUCCEEDED, "Essential container in task exited")
                return
            _check_stopped(job)
            if job.status_reason == _TIMED_OUT:
                break  # Source: userguide/job_timeouts.html: not retried
        _end(job, JobStatus.FAILED, job.status_reason or "Essential container in task exited")
    except _Stopped:
        _end(job, JobStatus.FAILED, job.stop_reason or "sanders-aws was stopped while the job ran")
    except Exception as problem:  # nobody waits for this thread, but somebody does for the job
        log.exception("job %s", job.id)
        _end(job, JobStatus.FAILED, f"sanders-aws: {type(problem).__name__}: {problem}")
    finally:
        _wakers.pop(job.id, None)


def _wait_for_dependencies(backend: BatchBackend, job: Job) -> None:
    while not all(backend.jobs[job_id].status.final for job_id in job.depends_on):
        job.status = JobStatus.PENDING
        _wait(job, 0.05)
    if any(backend.jobs[job_id].status == JobStatus.FAILED for job_id in job.depends_on):
        job.stop_reason = "Dependent Job failed"
        raise _Stopped


def _wait_for_place(backend: BatchBackend, job: Job) -> None:
    """RUNNABLE until one of the queue's compute environments takes the job."""
    _enter(job, JobStatus.RUNNABLE)
    while not _place(backend, job):
        _wait(job, 0.05)


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
    running = (j for j in backend.jobs.values() if j.environment == environment.arn and not j.status.final)
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
    image = images.find(job.container["image"])
    if image is None:
        job.status_reason = "Task failed to start"
        reason = f"CannotPullContainerError: {job.container['image']}: not found; start sanders-aws with --job-image"
        job.attempts.append({"container": {"reason": reason}, "startedAt": None, "stoppedAt": _now()})
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
