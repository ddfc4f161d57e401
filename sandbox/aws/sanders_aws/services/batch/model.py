"""What Batch keeps, and how it changes with time."""

import time
import uuid
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.utilities.utils import get_partition

from ...delays import Pause

SERVICE_LINKED_ROLE = "AWSServiceRoleForBatch"


class Status(StrEnum):
    """Status of a compute environment or a job queue."""

    CREATING = "CREATING"
    UPDATING = "UPDATING"
    DELETING = "DELETING"
    DELETED = "DELETED"
    VALID = "VALID"
    INVALID = "INVALID"


class JobStatus(StrEnum):
    """Status of a job, in the order that jobs go through them."""

    SUBMITTED = "SUBMITTED"
    PENDING = "PENDING"
    RUNNABLE = "RUNNABLE"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"

    @property
    def final(self) -> bool:
        return self in (JobStatus.SUCCEEDED, JobStatus.FAILED)


_DELAYS = {
    Status.CREATING: "batch.create",
    Status.UPDATING: "batch.update",
    Status.DELETING: "batch.delete",
    Status.DELETED: "batch.deleted",
}


@dataclass(kw_only=True)
class Resource:
    """A compute environment or a job queue. After each change its status is on its way to another for a while."""

    name: str
    arn: str
    state: str  # ENABLED or DISABLED
    status: Status = field(init=False)
    status_reason: str = field(init=False)
    pause: Pause = field(init=False)

    def begin(self, status: Status) -> None:
        """Enters CREATING, UPDATING, DELETING or DELETED, and leaves it after that status's delay."""
        self.status, self.status_reason = status, ""
        self.pause = Pause(_DELAYS[status])

    @property
    def due(self) -> bool:
        """Whether it is time to leave the present status."""
        return not self.modifiable and self.pause.over

    @property
    def modifiable(self) -> bool:
        """Whether Batch accepts a change now, not being busy with the last one."""
        return self.status in (Status.VALID, Status.INVALID)


@dataclass(kw_only=True)
class ComputeEnvironment(Resource):
    type: str
    service_role: str
    resources: dict[str, Any] | None
    rest: dict[str, Any]  # what is described as it was given: unmanagedvCpus, eksConfiguration, context …
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def provisioning(self) -> str:
        """EC2, SPOT, FARGATE, FARGATE_SPOT; empty if unmanaged."""
        return str((self.resources or {}).get("type", ""))

    @property
    def on_fargate(self) -> bool:
        return self.provisioning.startswith("FARGATE")

    @property
    def orchestration(self) -> str:
        return "EKS" if "eksConfiguration" in self.rest else "ECS"


@dataclass(kw_only=True)
class JobQueue(Resource):
    priority: int
    order: list[dict[str, Any]]
    type: str
    scheduling_policy: str = ""
    limit_actions: list[dict[str, Any]] = field(default_factory=list)

    def uses(self, environment: ComputeEnvironment) -> bool:
        return any(entry["computeEnvironment"] == environment.arn for entry in self.order)


@dataclass
class JobDefinition:
    name: str
    arn: str
    revision: int
    content: dict[str, Any]  # as described, normalised
    status: str = "ACTIVE"

    @property
    def on_fargate(self) -> bool:
        return "FARGATE" in self.content.get("platformCapabilities", [])


@dataclass
class Job:
    id: str
    arn: str
    name: str
    queue: str  # ARN
    definition: str  # ARN
    container: dict[str, Any]  # as described; what the definition and the overrides come to
    retry: dict[str, Any]  # attempts and evaluateOnExit, as described
    timeout: int | None  # seconds
    dependencies: list[dict[str, str]]  # as described
    waits_for: list[str]  # ids of the jobs that must succeed before it runs
    parameters: dict[str, str]
    share: str = ""  # of the queue's scheduling policy
    created: int = field(default_factory=lambda: int(time.time() * 1000))
    status: JobStatus = JobStatus.SUBMITTED
    status_reason: str = ""
    started: int | None = None
    stopped: int | None = None
    attempts: list[dict[str, Any]] = field(default_factory=list)
    environment: str = ""  # ARN of the compute environment that took it; empty until one did
    array_size: int = 0  # how many children an array job has; the children run, and it does not
    array_index: int | None = None  # which of an array job's children it is
    stop_reason: str = ""  # why it was cancelled or terminated; empty if it was not
    terminated: bool = False

    @property
    def vcpus(self) -> float:
        required = {item["type"]: item["value"] for item in self.container.get("resourceRequirements", [])}
        return float(required.get("VCPU", self.container.get("vcpus", 0)))


class BatchBackend(BaseBackend):
    """Batch in one account and region. Everything is kept by ARN, in the order of creation."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.environments: dict[str, ComputeEnvironment] = {}
        self.queues: dict[str, JobQueue] = {}
        self.definitions: dict[str, JobDefinition] = {}
        self.revisions: dict[str, int] = {}  # the latest revision of each name, even if all are gone
        self.policies: dict[str, dict[str, Any]] = {}
        self.jobs: dict[str, Job] = {}  # by id
        self.tags: dict[str, dict[str, str]] = {}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restores a saved state. No process outlives the emulator, so no job does either."""
        self.__dict__.update(state)
        for job in self.jobs.values():
            if not job.status.final:
                job.status, job.status_reason = JobStatus.FAILED, "sanders-aws was stopped while the job ran"
                job.stopped = int(time.time() * 1000)

    def children(self, job: Job) -> list[Job]:
        """Those of an array job, by index."""
        return [self.jobs[f"{job.id}:{index}"] for index in range(job.array_size)]

    def arn(self, kind: str, name: str) -> str:
        partition = get_partition(self.region_name)
        return f"arn:{partition}:batch:{self.region_name}:{self.account_id}:{kind}/{name}"

    def environment(self, name_or_arn: str) -> ComputeEnvironment | None:
        return self.environments.get(self._as_arn("compute-environment", name_or_arn))

    def queue(self, name_or_arn: str) -> JobQueue | None:
        return self.queues.get(self._as_arn("job-queue", name_or_arn))

    def definition(self, reference: str) -> JobDefinition | None:
        """By ARN or `name:revision`; by name or an ARN without revision, the latest active one."""
        arn = self._as_arn("job-definition", reference)
        if arn in self.definitions:
            return self.definitions[arn]
        return next((d for d in self.active_newest_first() if d.arn.rpartition(":")[0] == arn), None)

    def active_newest_first(self) -> list[JobDefinition]:
        active = [d for d in self.definitions.values() if d.status == "ACTIVE"]
        return sorted(active, key=lambda d: d.revision, reverse=True)

    def queues_using(self, environment: ComputeEnvironment) -> list[JobQueue]:
        return [queue for queue in self.queues.values() if queue.status != Status.DELETED and queue.uses(environment)]

    def _as_arn(self, kind: str, reference: str) -> str:
        return reference if reference.startswith("arn:") else self.arn(kind, reference)


batch_backends = BackendDict(BatchBackend, "batch")
