"""Batch, made so that it also works on plain moto: role and states are given, and the type is one that it knows."""

from typing import Any

import pytest

from conftest import Aws, eventually


def environment_of(aws: Aws, name: str = "env") -> dict[str, Any]:
    """A compute environment as described; empty if it is not there."""
    found = aws("batch").describe_compute_environments(computeEnvironments=[name])["computeEnvironments"]
    return dict(found[0]) if found else {}


def queue_of(aws: Aws, name: str = "queue") -> dict[str, Any]:
    """A job queue as described; empty if it is not there."""
    found = aws("batch").describe_job_queues(jobQueues=[name])["jobQueues"]
    return dict(found[0]) if found else {}


@pytest.fixture
def fargate(network: dict[str, str]) -> dict[str, Any]:
    """Compute resources."""
    return {"type": "FARGATE", "maxvCpus": 16, "subnets": [network["subnet"]], "securityGroupIds": [network["group"]]}


@pytest.fixture
def environment(aws: Aws, fargate: dict[str, Any], service_role: str) -> dict[str, Any]:
    """A compute environment `env` that is VALID."""
    aws("batch").create_compute_environment(
        computeEnvironmentName="env",
        type="MANAGED",
        state="ENABLED",
        computeResources=fargate,
        serviceRole=service_role,
    )
    return eventually(lambda: environment_of(aws), lambda found: found.get("status") == "VALID")


@pytest.fixture
def queue(aws: Aws, environment: dict[str, Any]) -> dict[str, Any]:
    """A job queue `queue` that is VALID."""
    order = [{"order": 1, "computeEnvironment": environment["computeEnvironmentArn"]}]
    aws("batch").create_job_queue(jobQueueName="queue", state="ENABLED", priority=1, computeEnvironmentOrder=order)
    return eventually(lambda: queue_of(aws), lambda found: found.get("status") == "VALID")


@pytest.fixture
def definition() -> dict[str, Any]:
    """The parameters of a Fargate job definition `job`."""
    return {
        "jobDefinitionName": "job",
        "type": "container",
        "platformCapabilities": ["FARGATE"],
        "containerProperties": {
            "image": "120569615884.dkr.ecr.eu-central-1.amazonaws.com/job:latest",
            "command": ["print('done')"],
            "executionRoleArn": "arn:aws:iam::120569615884:role/execution",
            "resourceRequirements": [{"type": "VCPU", "value": "0.5"}, {"type": "MEMORY", "value": "2048"}],
        },
    }
