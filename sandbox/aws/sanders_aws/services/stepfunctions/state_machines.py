"""Creating and updating state machines."""

import json
from typing import Any

from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from ...errors import AwsError
from ...iam.callers import role_caller
from ...iam.enforcement import current
from ...iam.questions import Question
from ...iam.resources import role_with_arn
from ...paging import page
from ...rules import guard, operation, patch
from ...wire import Answer, Call
from ..roles import can_be_assumed
from .common import API, GUIDE, backend_of, machine_of


@guard("stepfunctions", "CreateStateMachine", source=API + "API_CreateStateMachine.html")
def check_existing(call: Call) -> Answer | None:
    """Creating a state machine again is fine if it is the same, and StateMachineAlreadyExists otherwise."""
    params = call.params
    existing = next((machine for machine in backend_of(call).state_machines if machine.name == params["name"]), None)
    if existing is None:
        return None
    same = (
        _parsed(existing.definition) == _parsed(params["definition"])
        and (existing.type or "STANDARD") == params.get("type", "STANDARD")
        and _logging(existing.loggingConfiguration) == _logging(params.get("loggingConfiguration"))
        and _tracing(existing.tracingConfiguration) == _tracing(params.get("tracingConfiguration"))
    )
    if not same:
        raise AwsError("StateMachineAlreadyExists", f"State Machine Already Exists: '{existing.arn}'")
    return None


@guard("stepfunctions", "UpdateStateMachine", source=API + "API_UpdateStateMachine.html")
def check_update(call: Call) -> Answer | None:
    """An update that changes nothing that it could change is refused."""
    changeable = {"definition", "roleArn", "loggingConfiguration", "tracingConfiguration", "encryptionConfiguration"}
    if not changeable & set(call.params) and not call.params.get("publish"):
        raise AwsError(
            "MissingRequiredParameter",
            "Either the definition, the role ARN, the LoggingConfiguration, or the "
            "TracingConfiguration must be specified",
        )
    return None


@patch("stepfunctions", "CreateStateMachine", "UpdateStateMachine", source=API + "API_TracingConfiguration.html")
def fill_configurations() -> None:
    """A logging or tracing configuration replaces the last one as a whole; what it leaves out is off."""
    create, update = StepFunctionsParserBackend.create_state_machine, StepFunctionsParserBackend.update_state_machine

    def create_state_machine(self: Any, *args: Any, **kwargs: Any) -> Any:
        kwargs["loggingConfiguration"] = _logging(kwargs.get("loggingConfiguration"))
        kwargs["tracingConfiguration"] = _tracing(kwargs.get("tracingConfiguration"))
        return create(self, *args, **kwargs)

    def update_state_machine(self: Any, *args: Any, **kwargs: Any) -> Any:
        if kwargs.get("logging_configuration") is not None:
            kwargs["logging_configuration"] = _logging(kwargs["logging_configuration"])
        if kwargs.get("tracing_configuration") is not None:
            kwargs["tracing_configuration"] = _tracing(kwargs["tracing_configuration"])
        return update(self, *args, **kwargs)

    StepFunctionsParserBackend.create_state_machine = create_state_machine
    StepFunctionsParserBackend.update_state_machine = update_state_machine


@guard("stepfunctions", "CreateStateMachine", "UpdateStateMachine", source=API + "API_LoggingConfiguration.html")
def check_logging(call: Call) -> Answer | None:
    """A state machine that logs has exactly one log group, whose ARN ends with :*."""
    given = _logging(call.params.get("loggingConfiguration"))
    arns = [destination.get("cloudWatchLogsLogGroup", {}).get("logGroupArn") for destination in given["destinations"]]
    if given["level"] != "OFF" and len(arns) != 1:
        raise AwsError("InvalidLoggingConfiguration", "Must specify exactly one Log Destination.")
    for arn in arns:
        if not (arn or "").endswith(":*"):
            raise AwsError("InvalidLoggingConfiguration", f"Log Destination ARN must end with :*, got {arn}")
    return None


@guard("stepfunctions", "CreateStateMachine", "UpdateStateMachine", source=GUIDE + "procedure-create-iam-role.html")
def check_role(call: Call) -> Answer | None:
    """The role must exist in the same account, and trust Step Functions."""
    role, regional = call.params.get("roleArn", ""), f"states.{call.region}.amazonaws.com"
    # Of what is no ARN of a role, moto says so.
    if ":role/" in role and not can_be_assumed(call.account, call.region, role, "states.amazonaws.com", regional):
        raise AwsError(
            "AccessDeniedException",
            "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume "
            "the provided role.",
        )
    return None


@guard("stepfunctions", "CreateStateMachine", "UpdateStateMachine", source=GUIDE + "connect-batch.html")
def check_managed_rule(call: Call) -> Answer | None:
    """Who waits for Batch's jobs learns of their end by a rule, which the state machine's role must be able to make."""
    role = role_with_arn(call.params.get("roleArn", ""))
    if role is None or ".sync" not in call.params.get("definition", "") or ":batch:" not in call.params["definition"]:
        return None
    rule = f"arn:{role.partition}:events:{call.region}:{call.account}:rule/StepFunctionsGetEventsForBatchJobsRule"
    actions = ("events:PutTargets", "events:PutRule", "events:DescribeRule")
    questions = [Question(action, rule) for action in actions]
    if current.problem(role_caller(role, "states"), "events", call.region, questions):
        raise AwsError("AccessDeniedException", f"'{role.arn}' is not authorized to create managed-rule.")
    return None


@operation("stepfunctions", "ListStateMachineVersions", source=API + "API_ListStateMachineVersions.html")
def list_versions(call: Call) -> dict[str, Any]:
    """Lists the published versions, newest first, page by page."""
    machine = machine_of(call, call.params["stateMachineArn"])
    versions = [
        {"stateMachineVersionArn": version.arn, "creationDate": version.creation_date}
        for _, version in sorted(machine.versions.items(), reverse=True)
    ]
    return page(
        versions, call.params, "stateMachineVersions", limit="maxResults", token="nextToken", error="InvalidToken"
    )


def _logging(given: dict[str, Any] | None) -> dict[str, Any]:
    return {"level": "OFF", "includeExecutionData": False, "destinations": [], **(given or {})}


def _tracing(given: dict[str, Any] | None) -> dict[str, Any]:
    return {"enabled": False, **(given or {})}


def _parsed(definition: str) -> Any:
    try:
        return json.loads(definition)
    except ValueError:
        return definition
