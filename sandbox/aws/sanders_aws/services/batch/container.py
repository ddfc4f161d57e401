"""A job's container: a local process in the folder that stands in for its image, and its output in CloudWatch Logs."""

import contextlib
import os
import signal
import subprocess
import uuid
from typing import Any

from moto.core.utils import unix_time_millis

from ... import images
from .model import BatchBackend, Job

LOG_GROUP = "/aws/batch/job"  # Source: userguide/using_cloudwatch_logs.html

_endpoint = ""


class CannotStart(Exception):
    """The container could not be started; the text is the reason that the attempt shows."""


def serve_at(endpoint: str) -> None:
    """Tells containers where AWS is."""
    global _endpoint
    _endpoint = endpoint


class Container:
    """The container of one attempt, from the moment it runs."""

    def __init__(self, backend: BatchBackend, job: Job) -> None:
        """Starts it. Raises CannotStart."""
        name = job.container["image"]
        image = images.find(name)
        if image is None:
            raise CannotStart(f"CannotPullContainerError: {name}: not found; start sanders-aws with --job-image")
        # Imported here because the server imports this module and must start fast.
        from .permissions import problem_with_log

        self.log_stream = f"{job.definition.split('/')[-1].split(':')[0]}/default/{uuid.uuid4().hex}"
        obstacle = problem_with_log(backend, job, LOG_GROUP, self.log_stream)
        if obstacle:
            raise CannotStart(obstacle)
        self._log = _Log(backend, self.log_stream)
        try:
            self._process = subprocess.Popen(
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
            raise CannotStart(f"CannotStartContainerError: {problem.strerror}: {problem.filename}") from None

    def wait(self) -> int:
        """Writes its output to the log until it ends, and returns its exit code."""
        assert self._process.stdout is not None
        try:
            for line in self._process.stdout:
                self._log.write(line.rstrip("\n"))
            return self._process.wait() % 256  # a signal n is reported as 256 - n, and never as success
        finally:
            self._log.flush()

    def kill(self) -> None:
        """Ends it at once, together with whatever it started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)


def _environment(backend: BatchBackend, job: Job, image: images.Image) -> dict[str, str]:
    """What the container sees: of the emulator's own environment, only the path to programs; of AWS, what its role may.

    A job can set all but what Batch sets, whose names begin with AWS_BATCH_ and are reserved.
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
        **_credentials(job),
        **own,
        "AWS_BATCH_JOB_ID": job.id,
        "AWS_BATCH_JOB_ATTEMPT": str(len(job.attempts) + 1),
        "AWS_BATCH_JQ_NAME": job.queue.split("/")[-1],
        "AWS_BATCH_CE_NAME": job.environment.split("/")[-1],
        **{name: str(value) for name, value in array.items()},
    }


def _credentials(job: Job) -> dict[str, str]:
    """Those of the job's role; a job without one has none.

    Source: userguide/job_definition_parameters.html, jobRoleArn. ECS hands them out at an address of its
    own, which no process of this machine can have.
    """
    # Imported here because the server imports this module and must start fast.
    from ..roles import session_of

    session = session_of(job.container.get("jobRoleArn", ""), job.id.partition(":")[0])
    return {name.upper(): value for name, value in (session or {}).items()}


class _Log:
    """A container's output, in CloudWatch Logs."""

    def __init__(self, backend: BatchBackend, stream: str) -> None:
        # Imported here because the server imports this module and must start fast.
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
