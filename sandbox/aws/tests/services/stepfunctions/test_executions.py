"""Executions of state machines."""

import json
from typing import Any

import pytest

from conftest import ACCOUNT, Aws, code_of, eventually, trust
from services.stepfunctions.conftest import create, definition

rule = pytest.mark.rule
TASK: dict[str, Any] = {
    "Type": "Task",
    "Resource": "arn:aws:states:::batch:submitJob.sync",
    "Parameters": {"JobName": "run", "JobQueue": "unknown", "JobDefinition": "unknown"},
    "End": True,
}


@pytest.fixture
def batch_job(aws: Aws, queue: dict[str, Any]) -> None:
    """A queue and a job definition."""
    aws("iam").create_role(RoleName="execution", AssumeRolePolicyDocument=trust("ecs-tasks.amazonaws.com"))
    aws("batch").register_job_definition(
        jobDefinitionName="job",
        type="container",
        platformCapabilities=["FARGATE"],
        containerProperties={
            "image": "registry/job:latest",
            "executionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/execution",
            "networkConfiguration": {"assignPublicIp": "ENABLED"},
            "resourceRequirements": [{"type": "VCPU", "value": "0.5"}, {"type": "MEMORY", "value": "2048"}],
        },
    )


def run(aws: Aws, machine: str, **given: Any) -> dict[str, Any]:
    """The execution, once it has ended."""
    states = aws("stepfunctions")
    arn = states.start_execution(stateMachineArn=machine, input=json.dumps(given))["executionArn"]
    return dict(eventually(lambda: states.describe_execution(executionArn=arn), lambda e: e["status"] != "RUNNING"))


@rule("stepfunctions.translate_task_parameters")
def test_a_batch_task_fails_as_batch_says(aws: Aws) -> None:
    """The parameters reach Batch, which does not know the queue; moto fails earlier, over their case."""
    execution = run(aws, create(aws, definition(("Fails", TASK))))
    assert (execution["status"], execution["error"]) == ("FAILED", "Batch.ClientException")
    assert "JobQueue unknown not found" in execution["cause"]


