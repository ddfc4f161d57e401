"""Step Functions: roles need PassRole, and an execution of a version or an alias is one of its state machine.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html
"""

from ..questions import Asking, asks, request_tags


@asks("stepfunctions", "CreateStateMachine", "CreateActivity")
def create(asking: Asking) -> None:
    action, tags = asking.call.action, request_tags(asking.params)
    type_name, name = _CREATED[action], asking.params.get("name", "")
    asking.ask(action, type_name, name, tags=tags, exists=False)
    if tags:
        asking.ask("TagResource", type_name, name, tags=tags, exists=False)
    if asking.params.get("publish"):
        asking.ask("PublishStateMachineVersion", type_name, name)
    asking.pass_role(asking.params.get("roleArn"), "states.amazonaws.com")


@asks("stepfunctions", "UpdateStateMachine")
def update(asking: Asking) -> None:
    asking.ask_by_names("UpdateStateMachine")
    if asking.params.get("publish"):
        asking.ask_by_names("PublishStateMachineVersion")
    asking.pass_role(asking.params.get("roleArn"), "states.amazonaws.com")


@asks(
    "stepfunctions", "DeleteStateMachineVersion", "DescribeStateMachine", "ListExecutions", "ListStateMachineAliases",
    "StartExecution", "StartSyncExecution",
)  # fmt: skip
def with_qualifier(asking: Asking) -> None:
    arn = asking.params.get("stateMachineArn") or asking.params.get("stateMachineVersionArn")
    if arn:
        parts = arn.split(":")
        keys = {"states:StateMachineQualifier": parts[7] if len(parts) > 7 else None}
        asking.ask(asking.call.action, "statemachine", ":".join(parts[:7]), keys=keys)
    else:
        asking.ask_by_names(asking.call.action, ("maprun",))


_CREATED = {"CreateActivity": "activity", "CreateStateMachine": "statemachine"}
