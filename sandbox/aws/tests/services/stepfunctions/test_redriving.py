"""Redriving executions."""

import json
from pathlib import Path
from typing import Any

import pytest

from conftest import Aws, code_of, eventually
from sanders_aws.services.stepfunctions.redriving import Point, points_of
from services.batch.conftest import waiting_for
from services.stepfunctions.conftest import create, definition
from services.stepfunctions.test_executions import TASK, batch_job, run  # noqa: F401 - a fixture

rule = pytest.mark.rule


def submit(name: str, *command: str, **more: Any) -> dict[str, Any]:
    overrides = {"Command": list(command)}
    parameters = {"JobName": name, "JobQueue": "queue", "JobDefinition": "job", "ContainerOverrides": overrides}
    return {**TASK, "Parameters": parameters, "ResultPath": f"$.{name}", "ResultSelector": {"id.$": "$.JobId"}, **more}


def ended(aws: Aws, execution: str) -> dict[str, Any]:
    states = aws("stepfunctions")
    return dict(
        eventually(lambda: states.describe_execution(executionArn=execution), lambda e: e["status"] != "RUNNING")
    )


def jobs(aws: Aws, name: str) -> int:
    named = [{"name": "JOB_NAME", "values": [name]}]
    return len(aws("batch").list_jobs(jobQueue="queue", filters=named)["jobSummaryList"])


@rule("stepfunctions.redrive_execution")
@rule("stepfunctions.describe_redrives")
@rule("stepfunctions.list_redrives")
@rule("stepfunctions.go_on_where_it_stopped")
@pytest.mark.usefixtures("batch_job")
def test_only_what_failed_runs_again(aws: Aws, tmp_path: Path) -> None:
    states = aws("stepfunctions")
    mended = tmp_path / "mended"
    fails_first = f"import os, sys\nsys.exit(not os.path.exists({str(mended)!r}))"
    before = {name: value for name, value in submit("before", "print()", Next="Bad").items() if name != "End"}
    branches = [
        {"StartAt": "Good", "States": {"Good": submit("good", "print()")}},
        {"StartAt": "Before", "States": {"Before": before, "Bad": submit("bad", fails_first)}},
    ]
    first = {"Type": "Pass", "Result": {"a": 1}, "Next": "Both"}
    both = {"Type": "Parallel", "Branches": branches, "Next": "Last"}
    machine = create(aws, definition(("First", first), ("Both", both), ("Last", {"Type": "Pass", "End": True})))
    failed = run(aws, machine)
    arn = failed["executionArn"]
    assert (failed["status"], failed["redriveCount"], failed["redriveStatus"]) == ("FAILED", 0, "REDRIVABLE")
    mended.touch()
    date = states.redrive_execution(executionArn=arn)["redriveDate"]
    done = ended(aws, arn)
    assert (done["status"], done["redriveCount"], done["redriveDate"]) == ("SUCCEEDED", 1, date), done
    assert done["redriveStatus"] == "NOT_REDRIVABLE"
    assert "error" not in done
    output = json.loads(done["output"])
    assert [sorted(branch) for branch in output] == [["a", "good"], ["a", "bad", "before"]]
    assert (jobs(aws, "before"), jobs(aws, "bad")) == (1, 2)
    events = states.get_execution_history(executionArn=arn)["events"]
    assert [event["id"] for event in events] == list(range(1, len(events) + 1)), "one history"
    assert [e["executionRedrivenEventDetails"] for e in events if e["type"] == "ExecutionRedriven"] == [
        {"redriveCount": 1}
    ]
    assert [event["type"] for event in events].count("ExecutionStarted") == 1
    assert states.list_executions(stateMachineArn=machine)["executions"][0]["redriveCount"] == 1


@rule("stepfunctions.redrive_execution")
@pytest.mark.usefixtures("batch_job")
def test_an_aborted_execution_runs_on(aws: Aws, tmp_path: Path) -> None:
    states = aws("stepfunctions")
    machine = create(aws, definition(("Run", submit("run", waiting_for(tmp_path / "go")))))
    arn = states.start_execution(stateMachineArn=machine)["executionArn"]
    eventually(lambda: jobs(aws, "run"), lambda count: count == 1)
    assert code_of(states.redrive_execution, executionArn=arn) == "ExecutionNotRedrivable", "while it runs"
    states.stop_execution(executionArn=arn)
    (tmp_path / "go").touch()
    date = states.redrive_execution(executionArn=arn, clientToken="once")["redriveDate"]
    assert states.redrive_execution(executionArn=arn, clientToken="once")["redriveDate"] == date
    done = ended(aws, arn)
    assert (done["status"], done["redriveCount"]) == ("SUCCEEDED", 1), done
    assert code_of(states.redrive_execution, executionArn=arn) == "ExecutionNotRedrivable", "after it succeeded"
    assert code_of(states.redrive_execution, executionArn=f"{arn}-unknown") == "ExecutionDoesNotExist"


def test_a_fail_state_fails_again(aws: Aws) -> None:
    failed = run(aws, create(aws, definition(("Bad", {"Type": "Fail", "Error": "Mine"}))))
    aws("stepfunctions").redrive_execution(executionArn=failed["executionArn"])
    again = ended(aws, failed["executionArn"])
    assert (again["status"], again["error"], again["redriveCount"]) == ("FAILED", "Mine", 1)


def entered(number: int, name: str, data: str = "{}") -> dict[str, Any]:
    return {"id": number, "stateEnteredEventDetails": {"name": name, "input": data}}


def exited(number: int, name: str, data: str = "{}") -> dict[str, Any]:
    return {"id": number, "stateExitedEventDetails": {"name": name, "output": data}}


LOOP = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Choice", "Choices": []}}}


@pytest.mark.parametrize(
    ("events", "points"),
    [
        pytest.param([{"id": 1}], {}, id="not begun"),
        pytest.param([entered(1, "A", "1")], {"A": Point("A", 1)}, id="in the first state"),
        pytest.param([entered(1, "A"), exited(2, "A", "2")], {"A": Point("B", 2)}, id="between two states"),
        pytest.param(
            [entered(1, "A"), exited(2, "A"), entered(3, "B"), exited(4, "B"), entered(5, "A", "5")],
            {"A": Point("A", 5)},
            id="the second time round",
        ),
    ],
)
def test_where_it_goes_on(events: list[dict[str, Any]], points: dict[str, Point]) -> None:
    assert points_of(LOOP, events) == points