def test_a_batch_task_waits_for_its_job(aws: Aws, batch_job: None) -> None:
    parameters = {"JobQueue": "queue", "JobDefinition": "job", "ContainerOverrides": {"Command.$": "$.command"}}
    task = {**TASK, "Parameters": {**TASK["Parameters"], **parameters}, "ResultPath": "$.job"}
    machine = create(aws, definition(("Run", task)))
    succeeded = run(aws, machine, command=["print()"])
    assert succeeded["status"] == "SUCCEEDED", succeeded
    assert json.loads(succeeded["output"])["job"]["Status"] == "SUCCEEDED", "results are in PascalCase"
    failed = run(aws, machine, command=["raise SystemExit(2)"])
    assert (failed["status"], failed["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(failed["cause"])["Attempts"][0]["Container"]["ExitCode"] == 2


@rule("stepfunctions.pass_errors_on")
def test_parallel_catches_the_errors_of_its_branches(aws: Aws, batch_job: None) -> None:
    """States.TaskFailed stands for all of States.*: nothing but its name starts with "States."."""
    command = {"Command": ["raise SystemExit(1)"]}
    parameters = {"JobName": "run", "JobQueue": "queue", "JobDefinition": "job", "ContainerOverrides": command}
    parallel = {
        "Type": "Parallel",
        "Branches": [{"StartAt": "Bad", "States": {"Bad": {**TASK, "Parameters": parameters}}}],
        "Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "Caught"}],
        "End": True,
    }
    execution = run(aws, create(aws, definition(("Both", parallel), ("Caught", {"Type": "Fail", "Error": "Caught"}))))
    assert execution["error"] == "Caught"


@rule("stepfunctions.name_executions")
def test_executions_without_a_name(aws: Aws) -> None:
    machine = create(aws)
    names = {run(aws, machine)["name"] for _ in range(2)}
    assert len(names) == 2


@rule("stepfunctions.check_input")
@pytest.mark.parametrize("text", ["{command: x}", "", "{'a': 1}", '{"a": NaN}', '{"a": 1}}', '"' + "ä" * 140_000 + '"'])
def test_bad_input(aws: Aws, text: str) -> None:
    states, machine = aws("stepfunctions"), create(aws)
    assert code_of(states.start_execution, stateMachineArn=machine, input=text) == "InvalidExecutionInput"
    assert states.list_executions(stateMachineArn=machine)["executions"] == []


@pytest.mark.parametrize("text", ["{}", "[1]", '"text"', "5", "null", '"' + "x" * (256 * 1024 - 2) + '"'])
def test_good_input(aws: Aws, text: str) -> None:
    states = aws("stepfunctions")
    execution = states.start_execution(stateMachineArn=create(aws), input=text)["executionArn"]
    assert states.describe_execution(executionArn=execution)["input"] == text


@rule("stepfunctions.check_execution_name")
@pytest.mark.parametrize("name", ["a b", "a:b", "a/b", "a*", "{a}", "a\n", "a$"])
def test_bad_names(aws: Aws, name: str) -> None:
    assert code_of(aws("stepfunctions").start_execution, stateMachineArn=create(aws), name=name) == "InvalidName"


def test_a_name_starts_one_execution(aws: Aws) -> None:
    machine = create(aws, definition(("Wait", {"Type": "Wait", "Seconds": 600, "End": True})))
    start = {"stateMachineArn": machine, "name": "once"}
    states = aws("stepfunctions")
    first = states.start_execution(**start, input='{"a": 1}')["executionArn"]
    assert states.start_execution(**start, input='{"a": 1}')["executionArn"] == first
    assert code_of(states.start_execution, **start, input="{}") == "ExecutionAlreadyExists"
    states.stop_execution(executionArn=first)
    assert code_of(states.start_execution, **start, input='{"a": 1}') == "ExecutionAlreadyExists", "also after its end"


@rule("stepfunctions.stop_execution")
def test_stopping_an_execution(aws: Aws) -> None:
    states = aws("stepfunctions")
    machine = create(aws, definition(("Wait", {"Type": "Wait", "Seconds": 600, "End": True})))
    execution = states.start_execution(stateMachineArn=machine)["executionArn"]
    stopped = states.stop_execution(executionArn=execution, error="Enough", cause="by hand")["stopDate"]
    found = states.describe_execution(executionArn=execution)
    assert (found["status"], found["error"], found["cause"]) == ("ABORTED", "Enough", "by hand")
    assert states.stop_execution(executionArn=execution)["stopDate"] == stopped, "once is enough"
    assert code_of(states.stop_execution, executionArn=f"{execution}-unknown") == "ExecutionDoesNotExist"


@rule("stepfunctions.terminate_stopped_jobs")
@pytest.mark.parametrize("how", ["stopped", "timed out"])
def test_a_job_goes_with_its_task(aws: Aws, batch_job: None, how: str) -> None:
    states, batch = aws("stepfunctions"), aws("batch")
    command = {"Command": ["import time; time.sleep(600)"]}
    parameters = {"JobName": "run", "JobQueue": "queue", "JobDefinition": "job", "ContainerOverrides": command}
    limit = {"TimeoutSeconds": 1} if how == "timed out" else {}
    machine = create(aws, definition(("Run", {**TASK, "Parameters": parameters, **limit})))
    execution = states.start_execution(stateMachineArn=machine)["executionArn"]
    named = [{"name": "JOB_NAME", "values": ["run"]}]
    job = eventually(lambda: batch.list_jobs(jobQueue="queue", filters=named)["jobSummaryList"], bool)[0]["jobId"]
    if how == "stopped":
        states.stop_execution(executionArn=execution)
    ended = eventually(lambda: batch.describe_jobs(jobs=[job])["jobs"][0], lambda found: found["status"] == "FAILED")
    assert ended["isTerminated"] is True
    status = eventually(lambda: states.describe_execution(executionArn=execution)["status"], lambda s: s != "RUNNING")
    assert status == {"stopped": "ABORTED", "timed out": "FAILED"}[how]
