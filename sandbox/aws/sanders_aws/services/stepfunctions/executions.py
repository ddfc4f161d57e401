"""Executions of state machines."""

import contextlib
import functools
import json
import re
import sys
import uuid
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from moto.core.utils import utcnow
from moto.settings import moto_server_port
from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.state.exec.state_map.iteration import iteration_worker
from moto.stepfunctions.parser.asl.component.state.exec.state_parallel import branches_decl
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import StateTaskService
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_batch import (
    StateTaskServiceBatch,
)
from moto.stepfunctions.parser.asl.eval.callback.callback import CallbackOutcomeTimedOut
from moto.stepfunctions.parser.asl.utils import boto_client
from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication, Execution
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from ...errors import AwsError
from ...rules import guard, operation, patch
from ...wire import Answer, Call
from ..roles import shared_session_of
from .common import API, GUIDE, execution_of, shapes

_LONGEST = 99_999_999  # seconds that a task may take, if it says nothing else
_LARGEST_INPUT = 256 * 1024  # bytes
_BAD_IN_NAMES = re.compile(r"[\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]")


@patch("stepfunctions", "StartExecution", source=GUIDE + "connect-batch.html")
def translate_task_parameters() -> None:
    """Tasks give parameters in PascalCase whatever the service's own case is, and get results so."""
    StateTaskService._normalise_parameters = _normalise_parameters
    StateTaskService._normalise_response = _normalise_response


@patch("stepfunctions", "StartExecution", source=GUIDE + "concepts-error-handling.html")
def pass_errors_on() -> None:
    """An error in a branch of Parallel or Map reaches its Catch and Retry, even if it is one of the States.* errors."""
    branches_decl.CustomErrorName = _error_name
    iteration_worker.CustomErrorName = _error_name


@patch("stepfunctions", "StartExecution", source=API + "API_StartExecution.html")
def name_executions() -> None:
    """An execution without a name gets a unique one."""
    start = StepFunctionsParserBackend.start_execution

    def start_execution(self: Any, state_machine_arn: str, name: str | None, execution_input: str) -> Any:
        return start(self, state_machine_arn, name or str(uuid.uuid4()), execution_input)

    StepFunctionsParserBackend.start_execution = start_execution


@guard("stepfunctions", "StartExecution", "StartSyncExecution", source=API + "API_StartExecution.html")
def check_input(call: Call) -> Answer | None:
    """An execution's input is JSON, of at most 256 KiB."""
    text = call.params.get("input", "{}")
    try:
        json.loads(text, parse_constant=_refuse_constant)
    except ValueError as problem:
        raise AwsError("InvalidExecutionInput", f"Invalid State Machine Execution Input: '{problem}'") from None
    if len(text.encode()) > _LARGEST_INPUT:
        raise AwsError(
            "InvalidExecutionInput",
            f"Invalid State Machine Execution Input: '{len(text.encode())} bytes are more than {_LARGEST_INPUT}'",
        )
    return None


@guard("stepfunctions", "StartExecution", "StartSyncExecution", source=API + "API_StartExecution.html")
def check_execution_name(call: Call) -> Answer | None:
    """The name of an execution has no white space, brackets, wildcards or other special characters."""
    name = call.params.get("name", "")
    if _BAD_IN_NAMES.search(name):
        raise AwsError("InvalidName", f"Invalid Name: '{name}'")
    return None


@operation("stepfunctions", "StopExecution", source=API + "API_StopExecution.html")
def stop_execution(call: Call) -> dict[str, Any]:
    """The execution is ABORTED at once, whatever it waits for, with the error and the cause that are given."""
    params = call.params
    execution = execution_of(call, params["executionArn"])
    if execution.exec_status == ExecutionStatus.RUNNING:
        abort(execution, params.get("error"), params.get("cause"))
    return {"stopDate": execution.stop_date}


