"""The log of calls."""

from typing import Any

from sanders_aws.calls import CallLog, Filters


def log_with(*actions: str, capacity: int = 10) -> CallLog:
    log = CallLog(capacity)
    for action in actions:
        log.add(
            time=0.0, seconds=0.0, service="s3", action=action, account="1", region="eu-central-1", status=200,
            error="", fault="", user_agent="",
        )  # fmt: skip
    return log


def numbers(log: CallLog, **filters: Any) -> list[int]:
    return [call["number"] for call in log.select(Filters(**filters))]


def test_the_latest_are_kept_and_all_are_counted() -> None:
    log = log_with("GetObject", "PutObject", "GetObject", capacity=2)
    assert (log.total, numbers(log)) == (3, [2, 3])


def test_clearing_counts_from_one_again() -> None:
    log = log_with("GetObject")
    log.clear()
    assert (log.total, numbers(log)) == (0, [])


def test_writes_are_what_may_have_changed_something() -> None:
    log = log_with("GetObject", "ListBuckets", "DescribeVpcs", "HeadBucket", "PutObject", "DeleteBucket", "")
    assert log.writes == 3
