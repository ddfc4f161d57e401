"""Step Functions."""

import functools
import json
import uuid
from typing import Any

from botocore import xform_name
from moto.core.utils import get_service_model, utcnow
from moto.stepfunctions.models import StateMachine
from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration import iteration_worker
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel import branches_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import StateTaskService
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.parser.models import StepFunctionsParserBackend, stepfunctions_parser_backends

from ..errors import AwsError
from ..paging import page
from ..rules import guard, operation, patch
from ..wire import Answer, Call

API = "https://docs.aws.amazon.com/step-functions/latest/apireference/"
GUIDE = "https://docs.aws.amazon.com/step-functions/latest/dg/"


@patch("stepfunctions", "StartExecution", source=GUIDE + "connect-batch.html")
def translate_task_parameters() -> None:
    """Tasks give parameters in PascalCase whatever the service's own case is, and get results so."""
    StateTaskService._normalise_parameters = _normalise_parameters
    StateTaskService._normalise_response = _normalise_response


@patch("stepfunctions", "StartExecution", source=GUIDE + "concepts-error-handling.html")
def pass_errors_on() -> None:
    """An error of a branch of Parallel or Map reaches its Catch and Retry, also one of the States.* errors."""
    branches_decl.CustomErrorName = _error_name
    iteration_worker.CustomErrorName = _error_name


@patch("stepfunctions", "StartExecution", source=API + "API_StartExecution.html")
def name_executions() -> None:
    """An execution without a name gets a new one of its own."""
    start = StepFunctionsParserBackend.start_execution

    def start_execution(self: Any, state_machine_arn: str, name: str | None, execution_input: str) -> Any:
        return start(self, state_machine_arn, name or str(uuid.uuid4()), execution_input)

    StepFunctionsParserBackend.start_execution = start_execution


@guard("stepfunctions", "CreateStateMachine", "UpdateStateMachine", source=API + "API_CreateStateMachine.html")
def check_definition(call: Call) -> Answer | None:
    """A definition that is no valid Amazon States Language is InvalidDefinition."""
    problem = _definition_problem(call.params["definition"]) if "definition" in call.params else ""
    if problem:
        raise AwsError("InvalidDefinition", f"Invalid State Machine Definition: '{problem}'")
    return None


@guard("stepfunctions", "CreateStateMachine", source=API + "API_CreateStateMachine.html")
def check_existing(call: Call) -> Answer | None:
    """Creating a state machine again is fine if it is the same, and StateMachineAlreadyExists otherwise."""
    params = call.params
    existing = next((machine for machine in _backend(call).state_machines if machine.name == params["name"]), None)
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


@guard("stepfunctions", "ListTagsForResource", "TagResource", "UntagResource", source=API + "API_TagResource.html")
def check_tagged(call: Call) -> Answer | None:
    """Tags belong to a state machine or an activity that exists."""
    arn, backend = call.params["resourceArn"], _backend(call)
    if arn not in backend.activities and all(machine.arn != arn for machine in backend.state_machines):
        raise AwsError("ResourceNotFound", f"Resource not found: '{arn}'")
    return None


@operation("stepfunctions", "ValidateStateMachineDefinition", source=API + "API_ValidateStateMachineDefinition.html")
def validate_definition(call: Call) -> dict[str, Any]:
    """OK, or FAIL with what is wrong."""
    problem = _definition_problem(call.params["definition"])
    if not problem:
        return {"result": "OK", "diagnostics": [], "truncated": False}
    diagnostic = {"severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED", "message": problem[:4096]}
    return {"result": "FAIL", "diagnostics": [diagnostic], "truncated": False}


@operation("stepfunctions", "ListStateMachineVersions", source=API + "API_ListStateMachineVersions.html")
def list_versions(call: Call) -> dict[str, Any]:
    """Lists the published versions, newest first, page by page."""
    machine = _machine(call, call.params["stateMachineArn"])
    versions = [
        {"stateMachineVersionArn": version.arn, "creationDate": version.creation_date}
        for _, version in sorted(machine.versions.items(), reverse=True)
    ]
    return page(
        versions, call.params, "stateMachineVersions", limit="maxResults", token="nextToken", error="InvalidToken"
    )


def _restored(execution: Any, state: dict[str, Any]) -> None:
    """No execution outlives the emulator: one that ran when the state was saved is aborted when it is restored."""
    execution.__dict__.update(state)
    if execution.exec_status == ExecutionStatus.RUNNING:
        execution.exec_status = ExecutionStatus.ABORTED
        execution.stop_date = utcnow()


Execution.__setstate__ = _restored


def _backend(call: Call) -> StepFunctionsParserBackend:
    backend: StepFunctionsParserBackend = stepfunctions_parser_backends[call.account][call.region]
    return backend


def _machine(call: Call, arn: str) -> StateMachine:
    found = next((machine for machine in _backend(call).state_machines if machine.arn == arn), None)
    if found is None:
        raise AwsError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")
    return found


def _error_name(error_name: str | None) -> ErrorName:
    if error_name and error_name.startswith("States."):
        return StatesErrorName.from_name(error_name)
    return CustomErrorName(error_name)


def _logging(given: dict[str, Any] | None) -> dict[str, Any]:
    return {"level": "OFF", "includeExecutionData": False, "destinations": [], **(given or {})}


def _tracing(given: dict[str, Any] | None) -> dict[str, Any]:
    return {"enabled": False, **(given or {})}


def _definition_problem(definition: str) -> str:
    """What moto's parser does not like about a definition; empty if it likes it."""
    try:
        StepFunctionsParserBackend._validate_definition(definition)
    except Exception as problem:
        return str(getattr(problem, "message", "") or problem)
    return ""


def _parsed(definition: str) -> Any:
    try:
        return json.loads(definition)
    except ValueError:
        return definition


@functools.cache
def _shapes(service: str, action: str) -> tuple[Any, Any]:
    """The input and the output shape of an action that is given in any case; (None, None) if there is no such."""
    model = get_service_model(service)
    wanted = xform_name(action)
    name = next((name for name in model.operation_names if xform_name(name) == wanted), None)
    if name is None:
        return None, None
    found = model.operation_model(name)
    return found.input_shape, found.output_shape


def _normalise_parameters(
    task: Any, parameters: Any, boto_service_name: str | None = None, service_action_name: str | None = None
) -> None:
    shape, _ = _shapes(
        task._get_boto_service_name(boto_service_name), service_action_name or task._get_boto_service_action()
    )
    if shape is not None:
        task._to_boto_request(parameters, shape)


def _normalise_response(
    task: Any, response: Any, boto_service_name: str | None = None, service_action_name: str | None = None
) -> None:
    _, shape = _shapes(
        task._get_boto_service_name(boto_service_name), service_action_name or task._get_boto_service_action()
    )
    if shape is not None:
        task._from_boto_response(response, shape)
