"""The deletion of state machines, which waits for their executions."""

import contextlib
import json

from moto.stepfunctions.models import StateMachine
from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from ...delays import Pause
from ...errors import AwsError
from ...rules import amendment, guard, operation, patch
from ...wire import Answer, Call
from .common import API, backend_of
from .executions import abort


@guard("stepfunctions", "*", source=API + "API_DeleteStateMachine.html")
def settle_deletions(call: Call) -> Answer | None:
    """A state machine that is DELETING is gone when none of its executions runs any more."""
    machines = backend_of(call).state_machines
    for machine in [machine for machine in machines if _deleting(machine) and machine.sanders_pause.over]:
        if not any(execution.exec_status == ExecutionStatus.RUNNING for execution in machine.executions):
            with contextlib.suppress(ValueError):  # another call was faster
                machines.remove(machine)
    return None


@operation("stepfunctions", "DeleteStateMachine", source=API + "API_DeleteStateMachine.html")
def delete_state_machine(call: Call) -> None:
    """The machine is DELETING first; one that is not there is no error, but the ARN of a version or an alias is."""
    arn = call.params["stateMachineArn"]
    if len(arn.split(":")) != 7:
        raise AwsError("ValidationException", f"Invalid Arn: '{arn}' is not the ARN of an unqualified state machine")
    machine = next((machine for machine in backend_of(call).state_machines if machine.arn == arn), None)
    if machine and not _deleting(machine):
        machine.sanders_pause = Pause("stepfunctions.delete")


@amendment("stepfunctions", "DescribeStateMachine", source=API + "API_DescribeStateMachine.html")
def describe_deletion(call: Call, answer: Answer) -> Answer:
    """A state machine that is being deleted says so."""
    arn = call.params["stateMachineArn"]
    if not any(machine.arn == arn and _deleting(machine) for machine in backend_of(call).state_machines):
        return answer
    body = json.dumps({**json.loads(answer.body), "status": "DELETING"})
    return Answer(answer.status, answer.headers, body.encode())


@guard(
    "stepfunctions", "CreateStateMachine", "PublishStateMachineVersion", "StartExecution", "StartSyncExecution",
    "UpdateStateMachine", source=API + "API_StartExecution.html",
)  # fmt: skip
def refuse_while_deleting(call: Call) -> Answer | None:
    """A state machine that is being deleted can be neither started nor changed, and its name stays taken."""
    arn, name = call.params.get("stateMachineArn"), call.params.get("name")
    for machine in backend_of(call).state_machines:
        same = machine.name == name if call.action == "CreateStateMachine" else machine.arn == arn
        if same and _deleting(machine):
            raise AwsError("StateMachineDeleting", f"State Machine Deleting: '{machine.arn}'")
    return None


@patch("stepfunctions", "DeleteStateMachine", source=API + "API_DeleteStateMachine.html")
def abort_at_next_state() -> None:
    """An execution of a state machine that is being deleted ends at its next state."""
    enter = CommonStateField._eval_body

    def eval_body(self: CommonStateField, env: Environment) -> None:
        execution = _doomed(env)
        if execution:
            abort(execution)
        else:
            enter(self, env)

    CommonStateField._eval_body = eval_body


def _doomed(env: Environment) -> Execution | None:
    """The execution that runs here, if its state machine is being deleted."""
    where, context = env.aws_execution_details, env.states.context_object.context_object_data
    for machine in stepfunctions_parser_backends[where.account][where.region].state_machines:
        if machine.arn == context["StateMachine"]["Id"] and _deleting(machine):
            return next((e for e in machine.executions if e.exec_arn == context["Execution"]["Id"]), None)
    return None


def _deleting(machine: StateMachine) -> bool:
    return "sanders_pause" in machine.__dict__
