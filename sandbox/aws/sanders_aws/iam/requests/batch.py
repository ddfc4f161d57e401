"""Batch: tags at creation need TagResource as well, and roles need PassRole.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbatch.html
"""

from ..questions import Asking, asks, request_tags
from ..resources import role_named

_SERVICE_LINKED_ROLE = "AWSServiceRoleForBatch"


@asks("batch", "CreateJobQueue", "CreateSchedulingPolicy", "CreateConsumableResource", "CreateServiceEnvironment")
def create(asking: Asking) -> None:
    tags = request_tags(asking.params)
    asking.ask_by_names(asking.call.action, tags=tags)
    if tags:
        asking.ask_by_names("TagResource", (_CREATED[asking.call.action],), tags=tags)


@asks("batch", "CreateComputeEnvironment")
def create_environment(asking: Asking) -> None:
    create(asking)
    role = asking.params.get("serviceRole", "")
    if role and _SERVICE_LINKED_ROLE not in role:
        asking.pass_role(role, "batch.amazonaws.com")
    elif role_named(asking.call, _SERVICE_LINKED_ROLE) is None:
        name = f"aws-service-role/batch.amazonaws.com/{_SERVICE_LINKED_ROLE}"
        asking.ask("iam:CreateServiceLinkedRole", "role", name, keys={"iam:AWSServiceName": "batch.amazonaws.com"})


@asks("batch", "UpdateComputeEnvironment")
def update_environment(asking: Asking) -> None:
    asking.ask_by_names(asking.call.action)
    role = asking.params.get("serviceRole", "")
    if role and _SERVICE_LINKED_ROLE not in role:
        asking.pass_role(role, "batch.amazonaws.com")


@asks("batch", "RegisterJobDefinition")
def register(asking: Asking) -> None:
    container = asking.params.get("containerProperties", {})
    logs = container.get("logConfiguration", {})
    keys = {
        "batch:Image": container.get("image"),
        "batch:User": container.get("user"),
        "batch:Privileged": str(container["privileged"]).lower() if "privileged" in container else None,
        "batch:LogDriver": logs.get("logDriver"),
        "batch:AWSLogsGroup": logs.get("options", {}).get("awslogs-group"),
        "batch:AWSLogsRegion": logs.get("options", {}).get("awslogs-region"),
    }
    tags = request_tags(asking.params)
    asking.ask_by_names(asking.call.action, tags=tags, keys=keys)
    if tags:
        asking.ask("TagResource", "job-definition-revision", *_new_revision(asking), tags=tags)
    # No page of AWS's says which service the role is passed to here; policies of others have the one or the other.
    # Both are asked for, so that what passes here passes either way.
    for key in ("jobRoleArn", "executionRoleArn"):
        asking.pass_role(container.get(key), "batch.amazonaws.com", "ecs-tasks.amazonaws.com")


@asks("batch", "SubmitJob")
def submit(asking: Asking) -> None:
    params, tags = asking.params, request_tags(asking.params)
    definition = params.get("jobDefinition", "")
    # AWS compares the definition exactly as the request names it: with or without a revision.
    has_revision = definition.rpartition("/")[2].count(":") > 0
    if not definition.startswith("arn:"):
        definition = asking.arn("batch", "job-definition", definition)
    subjects = [
        ("job-definition-revision" if has_revision else "job-definition", definition),
        ("job-queue", params.get("jobQueue", "")),
        ("job", "*"),
    ]
    for type_name, name in subjects:
        keys = {"batch:ShareIdentifier": params.get("shareIdentifier")} if type_name == "job" else None
        asking.ask("SubmitJob", type_name, name, tags=tags, keys=keys)
    # AWS refuses tags unless definition and queue may be tagged, too, although only the job is:
    # https://github.com/wri/gfw-data-api/pull/175
    for type_name, name in subjects if tags else ():
        asking.ask(
            "TagResource", "job-definition-revision" if "definition" in type_name else type_name, name, tags=tags
        )


@asks("batch", "DeregisterJobDefinition")
def deregister(asking: Asking) -> None:
    """The definition is an ARN or name:revision; AWS refuses others, whoever asks."""
    name = asking.params.get("jobDefinition", "")
    arn = name if name.startswith("arn:") else asking.arn("batch", "job-definition", name)
    asking.ask("DeregisterJobDefinition", "job-definition-revision", arn)


def _new_revision(asking: Asking) -> tuple[str, str]:
    return asking.params.get("jobDefinitionName", ""), "*"


_CREATED = {
    "CreateComputeEnvironment": "compute-environment",
    "CreateConsumableResource": "consumable-resource",
    "CreateJobQueue": "job-queue",
    "CreateSchedulingPolicy": "scheduling-policy",
    "CreateServiceEnvironment": "service-environment",
}
