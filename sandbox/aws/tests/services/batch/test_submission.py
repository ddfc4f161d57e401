"""How jobs are submitted."""

from typing import Any

import pytest

from conftest import Aws, code_of
from services.batch.conftest import ended, job_of, output_of, submit

rule = pytest.mark.rule


def test_parameters(aws: Aws, queue: dict[str, Any], definition: dict[str, Any]) -> None:
    definition["containerProperties"]["command"] = ["Ref::program"]
    aws("batch").register_job_definition(**definition, parameters={"program": "print('default')"})
    assert output_of(aws, ended(aws, submit(aws))) == ["default"]
    assert output_of(aws, ended(aws, submit(aws, parameters={"program": "print('given')"}))) == ["given"]


@rule("batch.submit_job")
def test_a_disabled_queue_takes_no_jobs(aws: Aws, job_definition: str) -> None:
    aws("batch").update_job_queue(jobQueue="queue", state="DISABLED")
    parameters = {"jobName": "run", "jobQueue": "queue", "jobDefinition": "job"}
    assert code_of(aws("batch").submit_job, **parameters) == "ClientException"


@rule("batch.submit_job")
def test_an_override_must_be_a_size_of_fargate(aws: Aws, job_definition: str) -> None:
    overrides = {"resourceRequirements": [{"type": "MEMORY", "value": "5000"}]}
    parameters = {"jobName": "run", "jobQueue": "queue", "jobDefinition": "job", "containerOverrides": overrides}
    assert code_of(aws("batch").submit_job, **parameters) == "ClientException"


@pytest.mark.parametrize("change", [{"jobQueue": "unknown"}, {"jobDefinition": "unknown"}, {"jobName": "no name"}])
def test_refused(aws: Aws, job_definition: str, change: dict[str, str]) -> None:
    parameters = {"jobName": "run", "jobQueue": "queue", "jobDefinition": "job", **change}
    assert code_of(aws("batch").submit_job, **parameters) == "ClientException"


@rule("batch.submit_job")
@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"timeout": {"attemptDurationSeconds": 59}}, id="less than a minute"),
        pytest.param({"retryStrategy": {"attempts": 11}}, id="too many attempts"),
        pytest.param({"shareIdentifier": "team"}, id="a share of a queue that has none"),
        pytest.param({"schedulingPriorityOverride": 10_000}, id="priority"),
        pytest.param({"parameters": {"text": "x" * 31_000}}, id="payload"),
        pytest.param({"tags": {"aws:x": "1"}}, id="tag"),
    ],
)
def test_rules_of_submission(aws: Aws, job_definition: str, change: dict[str, Any]) -> None:
    parameters = {"jobName": "run", "jobQueue": "queue", "jobDefinition": "job", **change}
    assert code_of(aws("batch").submit_job, **parameters) == "ClientException"


def test_shares(aws: Aws, job_definition: str, environment: dict[str, Any]) -> None:
    batch = aws("batch")
    policy = batch.create_scheduling_policy(name="fair")["arn"]
    order = [{"order": 1, "computeEnvironment": "env"}]
    batch.create_job_queue(jobQueueName="fair", priority=1, computeEnvironmentOrder=order, schedulingPolicyArn=policy)
    job = {"jobName": "run", "jobQueue": "fair", "jobDefinition": "job"}
    assert code_of(batch.submit_job, **job) == "ClientException"
    shared = batch.submit_job(**job, shareIdentifier="team")["jobId"]
    assert job_of(aws, shared)["shareIdentifier"] == "team"
