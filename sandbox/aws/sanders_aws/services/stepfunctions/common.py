"""What all of Step Functions' modules share."""

from moto.stepfunctions.models import StateMachine
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
