"""What Batch and ECS do with the roles that they are given, each of which IAM is asked for.

Source: https://docs.aws.amazon.com/batch/latest/userguide/service_IAM_role.html and
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
"""

import re

from moto.utilities.utils import get_partition

from ...iam.callers import role_caller
from ...iam.enforcement import current
from ...iam.questions import Question
from ...iam.resources import role_with_arn
from .model import SERVICE_LINKED_ROLE, BatchBackend, ComputeEnvironment, Job, Status

_ECR = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/(?P<name>[^:@]+)")
_TASKS = "ecs-tasks.amazonaws.com"


def problem_with_cluster(backend: BatchBackend, environment: ComputeEnvironment) -> str:
    """Why the service role may not make or delete the environment's cluster; empty if it may."""
    action = "ecs:DeleteCluster" if environment.status == Status.DELETING else "ecs:CreateCluster"
    cluster = _ecs(backend, f"cluster/AWSBatch-{environment.name}-{environment.uuid}")
    return _problem_of_batch(backend, environment, [Question(action, cluster)])


def problem_with_task(backend: BatchBackend, environment: ComputeEnvironment, job: Job) -> str:
    """Why the service role may not run the job's task; empty if it may."""
    definition = _ecs(backend, f"task-definition/{job.definition.rpartition('/')[2]}")
    cluster = f"AWSBatch-{environment.name}-{environment.uuid}"
    passed = [job.container.get(key) for key in ("executionRoleArn", "jobRoleArn")]
    questions = [
        Question("ecs:RegisterTaskDefinition", definition),
        *(Question("iam:PassRole", role, {"iam:passedtoservice": _TASKS}) for role in passed if role),
        Question("ecs:RunTask", definition, {"ecs:cluster": _ecs(backend, f"cluster/{cluster}")}),
    ]
    tags = backend.tags.get(job.arn, {})
    if tags:
        context: dict[str, str | tuple[str, ...]] = {f"aws:requesttag/{key.lower()}": tags[key] for key in tags}
        context["aws:tagkeys"] = tuple(tags)
        # How clusters are called under a role of one's own, AWS does not say: its managed policy has the one name, and
        # clusters under the service-linked role have the other. Both are asked for.
        for name in (cluster, f"{environment.name}_Batch_{environment.uuid}"):
            questions.append(Question("ecs:TagResource", _ecs(backend, f"task/{name}/*"), context))
    return _problem_of_batch(backend, environment, questions)


def problem_with_image(backend: BatchBackend, job: Job) -> str:
    """Why the execution role may not pull the image; empty if it may, or if the image is not in ECR."""
    found = _ECR.match(job.container["image"])
    if found is None:
        return ""
    partition = get_partition(found["region"])
    repository = f"arn:{partition}:ecr:{found['region']}:{found['account']}:repository/{found['name']}"
    problem = _problem_of_ecs(backend, job, [Question("ecr:GetAuthorizationToken", "*")])
    if problem:
        return (
            "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval "
            "failed: unable to retrieve ecr registry auth: service call has been retried 1 time(s): "
            f"AccessDeniedException: {problem}"
        )
    pulling = ("ecr:BatchGetImage", "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer")
    problem = _problem_of_ecs(backend, job, [Question(action, repository) for action in pulling])
    return f"CannotPullContainerError: AccessDeniedException: {problem}" if problem else ""


def problem_with_log(backend: BatchBackend, job: Job, group: str, stream: str) -> str:
    """Why the execution role may not write the job's log; empty if it may."""
    partition, region, account = get_partition(backend.region_name), backend.region_name, backend.account_id
    arn = f"arn:{partition}:logs:{region}:{account}:log-group:{group}:log-stream:{stream}"
    writing = ("logs:CreateLogStream", "logs:PutLogEvents")
    problem = _problem_of_ecs(backend, job, [Question(action, arn) for action in writing])
    if not problem:
        return ""
    return (
        "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed "
        f"to create Cloudwatch log stream: AccessDeniedException: {problem}"
    )


def _ecs(backend: BatchBackend, resource: str) -> str:
    partition = get_partition(backend.region_name)
    return f"arn:{partition}:ecs:{backend.region_name}:{backend.account_id}:{resource}"


def _problem_of_batch(backend: BatchBackend, environment: ComputeEnvironment, questions: list[Question]) -> str:
    """What Batch's own service-linked role may do is AWS's affair."""
    if environment.service_role.endswith(SERVICE_LINKED_ROLE):
        return ""
    role = role_with_arn(environment.service_role)
    if role is None:
        return ""
    problem = current.problem(role_caller(role, "aws-batch"), "ecs", backend.region_name, questions)
    return f"CLIENT_ERROR - {problem}" if problem else ""


def _problem_of_ecs(backend: BatchBackend, job: Job, questions: list[Question]) -> str:
    role = role_with_arn(job.container.get("executionRoleArn", ""))
    if role is None:
        return ""
    return current.problem(role_caller(role, job.id.partition(":")[0]), "ecs", backend.region_name, questions)
