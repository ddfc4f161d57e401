"""Array jobs."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from conftest import Aws, code_of, eventually
from services.batch.conftest import ended, job_of, output_of, submit, waiting_for

rule = pytest.mark.rule
INDEX = "os.environ['AWS_BATCH_JOB_ARRAY_INDEX']"


@pytest.fixture
def narrow(aws: Aws, job_definition: str) -> None:
    """There are vCPUs for two jobs at a time."""
    aws("batch").update_compute_environment(computeEnvironment="env", computeResources={"maxvCpus": 1})


def children(aws: Aws, job_id: str, size: int) -> list[dict[str, Any]]:
    return list(aws("batch").describe_jobs(jobs=[f"{job_id}:{index}" for index in range(size)])["jobs"])


def states(aws: Aws, job_id: str, size: int) -> list[str]:
    return [child["status"] for child in children(aws, job_id, size)]


@rule("batch.submit_job")
def test_each_child_has_its_index(aws: Aws, job_definition: str) -> None:
    program = f"import os; print({INDEX}, os.environ['AWS_BATCH_JOB_ARRAY_SIZE'], os.environ['AWS_BATCH_JOB_ID'])"
    job_id = submit(aws, program, arrayProperties={"size": 3})
    parent = ended(aws, job_id)
    assert parent["status"] == "SUCCEEDED"
    assert parent["arrayProperties"]["size"] == 3
    assert parent["arrayProperties"]["statusSummary"]["SUCCEEDED"] == 3
    found = children(aws, job_id, 3)
    assert [child["arrayProperties"]["index"] for child in found] == [0, 1, 2]
    assert [output_of(aws, child) for child in found] == [[f"{index} 3 {job_id}:{index}"] for index in range(3)]


@rule("batch.submit_job")
def test_one_that_fails_fails_the_array(aws: Aws, job_definition: str) -> None:
    job_id = submit(aws, f"import os; raise SystemExit(int({INDEX}) % 2)", arrayProperties={"size": 3})
    parent = ended(aws, job_id)
    assert (parent["status"], parent["statusReason"]) == ("FAILED", "Array Child Job failed")
    assert states(aws, job_id, 3) == ["SUCCEEDED", "FAILED", "SUCCEEDED"]


@rule("batch.submit_job")
def test_the_parent_is_pending_while_children_run(aws: Aws, narrow: None, tmp_path: Path) -> None:
    job_id = submit(aws, waiting_for(tmp_path / "go"), arrayProperties={"size": 3})
    eventually(lambda: Counter(states(aws, job_id, 3)), lambda found: found == {"RUNNING": 2, "RUNNABLE": 1})
    assert job_of(aws, job_id)["status"] == "PENDING"
    (tmp_path / "go").touch()
    assert ended(aws, job_id)["status"] == "SUCCEEDED"


@rule("batch.submit_job")
def test_one_after_the_other(aws: Aws, job_definition: str) -> None:
    program = f"import os; raise SystemExit({INDEX} == '1')"
    job_id = submit(aws, program, arrayProperties={"size": 4}, dependsOn=[{"type": "SEQUENTIAL"}])
    assert ended(aws, job_id)["status"] == "FAILED"
    assert states(aws, job_id, 4) == ["SUCCEEDED", "FAILED", "FAILED", "FAILED"]
    assert children(aws, job_id, 4)[2]["statusReason"] == "Dependent Job failed"


@rule("batch.submit_job")
def test_each_waits_for_its_like(aws: Aws, job_definition: str, tmp_path: Path) -> None:
    program = f"import os, time\nwhile not os.path.exists({str(tmp_path)!r} + '/' + {INDEX}): time.sleep(0.02)"
    first = submit(aws, program, arrayProperties={"size": 2})
    depends = [{"jobId": first, "type": "N_TO_N"}]
    second = submit(aws, "print()", arrayProperties={"size": 2}, dependsOn=depends)
    (tmp_path / "1").touch()
    eventually(lambda: states(aws, second, 2), lambda found: found == ["PENDING", "SUCCEEDED"])
    (tmp_path / "0").touch()
    assert ended(aws, second)["status"] == "SUCCEEDED"


@rule("batch.terminate_job")
def test_terminating_an_array_ends_its_children(aws: Aws, narrow: None, tmp_path: Path) -> None:
    job_id = submit(aws, waiting_for(tmp_path / "never"), arrayProperties={"size": 3})
    eventually(lambda: Counter(states(aws, job_id, 3)), lambda found: found == {"RUNNING": 2, "RUNNABLE": 1})
    aws("batch").terminate_job(jobId=job_id, reason="enough")
    parent = ended(aws, job_id)
    assert (parent["status"], parent["statusReason"], parent["isTerminated"]) == ("FAILED", "enough", True)
    assert {child["statusReason"] for child in children(aws, job_id, 3)} == {"enough"}


@rule("batch.cancel_job")
def test_cancelling_an_array_leaves_running_children_alone(aws: Aws, narrow: None, tmp_path: Path) -> None:
    job_id = submit(aws, waiting_for(tmp_path / "go"), arrayProperties={"size": 3})
    eventually(lambda: Counter(states(aws, job_id, 3)), lambda found: found == {"RUNNING": 2, "RUNNABLE": 1})
    aws("batch").cancel_job(jobId=job_id, reason="not needed")
    (tmp_path / "go").touch()
    assert ended(aws, job_id)["statusReason"] == "not needed"
    assert Counter(states(aws, job_id, 3)) == {"SUCCEEDED": 2, "FAILED": 1}


@rule("batch.list_jobs")
def test_children_are_listed_by_their_parent(aws: Aws, job_definition: str) -> None:
    batch, job_id = aws("batch"), submit(aws, "print()", arrayProperties={"size": 2})
    ended(aws, job_id)
    listed = batch.list_jobs(jobQueue="queue", jobStatus="SUCCEEDED")["jobSummaryList"]
    assert [(job["jobId"], job["arrayProperties"]["size"]) for job in listed] == [(job_id, 2)]
    listed = batch.list_jobs(arrayJobId=job_id, jobStatus="SUCCEEDED")["jobSummaryList"]
    assert sorted(job["arrayProperties"]["index"] for job in listed) == [0, 1]
    assert code_of(batch.list_jobs, arrayJobId="unknown") == "ClientException"


@rule("batch.submit_job")
@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param({"arrayProperties": {"size": 1}}, id="too small"),
        pytest.param({"arrayProperties": {"size": 10_001}}, id="too large"),
        pytest.param({"dependsOn": [{"type": "SEQUENTIAL"}]}, id="sequence of one"),
        pytest.param({"arrayProperties": {"size": 3}, "dependsOn": [{"type": "N_TO_N"}]}, id="on nothing"),
    ],
)
def test_refused(aws: Aws, job_definition: str, parameters: dict[str, Any]) -> None:
    given = {"jobName": "run", "jobQueue": "queue", "jobDefinition": "job", **parameters}
    assert code_of(aws("batch").submit_job, **given) == "ClientException"


@rule("batch.submit_job")
def test_arrays_that_depend_on_each_other_have_one_size(aws: Aws, job_definition: str) -> None:
    first = submit(aws, "print()", arrayProperties={"size": 2})
    given = {"jobName": "run", "jobQueue": "queue", "jobDefinition": "job", "arrayProperties": {"size": 3}}
    depends = [{"jobId": first, "type": "N_TO_N"}]
    assert code_of(aws("batch").submit_job, **given, dependsOn=depends) == "ClientException"
