"""The image's programs as jobs of AWS Batch and as steps of the state machine, as dist/dev defines them."""

import json
import time
import uuid
from pathlib import Path
from typing import Any

import pytest
from platform_in_aws import Platform

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def data(platform: Platform) -> Platform:
    """The platform with the sample data in the bucket."""
    for file in DATA.iterdir():
        platform.upload(f"data/{file.name}", file.read_bytes())
    return platform


def run_job(platform: Platform, *command: str) -> dict[str, Any]:
    """Submits a job with the 8g definition; the job as described when it has ended."""
    batch = platform.session.client("batch")
    overrides = {"containerOverrides": {"command": list(command)}} if command else {}
    job = batch.submit_job(
        jobName="my-feature-extraction-job", jobQueue=platform.queue, jobDefinition="sanders-job-8g-dev", **overrides
    )
    deadline = time.monotonic() + 120
    while True:
        (described,) = batch.describe_jobs(jobs=[job["jobId"]])["jobs"]
        if described["status"] in ("SUCCEEDED", "FAILED"):
            return dict(described)
        assert time.monotonic() < deadline, f"the job is still {described['status']} after two minutes"
        time.sleep(0.1)


def log_of(platform: Platform, job: dict[str, Any]) -> str:
    events = platform.session.client("logs").get_log_events(
        logGroupName="/aws/batch/job", logStreamName=job["container"]["logStreamName"], startFromHead=True
    )["events"]
    return "\n".join(event["message"] for event in events)


def run_state_machine(platform: Platform, **given: Any) -> dict[str, Any]:
    """The execution with this input, as described when it has ended."""
    steps = platform.session.client("stepfunctions")
    arn = steps.start_execution(
        stateMachineArn=platform.state_machine,
        name=f"test-{uuid.uuid4()}",
        input=json.dumps(given),
    )["executionArn"]
    deadline = time.monotonic() + 120
    while True:
        execution = steps.describe_execution(executionArn=arn)
        if execution["status"] != "RUNNING":
            return dict(execution)
        assert time.monotonic() < deadline, "the execution is still RUNNING after two minutes"
        time.sleep(0.1)


def test_a_job_without_a_command_runs_all_jobs(data: Platform) -> None:
    job = run_job(data)
    assert job["status"] == "SUCCEEDED", log_of(data, job)
    assert len(data.rows()) == 6
    assert data.object("reports/daily_summary.csv").startswith("day,")
    assert json.loads(data.object("models/next_day_amount.json"))["pairs"] == 2


def test_a_jobs_command_takes_the_place_of_the_images(data: Platform) -> None:
    job = run_job(data, "jobs/daily_features.py", "--date", "2026-02-07")
    assert job["status"] == "SUCCEEDED", log_of(data, job)
    assert [row["date"] for row in data.rows()] == ["2026-02-07"] * 2


def test_a_job_that_fails_says_why_in_its_log(platform: Platform) -> None:
    job = run_job(platform, "jobs/daily_features.py")
    assert (job["status"], job["container"]["exitCode"]) == ("FAILED", 1)
    assert f"s3://{platform.bucket}/data/: no .csv file there" in log_of(platform, job)


def test_the_state_machine_succeeds(data: Platform) -> None:
    execution = run_state_machine(data, command=["jobs/daily_features.py"])
    assert execution["status"] == "SUCCEEDED", execution
    assert len(data.rows()) == 6
    output = json.loads(execution["output"])
    names = [
        output["parallelResults"][0]["featureJob"]["JobName"],
        output["parallelResults"][1]["processingJob"]["JobName"],
        output["trainingJob"]["JobName"],
    ]
    assert names == ["feature-extraction", "data-processing", "model-training"]


def test_the_state_machine_fails_with_a_job_that_fails(platform: Platform) -> None:
    execution = run_state_machine(platform, command=["jobs/daily_features.py"])
    assert (execution["status"], execution["error"], execution["cause"]) == (
        "FAILED",
        "JobFailed",
        "Job execution failed",
    )
    assert platform.rows() == []


@pytest.mark.parametrize(
    ("given", "says"),
    [
        pytest.param({}, "The JSONPath '$.command' specified for the field 'Command.$' could not be found", id="none"),
        pytest.param({"command": "main.py"}, "The value for the field 'Command' must be an ARRAY", id="a text"),
        pytest.param({"command": ["main.py", 5]}, "The value for the field 'Command' must be a STRING", id="a number"),
    ],
)
def test_a_bad_command_fails_and_runs_nothing(platform: Platform, given: dict[str, Any], says: str) -> None:
    """No Catch of the state machine hides it: only States.Runtime says what is wrong with the input."""
    execution = run_state_machine(platform, **given)
    assert (execution["status"], execution["error"]) == ("FAILED", "States.Runtime")
    assert says in execution["cause"]
