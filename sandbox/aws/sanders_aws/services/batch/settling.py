"""How Batch's resources come to rest: VALID, INVALID, or gone."""

from moto.ec2.models import ec2_backends

from ..roles import can_be_assumed
from .model import BatchBackend, ComputeEnvironment, Status
from .permissions import problem_with_cluster


def settle(backend: BatchBackend) -> None:
    """Ends whatever is due to end."""
    for environment in [e for e in backend.environments.values() if e.due]:
        _settle_environment(backend, environment)
    for queue in [q for q in backend.queues.values() if q.due]:
        if queue.status == Status.DELETED:
            _forget(backend, queue.arn)
        elif queue.status == Status.DELETING:
            queue.begin(Status.DELETED)
        else:
            queue.status, queue.status_reason = Status.VALID, "JobQueue Healthy"


def _settle_environment(backend: BatchBackend, environment: ComputeEnvironment) -> None:
    if environment.status == Status.DELETED:
        _forget(backend, environment.arn)
        return
    problem = _problem(backend, environment)
    if problem:
        environment.status, environment.status_reason = Status.INVALID, problem
    elif environment.status == Status.DELETING:
        environment.begin(Status.DELETED)
    else:
        environment.status, environment.status_reason = Status.VALID, "ComputeEnvironment Healthy"


def _forget(backend: BatchBackend, arn: str) -> None:
    backend.environments.pop(arn, None)
    backend.queues.pop(arn, None)
    backend.tags.pop(arn, None)


def _problem(backend: BatchBackend, environment: ComputeEnvironment) -> str:
    """Why Batch cannot work with the environment; empty if it can.

    Batch uses the environment's own service role for everything, even for deleting it, and only then finds out whether
    it can. Source: userguide/invalid_compute_environment.html.
    """
    place = backend.account_id, backend.region_name
    if not can_be_assumed(*place, environment.service_role, "batch.amazonaws.com", source=environment.arn):
        return (
            "CLIENT_ERROR - Not authorized to perform sts:AssumeRole (Service: AWSSecurityTokenService; "
            "Status Code: 403; Error Code: AccessDenied)"
        )
    problem = problem_with_cluster(backend, environment)
    if problem:
        return problem
    if environment.status == Status.DELETING:
        busy = [
            job for job in backend.jobs.values() if not job.status.final and _runs_on(backend, job.queue, environment)
        ]
        if environment.on_fargate and busy:
            return f"CLIENT_ERROR - {len(busy)} active job(s) must end before the compute environment can be deleted"
        return ""
    return _network_problem(backend, environment)


def _runs_on(backend: BatchBackend, queue_arn: str, environment: ComputeEnvironment) -> bool:
    queue = backend.queues.get(queue_arn)
    return queue is not None and queue.uses(environment)


def _network_problem(backend: BatchBackend, environment: ComputeEnvironment) -> str:
    resources = environment.resources or {}
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    known_subnets = {subnet for by_zone in ec2.subnets.values() for subnet in by_zone}
    for subnet in resources.get("subnets", []):
        if subnet not in known_subnets:
            return f"CLIENT_ERROR - The subnet ID '{subnet}' does not exist"
    for group in resources.get("securityGroupIds", []):
        if not any(group in groups for groups in ec2.groups.values()):
            return f"CLIENT_ERROR - The security group '{group}' does not exist"
    return ""
