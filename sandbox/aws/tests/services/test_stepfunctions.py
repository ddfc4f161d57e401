"""Step Functions."""

import json
from typing import Any

import pytest

from conftest import ACCOUNT, Aws, code_of, eventually

rule = pytest.mark.rule
ROLE = f"arn:aws:iam::{ACCOUNT}:role/states"


def definition(*states: tuple[str, dict[str, Any]]) -> str:
    return json.dumps({"StartAt": states[0][0], "States": dict(states)})


PASS = definition(("Pass", {"Type": "Pass", "End": True}))
TASK: dict[str, Any] = {
    "Type": "Task",
    "Resource": "arn:aws:states:::batch:submitJob.sync",
    "Parameters": {"JobName": "run", "JobQueue": "unknown", "JobDefinition": "unknown"},
    "End": True,
}


def create(aws: Aws, text: str = PASS, **parameters: Any) -> str:
    machine = aws("stepfunctions").create_state_machine(name="machine", roleArn=ROLE, definition=text, **parameters)
    return str(machine["stateMachineArn"])


def run(aws: Aws, machine: str, **given: Any) -> dict[str, Any]:
    """The execution after its end."""
    states = aws("stepfunctions")
    arn = states.start_execution(stateMachineArn=machine, input=json.dumps(given))["executionArn"]
    return dict(eventually(lambda: states.describe_execution(executionArn=arn), lambda e: e["status"] != "RUNNING"))


@rule("stepfunctions.translate_task_parameters")
def test_a_batch_task_fails_as_batch_says(aws: Aws) -> None:
    """The parameters reach Batch, which does not know the queue; moto stumbles over their case before."""
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
def test_parallel_catches_the_errors_of_its_branches(aws: Aws) -> None:
    """States.Runtime stands for all of States.*: nothing but its name starts with "States."."""
    branch = {"StartAt": "Bad", "States": {"Bad": {"Type": "Pass", "InputPath": "$.missing", "End": True}}}
    parallel = {
        "Type": "Parallel",
        "Branches": [branch],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}],
        "End": True,
    }
    execution = run(aws, create(aws, definition(("Both", parallel), ("Caught", {"Type": "Fail", "Error": "Caught"}))))
    assert execution["error"] == "Caught"


@rule("stepfunctions.name_executions")
def test_executions_without_a_name(aws: Aws) -> None:
    machine = create(aws)
    names = {run(aws, machine)["name"] for _ in range(2)}
    assert len(names) == 2


@rule("stepfunctions.check_existing")
def test_a_name_is_used_once(aws: Aws) -> None:
    arn = create(aws)
    assert create(aws) == arn, "the same again is fine"
    assert create(aws, json.dumps(json.loads(PASS), indent=2)) == arn, "white space makes no difference"
    other = definition(("Other", {"Type": "Pass", "End": True}))
    assert code_of(create, aws=aws, text=other) == "StateMachineAlreadyExists"
    assert code_of(create, aws=aws, type="EXPRESS") == "StateMachineAlreadyExists"


@rule("stepfunctions.check_definition")
@pytest.mark.parametrize("text", ["{", "{}", '{"StartAt": "A", "States": {}}'])
def test_bad_definitions(aws: Aws, text: str) -> None:
    with pytest.raises(aws("stepfunctions").exceptions.InvalidDefinition, match="Invalid State Machine Definition"):
        create(aws, text)


@rule("stepfunctions.check_update")
def test_an_update_of_nothing(aws: Aws) -> None:
    machine = create(aws)
    assert code_of(aws("stepfunctions").update_state_machine, stateMachineArn=machine) == "MissingRequiredParameter"


@rule("stepfunctions.check_tagged")
def test_tags_of_nothing(aws: Aws) -> None:
    arn = f"arn:aws:states:eu-central-1:{ACCOUNT}:stateMachine:unknown"
    assert code_of(aws("stepfunctions").list_tags_for_resource, resourceArn=arn) == "ResourceNotFound"


@rule("stepfunctions.validate_definition")
def test_validation(aws: Aws) -> None:
    validate = aws("stepfunctions").validate_state_machine_definition
    assert validate(definition=PASS)["result"] == "OK"
    bad = validate(definition="{}")
    assert bad["result"] == "FAIL"
    assert bad["diagnostics"][0]["severity"] == "ERROR"


@rule("stepfunctions.list_versions")
def test_versions(aws: Aws) -> None:
    machine = create(aws, publish=True)
    versions = aws("stepfunctions").list_state_machine_versions(stateMachineArn=machine)["stateMachineVersions"]
    assert [version["stateMachineVersionArn"] for version in versions] == [f"{machine}:1"]


@pytest.fixture
def batch_job(aws: Aws, network: dict[str, str]) -> None:
    """A queue and a job definition."""
    batch = aws("batch")
    resources = {
        "type": "FARGATE", "maxvCpus": 16, "subnets": [network["subnet"]], "securityGroupIds": [network["group"]],
    }  # fmt: skip
    batch.create_compute_environment(computeEnvironmentName="env", type="MANAGED", computeResources=resources)
    batch.describe_compute_environments()
    order = [{"order": 1, "computeEnvironment": "env"}]
    batch.create_job_queue(jobQueueName="queue", priority=1, computeEnvironmentOrder=order)
    batch.register_job_definition(
        jobDefinitionName="job",
        type="container",
        platformCapabilities=["FARGATE"],
        containerProperties={
            "image": "registry/job:latest",
            "executionRoleArn": ROLE,
            "resourceRequirements": [{"type": "VCPU", "value": "0.5"}, {"type": "MEMORY", "value": "2048"}],
        },
    )
