"""Jobs, which run as local processes."""

from pathlib import Path
from typing import Any

import pytest

from conftest import ACCOUNT, Aws, eventually, trust
from services.batch.conftest import ended, job_of, output_of, submit, waiting_for

rule = pytest.mark.rule


@rule("batch.submit_job")
def test_a_job_runs_its_command(aws: Aws, job_definition: str) -> None:
    job = ended(aws, submit(aws, "import os; print(os.environ['GREETING'], os.environ['AWS_BATCH_JQ_NAME'])"))
    assert job["status"] == "SUCCEEDED", job
    assert job["container"]["exitCode"] == 0
    assert output_of(aws, job) == ["hello there queue"]


def test_a_job_calls_aws_with_its_role_and_nothing_else(aws: Aws, queue: Any, definition: dict[str, Any]) -> None:
    program = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'].rpartition('/')[0])"
    aws("batch").register_job_definition(**definition)
    assert "NoCredentialsError" in output_of(aws, ended(aws, submit(aws, program)))[-1]
    role = aws("iam").create_role(RoleName="job", AssumeRolePolicyDocument=trust("ecs-tasks.amazonaws.com"))["Role"]
    definition["containerProperties"]["jobRoleArn"] = role["Arn"]
    aws("batch").register_job_definition(**definition)
    job = ended(aws, submit(aws, program))
    assert output_of(aws, job) == [f"arn:aws:sts::{ACCOUNT}:assumed-role/job"]


@rule("batch.describe_jobs")
def test_the_exit_code_decides(aws: Aws, job_definition: str) -> None:
    job = ended(aws, submit(aws, "raise SystemExit(3)", retryStrategy={"attempts": 2}))
    assert job["status"] == "FAILED"
    assert [attempt["container"]["exitCode"] for attempt in job["attempts"]] == [3, 3]


def test_an_image_that_is_not_allowed_does_not_start(
    aws: Aws, queue: dict[str, Any], definition: dict[str, Any]
) -> None:
    definition["containerProperties"]["image"] = "elsewhere:latest"
    aws("batch").register_job_definition(**definition)
    job = ended(aws, submit(aws))
    assert job["status"] == "FAILED"
    assert job["attempts"][0]["container"]["reason"].startswith("CannotPullContainerError")


@rule("batch.terminate_job")
def test_terminate(aws: Aws, job_definition: str) -> None:
    job_id = submit(aws, "import time; print('started', flush=True); time.sleep(600)")
    eventually(lambda: job_of(aws, job_id)["status"], lambda status: status == "RUNNING")
    aws("batch").terminate_job(jobId=job_id, reason="enough")
    job = ended(aws, job_id)
    assert (job["status"], job["statusReason"], job["isTerminated"]) == ("FAILED", "enough", True)


@rule("batch.cancel_job")
def test_cancel_leaves_running_jobs_alone(aws: Aws, job_definition: str, tmp_path: Path) -> None:
    job_id = submit(aws, waiting_for(tmp_path / "go"))
    eventually(lambda: job_of(aws, job_id)["status"], lambda status: status == "RUNNING")
    aws("batch").cancel_job(jobId=job_id, reason="too late")
    (tmp_path / "go").touch()
    assert ended(aws, job_id)["status"] == "SUCCEEDED"


def test_cancel_ends_waiting_jobs(aws: Aws, job_definition: str) -> None:
    aws.delays("batch.job=3600")
    job_id = submit(aws, "print()")
    aws("batch").cancel_job(jobId=job_id, reason="not needed")
    job = ended(aws, job_id)
    assert (job["status"], job["statusReason"], job["isCancelled"]) == ("FAILED", "not needed", True)


def test_a_job_waits_for_those_it_depends_on(aws: Aws, job_definition: str, tmp_path: Path) -> None:
    first = submit(aws, waiting_for(tmp_path / "go", "raise SystemExit(1)"))
    second = submit(aws, "print()", dependsOn=[{"jobId": first}])
    eventually(lambda: job_of(aws, second)["status"], lambda status: status == "PENDING")
    (tmp_path / "go").touch()
    assert ended(aws, second)["statusReason"] == "Dependent Job failed"


def test_jobs_wait_for_vcpus(aws: Aws, job_definition: str) -> None:
    aws("batch").update_compute_environment(computeEnvironment="env", computeResources={"maxvCpus": 1})
    ids = [submit(aws, "import time; time.sleep(600)") for _ in range(3)]  # of half a vCPU each

    def states() -> list[str]:
        return sorted(job_of(aws, job_id)["status"] for job_id in ids)

    eventually(states, lambda found: found == ["RUNNABLE", "RUNNING", "RUNNING"])
    running = next(job_id for job_id in ids if job_of(aws, job_id)["status"] == "RUNNING")
    aws("batch").terminate_job(jobId=running, reason="make room")
    eventually(states, lambda found: found == ["FAILED", "RUNNING", "RUNNING"])
