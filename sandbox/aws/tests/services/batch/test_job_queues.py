"""Job queues."""

from typing import Any

import pytest

from conftest import Aws, code_of, eventually
from services.batch.conftest import queue_of

rule = pytest.mark.rule


@rule("batch.create_job_queue")
def test_defaults(aws: Aws, environment: dict[str, Any]) -> None:
    aws.delays("batch.create=3600")
    order = [{"order": 1, "computeEnvironment": "env"}]
    aws("batch").create_job_queue(jobQueueName="queue", priority=1, computeEnvironmentOrder=order)
    assert queue_of(aws)["status"] == "CREATING"
    aws.delays("none")
    found = eventually(lambda: queue_of(aws), lambda found: found["status"] == "VALID")
    assert found["state"] == "ENABLED"
    assert found["computeEnvironmentOrder"] == [
        {"order": 1, "computeEnvironment": environment["computeEnvironmentArn"]}
    ], "names become ARNs"


@rule("batch.create_job_queue")
def test_environments_must_be_valid(aws: Aws, fargate: dict[str, Any]) -> None:
    batch = aws("batch")
    batch.create_compute_environment(
        computeEnvironmentName="env", type="MANAGED", state="ENABLED", computeResources=fargate,
        serviceRole="arn:aws:iam::120569615884:role/batch-service",
    )  # fmt: skip
    order = [{"order": 1, "computeEnvironment": "env"}]
    parameters = {"jobQueueName": "queue", "state": "ENABLED", "priority": 1, "computeEnvironmentOrder": order}
    assert code_of(batch.create_job_queue, **parameters) == "ClientException"


def test_an_environment_that_the_queue_has_already_need_not_be_valid(aws: Aws, queue: dict[str, Any]) -> None:
    aws.delays("batch.update=3600")
    aws("batch").update_compute_environment(computeEnvironment="env", computeResources={"maxvCpus": 8})
    order = queue["computeEnvironmentOrder"]
    aws("batch").update_job_queue(jobQueue="queue", computeEnvironmentOrder=order)
    parameters = {"jobQueueName": "other", "priority": 1, "computeEnvironmentOrder": order}
    assert code_of(aws("batch").create_job_queue, **parameters) == "ClientException"


@rule("batch.create_job_queue")
@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"priority": -1}, id="negative priority"),
        pytest.param({"jobQueueName": "not a name"}, id="bad name"),
        pytest.param({"schedulingPolicyArn": "arn:aws:batch:eu-central-1:1:scheduling-policy/x"}, id="unknown policy"),
    ],
)
def test_refused(aws: Aws, environment: dict[str, Any], change: dict[str, Any]) -> None:
    order = [{"order": 1, "computeEnvironment": environment["computeEnvironmentArn"]}]
    parameters = {"jobQueueName": "queue", "state": "ENABLED", "priority": 1, "computeEnvironmentOrder": order}
    assert code_of(aws("batch").create_job_queue, **{**parameters, **change}) == "ClientException"


def test_a_queue_needs_an_environment(aws: Aws) -> None:
    parameters = {"jobQueueName": "queue", "priority": 1, "computeEnvironmentOrder": []}
    assert code_of(aws("batch").create_job_queue, **parameters) == "ClientException"


def test_a_name_is_used_once(aws: Aws, queue: dict[str, Any]) -> None:
    with pytest.raises(aws("batch").exceptions.ClientException, match="Object already exists"):
        aws("batch").create_job_queue(
            jobQueueName="queue", priority=1, computeEnvironmentOrder=queue["computeEnvironmentOrder"]
        )


@rule("batch.describe_job_queues")
def test_description(aws: Aws, queue: dict[str, Any]) -> None:
    assert queue["jobQueueType"] == "ECS_FARGATE"
    assert queue["statusReason"] == "JobQueue Healthy"


@rule("batch.update_job_queue")
def test_update(aws: Aws, queue: dict[str, Any]) -> None:
    aws.delays("batch.update=3600")
    aws("batch").update_job_queue(jobQueue="queue", priority=5)
    assert queue_of(aws)["status"] == "UPDATING"
    assert code_of(aws("batch").update_job_queue, jobQueue="queue", priority=6) == "ClientException"
    aws.delays("none")
    found = eventually(lambda: queue_of(aws), lambda found: found["status"] == "VALID")
    assert found["priority"] == 5


@rule("batch.update_job_queue")
def test_a_policy_cannot_be_added(aws: Aws, queue: dict[str, Any]) -> None:
    policy = aws("batch").create_scheduling_policy(name="fair")["arn"]
    assert code_of(aws("batch").update_job_queue, jobQueue="queue", schedulingPolicyArn=policy) == "ClientException"


def test_a_policy_can_be_replaced_but_not_removed(aws: Aws, environment: dict[str, Any]) -> None:
    batch = aws("batch")
    first, second = (batch.create_scheduling_policy(name=name)["arn"] for name in ("first", "second"))
    order = [{"order": 1, "computeEnvironment": "env"}]
    batch.create_job_queue(jobQueueName="queue", priority=1, computeEnvironmentOrder=order, schedulingPolicyArn=first)
    batch.update_job_queue(jobQueue="queue", schedulingPolicyArn=second)
    assert queue_of(aws)["schedulingPolicyArn"] == second
    assert code_of(batch.update_job_queue, jobQueue="queue", schedulingPolicyArn="") == "ClientException"


@rule("batch.delete_job_queue")
def test_delete(aws: Aws, queue: dict[str, Any]) -> None:
    batch = aws("batch")
    with pytest.raises(batch.exceptions.ClientException, match="must be DISABLED"):
        batch.delete_job_queue(jobQueue="queue")
    batch.update_job_queue(jobQueue="queue", state="DISABLED")
    eventually(lambda: queue_of(aws)["status"], lambda status: status == "VALID")
    aws.delays("batch.delete=3600")
    batch.delete_job_queue(jobQueue="queue")
    assert queue_of(aws)["status"] == "DELETING"
    aws.delays("none")
    eventually(lambda: queue_of(aws), lambda found: found == {})


@pytest.mark.parametrize("action", ["update_job_queue", "delete_job_queue"])
def test_unknown(aws: Aws, action: str) -> None:
    with pytest.raises(aws("batch").exceptions.ClientException, match="Object unknown does not exist"):
        getattr(aws("batch"), action)(jobQueue="unknown")
