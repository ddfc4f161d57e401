"""Batch's resources, made so that plain moto accepts them too: roles and states are given, and the type is known."""

from pathlib import Path
from typing import Any

import pytest

from conftest import ACCOUNT, Aws, eventually, trust


def environment_of(aws: Aws, name: str = "env") -> dict[str, Any]:
    """A compute environment as described; empty if it is not there."""
    found = aws("batch").describe_compute_environments(computeEnvironments=[name])["computeEnvironments"]
    return dict(found[0]) if found else {}


def queue_of(aws: Aws, name: str = "queue") -> dict[str, Any]:
    """A job queue as described; empty if it is not there."""
    found = aws("batch").describe_job_queues(jobQueues=[name])["jobQueues"]
    return dict(found[0]) if found else {}


@pytest.fixture
def fargate(aws: Aws, network: dict[str, str]) -> dict[str, Any]:
    """Compute resources in a subnet that an internet gateway is attached to."""
    ec2 = aws("ec2")
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=network["vpc"])
    mine = [{"Name": "vpc-id", "Values": [network["vpc"]]}]
    table = ec2.describe_route_tables(Filters=mine)["RouteTables"][0]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
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
def definition(aws: Aws) -> dict[str, Any]:
    """The parameters of a Fargate job definition `job`, whose role exists."""
    aws("iam").create_role(RoleName="execution", AssumeRolePolicyDocument=trust("ecs-tasks.amazonaws.com"))
    return {
        "jobDefinitionName": "job",
        "type": "container",
        "platformCapabilities": ["FARGATE"],
        "containerProperties": {
            "image": "120569615884.dkr.ecr.eu-central-1.amazonaws.com/job:latest",
            "command": ["print('done')"],
            "executionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/execution",
            "networkConfiguration": {"assignPublicIp": "ENABLED"},
            "resourceRequirements": [{"type": "VCPU", "value": "0.5"}, {"type": "MEMORY", "value": "2048"}],
        },
    }


@pytest.fixture
def job_definition(aws: Aws, queue: dict[str, Any], definition: dict[str, Any]) -> str:
    return str(aws("batch").register_job_definition(**definition)["jobDefinitionArn"])


def submit(aws: Aws, *command: str, **parameters: Any) -> str:
    overrides = {"containerOverrides": {"command": list(command)}} if command else {}
    job = aws("batch").submit_job(jobName="run", jobQueue="queue", jobDefinition="job", **overrides, **parameters)
    return str(job["jobId"])


def waiting_for(file: Path, then: str = "") -> str:
    """A program that waits until there is a file."""
    return f"import os, time\nwhile not os.path.exists({str(file)!r}): time.sleep(0.02)\n{then}"


def job_of(aws: Aws, job_id: str) -> dict[str, Any]:
    return dict(aws("batch").describe_jobs(jobs=[job_id])["jobs"][0])


def ended(aws: Aws, job_id: str) -> dict[str, Any]:
    return eventually(lambda: job_of(aws, job_id), lambda job: job["status"] in ("SUCCEEDED", "FAILED"))


def output_of(aws: Aws, job: dict[str, Any]) -> list[str]:
    events = aws("logs").get_log_events(
        logGroupName="/aws/batch/job", logStreamName=job["container"]["logStreamName"], startFromHead=True
    )["events"]
    return [event["message"] for event in events]
