"""Lists of jobs."""

from typing import Any

import pytest

from conftest import Aws
from services.batch.conftest import ended, submit

rule = pytest.mark.rule


@rule("batch.list_jobs")
def test_list_shows_running_jobs_and_pages(aws: Aws, job_definition: str) -> None:
    batch = aws("batch")
    ids = [submit(aws, "print()") for _ in range(3)]
    for job_id in ids:
        ended(aws, job_id)
    assert batch.list_jobs(jobQueue="queue")["jobSummaryList"] == []
    first = batch.list_jobs(jobQueue="queue", jobStatus="SUCCEEDED", maxResults=2)
    second = batch.list_jobs(jobQueue="queue", jobStatus="SUCCEEDED", maxResults=2, nextToken=first["nextToken"])
    listed = [job["jobId"] for page in (first, second) for job in page["jobSummaryList"]]
    assert listed == ids[::-1]
    named = batch.list_jobs(jobQueue="queue", filters=[{"name": "JOB_NAME", "values": ["RU*"]}])
    assert len(named["jobSummaryList"]) == 3


def named(aws: Aws, name: str, *values: str, **parameters: Any) -> list[str]:
    """Names of the jobs that a filter lets through."""
    filters = [{"name": name, "values": list(values)}]
    found = aws("batch").list_jobs(jobQueue="queue", filters=filters, **parameters)["jobSummaryList"]
    return [job["jobName"] for job in found]


@pytest.fixture
def jobs(aws: Aws, job_definition: str, definition: dict[str, Any]) -> list[dict[str, Any]]:
    """Three jobs, the last of another definition, as described after their end."""
    aws("batch").register_job_definition(**{**definition, "jobDefinitionName": "jobs-other"})
    made = []
    for name, used in (("first", "job"), ("Second", "job:1"), ("first-again", "jobs-other")):
        job = aws("batch").submit_job(jobName=name, jobQueue="queue", jobDefinition=used)["jobId"]
        made.append(ended(aws, job))
    return made


@rule("batch.list_jobs")
def test_filters(aws: Aws, jobs: list[dict[str, Any]]) -> None:
    assert named(aws, "JOB_NAME", "FIRST") == ["first"]
    assert named(aws, "JOB_NAME", "first*", jobStatus="RUNNING") == ["first-again", "first"], "the status is ignored"
    assert named(aws, "JOB_DEFINITION", "job") == ["Second", "first"]
    assert named(aws, "JOB_DEFINITION", "job*") == ["first-again", "Second", "first"]
    assert named(aws, "JOB_DEFINITION", jobs[0]["jobDefinition"]) == ["Second", "first"]
    assert named(aws, "JOB_DEFINITION", "Job") == [], "case matters"
    between = str(jobs[1]["createdAt"])
    assert named(aws, "AFTER_CREATED_AT", between) == ["first-again"]
    assert named(aws, "BEFORE_CREATED_AT", between) == ["first"]


@rule("batch.list_jobs")
@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param(
            {"jobQueue": "queue", "filters": [{"name": "JOB_NAME", "values": [value]} for value in ("a", "b")]},
            id="two filters",
        ),
        pytest.param({"jobQueue": "queue", "filters": [{"name": "NAME", "values": ["a"]}]}, id="no such filter"),
        pytest.param({"jobQueue": "queue", "filters": [{"name": "AFTER_CREATED_AT", "values": ["now"]}]}, id="no time"),
        pytest.param({"jobQueue": "queue", "filters": [{"name": "JOB_NAME", "values": []}]}, id="no value"),
        pytest.param({"jobQueue": "queue", "arrayJobId": "job"}, id="a queue and an array"),
        pytest.param({}, id="neither"),
    ],
)
def test_refused(aws: Aws, queue: dict[str, Any], jobs: list[dict[str, Any]], parameters: dict[str, Any]) -> None:
    with pytest.raises(aws("batch").exceptions.ClientException):
        aws("batch").list_jobs(**parameters)
