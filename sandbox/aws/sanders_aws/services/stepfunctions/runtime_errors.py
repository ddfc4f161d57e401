"""What a state machine cannot do with its data, which is States.Runtime and ends the execution."""

from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import ErrorEqualsDecl
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.common.string.string_expression import StringJsonPath
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import StateTaskService
from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task import StateTask
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str
from moto.stepfunctions.parser.asl.utils.json_path import NoSuchJsonPathError

from ...rules import patch
from .common import GUIDE, shapes

_ERRORS = GUIDE + "concepts-error-handling.html"
_ALL, _TASK_FAILED, _TIMEOUT = "States.ALL", "States.TaskFailed", "States.Timeout"
_TERMINAL = ("States.Runtime", "States.DataLimitExceeded")
_DECORATION = "An error occurred while executing the state '"
# How Python has a type of a model, and how Step Functions calls it.
_TYPES: dict[str, tuple[Any, str]] = {
    "boolean": ((bool,), "a BOOLEAN"),
    "double": ((int, float), "a NUMBER"),
    "float": ((int, float), "a NUMBER"),
    "integer": ((int,), "an INTEGER"),
    "list": ((list,), "an ARRAY"),
    "long": ((int,), "an INTEGER"),
    "map": ((dict,), "an OBJECT"),
    "string": ((str,), "a STRING"),
    "structure": ((dict,), "an OBJECT"),
}
# Texts for which a task may give any JSON, which is sent as text.
_JSON_TEXTS = {"Detail", "Input", "Message", "MessageBody"}


class _MissingPath(FailureEventException, NoSuchJsonPathError):
    """A JSONPath that leads nowhere. It is both, for those parts of moto that catch the second by themselves."""

    def __init__(self, failure: FailureEvent, missing: NoSuchJsonPathError) -> None:
        FailureEventException.__init__(self, failure)
        NoSuchJsonPathError.__init__(self, missing.json_path, missing.data)


@patch("stepfunctions", "StartExecution", source=_ERRORS)
def spare_terminal_errors() -> None:
    """States.ALL catches neither States.Runtime nor States.DataLimitExceeded; States.TaskFailed also no time-out."""

    def eval_body(self: ErrorEqualsDecl, env: Environment) -> None:
        name = env.stack.pop().error_name
        wanted = [error.error_name for error in self.error_names]
        caught = name in wanted
        if name not in _TERMINAL:
            caught = caught or _ALL in wanted or (_TASK_FAILED in wanted and name != _TIMEOUT)
        env.stack.append(caught)

    ErrorEqualsDecl._eval_body = eval_body


@patch("stepfunctions", "StartExecution", source=_ERRORS)
def name_missing_paths() -> None:
    """A path that is not in the input is States.Runtime; the cause names path, field, input and state."""
    find = StringJsonPath._eval_body

    def eval_body(self: StringJsonPath, env: Environment) -> None:
        try:
            find(self, env)
        except NoSuchJsonPathError as missing:
            cause = (
                f"The JSONPath '{missing.json_path}' specified for the field '{env.next_field_name}' could not be "
                f"found in the input '{to_json_str(missing.data)}'"
            )
            raise _MissingPath(_runtime_error(env, cause), missing) from None

    StringJsonPath._eval_body = eval_body


@patch("stepfunctions", "StartExecution", source=_ERRORS)
def name_the_state_once() -> None:
    """The cause of States.Runtime names the state that failed, and not also the Parallel or Map around it."""
    describe = FailureEventException.get_execution_failed_event_details

    def details(self: FailureEventException) -> Any:
        error, cause = self.extract_error_cause_pair() or (None, None)
        if cause and cause.startswith(_DECORATION):
            return {"error": error, "cause": cause}
        return describe(self)

    FailureEventException.get_execution_failed_event_details = details


@patch("stepfunctions", "StartExecution", source=GUIDE + "connect-parameters.html")
def check_task_parameters() -> None:
    """Parameters of the wrong type, or without a required field, are States.Runtime, and nothing is called."""

    def eval_parameters(self: StateTaskService, env: Environment) -> Any:
        parameters = StateTask._eval_parameters(self, env)
        shape, _ = shapes(self._get_boto_service_name(), self._get_boto_service_action())
        problems = _problems(shape, parameters, "") if shape is not None and env.is_running() else []
        if problems:
            given = to_json_str(parameters, separators=(",", ":"))
            cause = f"The Parameters '{given}' could not be used to start the Task: [{', '.join(problems)}]"
            raise FailureEventException(_runtime_error(env, cause))
        return parameters

    StateTaskService._eval_parameters = eval_parameters


@patch("stepfunctions", "StopExecution", source=GUIDE + "concepts-states.html")
def stay_silent_after_the_end() -> None:
    """What was at work when its execution or its branch ended is not said to have failed."""
    evaluate = ExecutionState._evaluate_with_timeout

    def evaluate_with_timeout(self: ExecutionState, env: Environment) -> None:
        try:
            evaluate(self, env)
        except Exception:
            if env.is_running():
                raise

    ExecutionState._evaluate_with_timeout = evaluate_with_timeout


def _runtime_error(env: Environment, cause: str) -> FailureEvent:
    error = StatesErrorNameType.StatesRuntime
    details = TaskFailedEventDetails(error=error.to_name(), cause=cause)
    return FailureEvent(
        env=env,
        error_name=StatesErrorName(typ=error),
        event_type=HistoryEventType.TaskFailed,
        event_details=EventDetails(taskFailedEventDetails=details),
    )


def _problems(shape: Any, value: Any, field: str) -> list[str]:
    """What is wrong with the value of a field, and with what is in it; fields may be written in any case."""
    types, name = _TYPES.get(shape.type_name, ((object,), ""))
    if not isinstance(value, types) or (isinstance(value, bool) and shape.type_name != "boolean" and name):
        if value is None or field in _JSON_TEXTS:
            return []
        return [f"The value for the field '{field}' must be {name}"]
    if shape.type_name == "list":
        return [problem for inner in value for problem in _problems(shape.member, inner, field)]
    if shape.type_name == "map":
        return [problem for key, inner in value.items() for problem in _problems(shape.value, inner, key)]
    if shape.type_name != "structure":
        return []
    given = {key[:1].lower() + key[1:]: (key, inner) for key, inner in value.items()}
    found = []
    for member, inner_shape in shape.members.items():
        key = member[:1].lower() + member[1:]
        if key in given:
            found += _problems(inner_shape, given[key][1], given[key][0])
        elif member in shape.required_members:
            found.append(f"The field '{member[:1].upper() + member[1:]}' is required but was missing")
    return found
