"""Executions of state machines."""

import functools
import uuid
from typing import Any

from botocore import xform_name
from moto.core.utils import get_service_model, utcnow
from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration import iteration_worker
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel import branches_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import StateTaskService
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from ...rules import patch
from .common import API, GUIDE


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


def _restored(execution: Any, state: dict[str, Any]) -> None:
    """No execution outlives the emulator: one that ran when the state was saved is aborted when it is restored."""
    execution.__dict__.update(state)
    if execution.exec_status == ExecutionStatus.RUNNING:
        execution.exec_status = ExecutionStatus.ABORTED
        execution.stop_date = utcnow()


def _error_name(error_name: str | None) -> ErrorName:
    if error_name and error_name.startswith("States."):
        return StatesErrorName.from_name(error_name)
    return CustomErrorName(error_name)


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


Execution.__setstate__ = _restored
