"""What all of Step Functions' modules share."""

import functools
from typing import Any

from botocore import xform_name
from moto.core.utils import get_service_model
from moto.stepfunctions.models import StateMachine
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.parser.models import StepFunctionsParserBackend, stepfunctions_parser_backends

from ...errors import AwsError
from ...wire import Call

API = "https://docs.aws.amazon.com/step-functions/latest/apireference/"
GUIDE = "https://docs.aws.amazon.com/step-functions/latest/dg/"


def backend_of(call: Call) -> StepFunctionsParserBackend:
    """The account's Step Functions in the call's region."""
    backend: StepFunctionsParserBackend = stepfunctions_parser_backends[call.account][call.region]
    return backend


def machine_of(call: Call, arn: str) -> StateMachine:
    """The state machine with this ARN, which must be there."""
    found = next((machine for machine in backend_of(call).state_machines if machine.arn == arn), None)
    if found is None:
        raise AwsError("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'")
    return found


def execution_of(call: Call, arn: str) -> Execution:
    """The execution with this ARN, which must be there."""
    executions = (e for machine in backend_of(call).state_machines for e in machine.executions if e.exec_arn == arn)
    found = next(executions, None)
    if found is None:
        raise AwsError("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")
    return found


@functools.cache
def shapes(service: str, action: str) -> tuple[Any, Any]:
    """The input and output shapes of an action, whatever its case; (None, None) if there is no such action."""
    model = get_service_model(service)
    wanted = xform_name(action)
    name = next((name for name in model.operation_names if xform_name(name) == wanted), None)
    if name is None:
        return None, None
    found = model.operation_model(name)
    return found.input_shape, found.output_shape
