"""Whether a job that failed is tried again."""

from typing import Any

import pytest

from conftest import Aws, code_of
from sanders_aws.services.batch.retries import is_tried_again
from services.batch.conftest import ended, submit

rule = pytest.mark.rule
RETRY, EXIT = {"action": "retry"}, {"action": "exit"}
ECS = "CannotPullContainerError: job: not found"

CASES: dict[str, tuple[list[dict[str, str]], bool]] = {
    "no conditions": ([], True),
    "none is met": ([{"onExitCode": "4", **EXIT}], True),
    "the exit code": ([{"onExitCode": "3", **EXIT}], False),
    "the first that is met decides": ([{"onExitCode": "3", **RETRY}, {"onReason": "*", **EXIT}], True),
    "a star stands for what follows": ([{"onReason": "CannotPull*", **EXIT}], False),
    "without a star all must be the same": ([{"onReason": "CannotPull", **EXIT}], True),
    "a star alone is everything": ([{"onStatusReason": "*", **EXIT}], False),
    "all must be met": ([{"onExitCode": "3", "onReason": "Host*", **EXIT}], True),
    "the status reason": ([{"onStatusReason": "Essential container*", **EXIT}], False),
}


@pytest.mark.parametrize("case", CASES)
def test_conditions(case: str) -> None:
    conditions, again = CASES[case]
    assert is_tried_again(conditions, "Essential container in task exited", ECS, 3) is again


def test_a_container_that_did_not_start_has_no_exit_code() -> None:
    assert is_tried_again([{"onExitCode": "0", **EXIT}], "Task failed to start", ECS, None) is True


@rule("batch.submit_job")
def test_a_job_is_tried_as_its_strategy_says(aws: Aws, job_definition: str) -> None:
    conditions = [{"onExitCode": "3", "action": "RETRY"}, {"onExitCode": "*", "action": "EXIT"}]
    strategy = {"attempts": 3, "evaluateOnExit": conditions}
    job = ended(aws, submit(aws, "raise SystemExit(3)", retryStrategy=strategy))
    assert [attempt["container"]["exitCode"] for attempt in job["attempts"]] == [3, 3, 3]
    assert job["retryStrategy"]["evaluateOnExit"][0] == {"onExitCode": "3", "action": "retry"}
    job = ended(aws, submit(aws, "raise SystemExit(4)", retryStrategy=strategy))
    assert [attempt["container"]["exitCode"] for attempt in job["attempts"]] == [4]


@rule("batch.register_job_definition")
@pytest.mark.parametrize(
    "strategy",
    [
        pytest.param({"attempts": 11}, id="too many attempts"),
        pytest.param({"evaluateOnExit": [{"onReason": "*", "action": "EXIT"}]}, id="no attempts"),
        pytest.param({"attempts": 2, "evaluateOnExit": [{"onExitCode": "x", "action": "EXIT"}]}, id="no exit code"),
        pytest.param({"attempts": 2, "evaluateOnExit": [{"onReason": "a*b", "action": "EXIT"}]}, id="star inside"),
        pytest.param({"attempts": 2, "evaluateOnExit": [{"onReason": "*", "action": "EXIT"}] * 6}, id="six conditions"),
    ],
)
def test_refused(aws: Aws, queue: dict[str, Any], definition: dict[str, Any], strategy: dict[str, Any]) -> None:
    register = aws("batch").register_job_definition
    assert code_of(register, **definition, retryStrategy=strategy) == "ClientException"
    register(**definition)
    parameters = {"jobName": "run", "jobQueue": "queue", "jobDefinition": "job", "retryStrategy": strategy}
    assert code_of(aws("batch").submit_job, **parameters) == "ClientException"