@patch("stepfunctions", "StopExecution", source=GUIDE + "connect-batch.html")
def terminate_stopped_jobs() -> None:
    """The job that a task waits for is terminated when the execution is stopped or the task times out."""
    build, wait = StateTaskServiceBatch._build_sync_resolver, StateTaskServiceBatch._eval_sync

    def build_sync_resolver(self: Any, env: Any, *args: Any, **kwargs: Any) -> Any:
        job = env.stack[-1]["JobId"]
        resolver = build(self, env, *args, **kwargs)
        resolver.sanders_stop = functools.partial(_terminate, job, *args, **kwargs)
        return resolver

    def eval_sync(self: Any, env: Any, sync_resolver: Any, *args: Any, **kwargs: Any) -> Any:
        outcome = wait(self, env, sync_resolver, *args, **kwargs)
        if outcome is None or isinstance(outcome, CallbackOutcomeTimedOut):
            sync_resolver.sanders_stop()
        return outcome

    StateTaskServiceBatch._build_sync_resolver = build_sync_resolver
    StateTaskServiceBatch._eval_sync = eval_sync


@patch("stepfunctions", "StartExecution", source=GUIDE + "procedure-create-iam-role.html")
def work_with_the_role() -> None:
    """Tasks call AWS with the rights of the state machine's role, or of the one that the task names."""
    make = boto_client.boto_client_for

    def boto_client_for(region: str, service: str, state_credentials: Any = None) -> Any:
        role = state_credentials.role_arn if state_credentials else ""
        session = shared_session_of(role, "states")
        if session is None:  # the role was deleted: what is not known is denied where that is asked for
            return make(region, service, state_credentials)
        url = f"http://localhost:{moto_server_port()}"
        once = Config(parameter_validation=False, retries={"total_max_attempts": 1}, read_timeout=_LONGEST)
        return boto3.client(service, region, endpoint_url=url, config=once, **session)

    for module in list(sys.modules.values()):  # each module of tasks has its own name for it
        if getattr(module, "boto_client_for", None) is make:
            module.boto_client_for = boto_client_for  # type: ignore[attr-defined]


def _refuse_constant(text: str) -> None:
    raise ValueError(f"{text} is not JSON")


def abort(execution: Execution, error: str | None = None, cause: str | None = None) -> None:
    """Ends a running execution as ABORTED; what it is doing stops when it next checks."""
    execution.stop(stop_date=utcnow(), error=error, cause=cause)
    execution.exec_status, execution.stop_date = ExecutionStatus.ABORTED, utcnow()
    execution.error, execution.cause = error, cause


def _terminated(communication: BaseExecutionWorkerCommunication) -> None:
    """Records how an execution ended, unless it was aborted before."""
    execution = communication.execution
    is_current = execution.exec_worker._execution_communication is communication  # it may have been redriven since
    if is_current and execution.exec_status == ExecutionStatus.RUNNING:
        communication._reflect_execution_status()


def _terminate(job: str, resource_runtime_part: Any, state_credentials: Any, **_: Any) -> None:
    batch = boto_client_for(service="batch", region=resource_runtime_part.region, state_credentials=state_credentials)
    with contextlib.suppress(BotoCoreError, ClientError):  # AWS also tries only once
        batch.terminate_job(jobId=job, reason="The task that waits for it was stopped")


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


def _normalise_parameters(
    task: Any, parameters: Any, boto_service_name: str | None = None, service_action_name: str | None = None
) -> None:
    shape, _ = shapes(
        task._get_boto_service_name(boto_service_name), service_action_name or task._get_boto_service_action()
    )
    if shape is not None:
        task._to_boto_request(parameters, shape)


def _normalise_response(
    task: Any, response: Any, boto_service_name: str | None = None, service_action_name: str | None = None
) -> None:
    _, shape = shapes(
        task._get_boto_service_name(boto_service_name), service_action_name or task._get_boto_service_action()
    )
    if shape is not None:
        task._from_boto_response(response, shape)


BaseExecutionWorkerCommunication.terminated = _terminated
Execution.__setstate__ = _restored
