"""Whether a job that failed is tried again.

Source: https://docs.aws.amazon.com/batch/latest/APIReference/API_EvaluateOnExit.html
"""

from typing import Any


def retry_strategy(given: dict[str, Any]) -> dict[str, Any]:
    """A job's retry strategy as Batch describes it: with defaults, and actions in lower case."""
    conditions = [{**condition, "action": condition["action"].lower()} for condition in given.get("evaluateOnExit", [])]
    return {"attempts": given.get("attempts", 1), "evaluateOnExit": conditions}


def is_tried_again(conditions: list[dict[str, str]], status_reason: str, reason: str, exit_code: int | None) -> bool:
    """Whether a failed job is tried again: the first condition that is met decides; if none is, it is.

    A condition is met when all its patterns match. `reason` is the container's, empty if it gave none; `exit_code` is
    None for a container that did not start.
    """
    found = {
        "onStatusReason": status_reason,
        "onReason": reason,
        "onExitCode": "" if exit_code is None else str(exit_code),
    }
    for condition in conditions:
        if all(_matches(condition[key], value) for key, value in found.items() if key in condition):
            return condition["action"] == "retry"
    return True


def _matches(pattern: str, value: str) -> bool:
    return value.startswith(pattern[:-1]) if pattern.endswith("*") else value == pattern
