"""A job's container."""

import pytest

from conftest import Aws
from services.batch.conftest import ended, output_of, submit

rule = pytest.mark.rule


def test_a_job_sees_nothing_of_the_emulators_environment(aws: Aws, job_definition: str) -> None:
    job = ended(aws, submit(aws, "import os; print('PYTEST_CURRENT_TEST' in os.environ, 'PYTHONPATH' in os.environ)"))
    assert output_of(aws, job) == ["False False"]


def test_what_batch_sets_cannot_be_overridden(aws: Aws, job_definition: str) -> None:
    names = ("AWS_BATCH_JOB_ID", "AWS_BATCH_OTHER", "GREETING")
    overrides = {
        "command": [f"import os; print(*(os.environ[name] for name in {names}))"],
        "environment": [{"name": name, "value": "mine"} for name in names],
    }
    job_id = aws("batch").submit_job(
        jobName="run", jobQueue="queue", jobDefinition="job", containerOverrides=overrides
    )["jobId"]
    assert output_of(aws, ended(aws, job_id)) == [f"{job_id} mine mine"]
