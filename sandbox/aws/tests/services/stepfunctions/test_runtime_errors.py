"""What a state machine cannot do with its data."""

import json
from typing import Any

import pytest

from conftest import Aws
from services.stepfunctions.conftest import create, definition
from services.stepfunctions.test_executions import TASK, run

rule = pytest.mark.rule
CATCH_ALL = [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}]
CAUGHT = ("Caught", {"Type": "Fail", "Error": "Caught"})


def submit(**overrides: Any) -> dict[str, Any]:
    return {**TASK, "Parameters": {**TASK["Parameters"], "ContainerOverrides": overrides}}


def parallel(*states: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    branches = [{"StartAt": name, "States": {name: state}} for name, state in states]
    return {"Type": "Parallel", "Branches": branches, "Catch": CATCH_ALL, "End": True}


@rule("stepfunctions.spare_terminal_errors")
@rule("stepfunctions.name_missing_paths")
@rule("stepfunctions.name_the_state_once")
def test_a_missing_path_is_not_caught(aws: Aws) -> None:
    task = submit(**{"Command.$": "$.command"})
    machine = create(aws, definition(("Both", parallel(("First", task), ("Second", task))), CAUGHT))
    execution = run(aws, machine)
    assert (execution["status"], execution.get("error")) == ("FAILED", "States.Runtime")
    cause = execution["cause"]
    assert cause.startswith(
        ("An error occurred while executing the state 'First'", "An error occurred while executing the state 'Second'")
    )
    assert "The JSONPath '$.command' specified for the field 'Command.$' could not be found in the input '{}'" in cause
    assert cause.count("An error occurred") == 1


@pytest.mark.parametrize("errors", [["States.ALL"], ["States.TaskFailed"]])
@pytest.mark.parametrize("kind", ["Catch", "Retry"])
def test_neither_caught_nor_tried_again(aws: Aws, kind: str, errors: list[str]) -> None:
    more = {"Next": "Caught"} if kind == "Catch" else {"MaxAttempts": 3, "IntervalSeconds": 1}
    task = {**submit(**{"Command.$": "$.command"}), kind: [{"ErrorEquals": errors, **more}]}
    states = (("Run", task), CAUGHT) if kind == "Catch" else (("Run", task),)
    execution = run(aws, create(aws, definition(*states)))
    assert execution["error"] == "States.Runtime"
    events = aws("stepfunctions").get_execution_history(executionArn=execution["executionArn"])["events"]
    assert [event["type"] for event in events].count("TaskScheduled") == 0


TASK_FAILED = [{"ErrorEquals": ["States.TaskFailed"], "Next": "Caught"}]


def test_task_failed_is_no_time_out(aws: Aws) -> None:
    url = aws("sqs").create_queue(QueueName="tokens")["QueueUrl"]
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": url, "MessageBody": {"token.$": "$$.Task.Token"}},
        "TimeoutSeconds": 1,
        "Catch": TASK_FAILED,
        "End": True,
    }
    assert run(aws, create(aws, definition(("Wait", task), CAUGHT)))["error"] == "States.Timeout"


def test_task_failed_is_every_error_of_a_task(aws: Aws) -> None:
    machine = create(aws, definition(("Run", {**TASK, "Catch": TASK_FAILED}), CAUGHT))
    assert run(aws, machine)["error"] == "Caught", "and Batch.ClientException is one"


@rule("stepfunctions.check_task_parameters")
@pytest.mark.parametrize(
    ("command", "says"),
    [
        pytest.param("jobs/daily_features.py", "The value for the field 'Command' must be an ARRAY", id="text"),
        pytest.param(["-c", 5], "The value for the field 'Command' must be a STRING", id="number"),
        pytest.param([["-c"]], "The value for the field 'Command' must be a STRING", id="list in a list"),
        pytest.param({"a": "b"}, "The value for the field 'Command' must be an ARRAY", id="object"),
    ],
)
def test_parameters_have_types(aws: Aws, queue: dict[str, Any], command: Any, says: str) -> None:
    machine = create(aws, definition(("Run", {**submit(**{"Command.$": "$.command"}), "Catch": CATCH_ALL}), CAUGHT))
    execution = run(aws, machine, command=command)
    assert execution["error"] == "States.Runtime"
    given = json.dumps(command, separators=(",", ":"))
    assert "executing the state 'Run' (entered at the event id #2). The Parameters '" in execution["cause"]
    assert f"could not be used to start the Task: [{says}]" in execution["cause"]
    assert given in execution["cause"]
    assert aws("batch").list_jobs(jobQueue="queue", jobStatus="FAILED")["jobSummaryList"] == []


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({**TASK["Parameters"], "Timeout": {"AttemptDurationSeconds": "60"}}, "must be an INTEGER"),
        (
            {**TASK["Parameters"], "ContainerOverrides": "none"},
            "The value for the field 'ContainerOverrides' must be an OBJECT",
        ),
        ({**TASK["Parameters"], "Parameters": {"size": 5}}, "The value for the field 'size' must be a STRING"),
    ],
)
def test_other_parameters(aws: Aws, parameters: dict[str, Any], says: str) -> None:
    execution = run(aws, create(aws, definition(("Run", {**TASK, "Parameters": parameters}))))
    assert (execution["error"], says in execution["cause"]) == ("States.Runtime", True), execution


def test_a_required_field_of_any_call(aws: Aws) -> None:
    task = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:batch:describeJobs", "Parameters": {}, "End": True}
    execution = run(aws, create(aws, definition(("Look", task))))
    assert (execution["error"], "The field 'Jobs' is required but was missing" in execution["cause"]) == (
        "States.Runtime",
        True,
    )


@rule("stepfunctions.stay_silent_after_the_end")
def test_a_branch_that_was_stopped_did_not_fail(aws: Aws) -> None:
    bad = {"Type": "Pass", "InputPath": "$.missing", "End": True}
    machine = create(aws, definition(("Both", parallel(("Bad", bad), ("Other", submit(Command=["x"])))), CAUGHT))
    for _ in range(5):
        execution = run(aws, machine)
        events = aws("stepfunctions").get_execution_history(executionArn=execution["executionArn"])["events"]
        causes = [event.get("taskFailedEventDetails", {}).get("cause", "") for event in events]
        assert not any("object has no attribute" in cause for cause in causes), causes
