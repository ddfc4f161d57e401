"""The deletion of state machines."""

import pytest

from conftest import Aws, code_of, eventually
from services.stepfunctions.conftest import PASS, ROLE, create, definition, describe

rule = pytest.mark.rule


@pytest.fixture
def tokens(aws: Aws) -> str:
    """URL of a queue to which executions send the token that they wait for."""
    return str(aws("sqs").create_queue(QueueName="tokens")["QueueUrl"])


def waiting(queue: str) -> str:
    """A definition that sends its token to a queue, waits until it comes back, and then fails."""
    wait = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": queue, "MessageBody.$": "$$.Task.Token"},
        "Next": "Fail",
    }
    return definition(("Wait", wait), ("Fail", {"Type": "Fail", "Error": "NotAborted"}))


def start(aws: Aws, machine: str, queue: str) -> tuple[str, str]:
    """An execution that waits, and the token that it waits for."""
    arn = aws("stepfunctions").start_execution(stateMachineArn=machine)["executionArn"]
    receive = aws("sqs").receive_message
    messages = eventually(lambda: receive(QueueUrl=queue).get("Messages", []), bool)
    return str(arn), str(messages[0]["Body"])


def is_gone(aws: Aws, machine: str) -> bool:
    return code_of(describe, aws=aws, machine=machine) == "StateMachineDoesNotExist"


@rule("stepfunctions.delete_state_machine")
@rule("stepfunctions.settle_deletions")
@rule("stepfunctions.describe_deletion")
@rule("stepfunctions.refuse_while_deleting")
def test_deletion_takes_its_time(aws: Aws) -> None:
    states, machine = aws("stepfunctions"), create(aws)
    aws.delays("stepfunctions.delete=3600")
    for _ in range(2):
        states.delete_state_machine(stateMachineArn=machine)
        assert describe(aws, machine)["status"] == "DELETING"
    for refused in (
        code_of(states.start_execution, stateMachineArn=machine),
        code_of(states.update_state_machine, stateMachineArn=machine, definition=PASS),
        code_of(states.create_state_machine, name="machine", definition=PASS, roleArn=ROLE),
    ):
        assert refused == "StateMachineDeleting"
    aws.delays("none")
    assert is_gone(aws, machine)
    assert describe(aws, create(aws))["status"] == "ACTIVE"


@rule("stepfunctions.delete_state_machine")
@rule("stepfunctions.settle_deletions")
def test_deletion_waits_for_executions(aws: Aws, tokens: str) -> None:
    states, machine = aws("stepfunctions"), create(aws, waiting(tokens))
    execution, _ = start(aws, machine, tokens)
    states.delete_state_machine(stateMachineArn=machine)
    assert describe(aws, machine)["status"] == "DELETING"
    assert states.describe_execution(executionArn=execution)["status"] == "RUNNING"
    states.stop_execution(executionArn=execution)
    eventually(lambda: is_gone(aws, machine), bool)


@rule("stepfunctions.abort_at_next_state")
def test_executions_do_not_reach_another_state(aws: Aws, tokens: str) -> None:
    states, machine = aws("stepfunctions"), create(aws, waiting(tokens))
    execution, token = start(aws, machine, tokens)
    other, _ = start(aws, machine, tokens)
    states.delete_state_machine(stateMachineArn=machine)
    states.send_task_success(taskToken=token, output="{}")
    ended = eventually(lambda: states.describe_execution(executionArn=execution), lambda e: e["status"] != "RUNNING")
    assert ended["status"] == "ABORTED"
    assert states.describe_execution(executionArn=other)["status"] == "RUNNING"
    states.stop_execution(executionArn=other)


def test_deleting_nothing_is_fine_and_versions_are_refused(aws: Aws) -> None:
    states, machine = aws("stepfunctions"), create(aws, publish=True)
    states.delete_state_machine(stateMachineArn=f"{machine}-unknown")
    assert code_of(states.delete_state_machine, stateMachineArn=f"{machine}:1") == "ValidationException"
    assert describe(aws, machine)["status"] == "ACTIVE"
