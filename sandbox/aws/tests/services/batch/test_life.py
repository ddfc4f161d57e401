"""The life of jobs; test_jobs.py tests what callers see of it."""

from conftest import ACCOUNT, REGION, eventually
from sanders_aws.services.batch import life
from sanders_aws.services.batch.model import BatchBackend, Job
from sanders_aws.services.batch.retries import retry_strategy


def test_a_job_never_hangs_for_a_fault_of_the_emulator() -> None:
    backend = BatchBackend(REGION, ACCOUNT)
    job = Job(
        id="job", arn="arn", name="run", queue="queue", definition="definition", container={}, retry=retry_strategy({}),
        timeout=None, dependencies=[], waits_for=["not there"], parameters={},
    )  # fmt: skip
    life.start(backend, job)
    eventually(lambda: job.status, lambda status: status.final)
    assert (job.status, job.status_reason) == ("FAILED", "sanders-aws: KeyError: 'not there'")
