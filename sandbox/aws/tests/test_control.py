"""The emulator's own interface, /sanders/."""

import pytest

from conftest import Aws
from sanders_aws.delays import NAMES, PROFILES, BadDelays, delay, set_delays


def test_health(aws: Aws) -> None:
    assert aws.sanders("GET", "health") == (200, {"status": "ok", "calls": 0})


def test_calls(aws: Aws) -> None:
    aws("batch").list_scheduling_policies()
    aws("iam").list_roles()
    aws.fault(kind="throttle", service="batch", count=1)
    with pytest.raises(aws("batch").exceptions.ClientError):
        aws("batch").describe_job_queues()

    all_calls = aws.calls()
    assert [(call["number"], call["service"], call["action"], call["status"], call["error"]) for call in all_calls] == [
        (1, "batch", "ListSchedulingPolicies", 200, ""),
        (2, "iam", "ListRoles", 200, ""),
        (3, "batch", "DescribeJobQueues", 429, "TooManyRequestsException"),
    ]
    assert all_calls[0]["region"] == "eu-central-1"
    assert "Boto3" in all_calls[0]["user_agent"]
    for query, numbers in {
        "service=batch": [1, 3],
        "action=List*": [1, 2],
        "error=none": [1, 2],
        "error=TooMany*": [3],
        "error=*": [3],
        "since=2": [3],
        "user_agent=*Boto3*": [1, 2, 3],
        "service=s3": [],
    }.items():
        assert [call["number"] for call in aws.calls(query)] == numbers, query


def test_counts(aws: Aws) -> None:
    for _ in range(2):
        aws("batch").list_scheduling_policies()
    _, answer = aws.sanders("GET", "calls?count=true&service=batch")
    assert answer == {
        "total": 2,
        "count": 2,
        "counts": [{"service": "batch", "action": "ListSchedulingPolicies", "status": 200, "error": "", "count": 2}],
    }
    aws.sanders("DELETE", "calls")
    assert aws.sanders("GET", "calls")[1] == {"total": 0, "calls": []}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "says"),
    [
        ("GET", "calls?kind=x", None, 400, "kind: unknown filter"),
        ("GET", "calls?since=x", None, 400, "since: must be a whole number"),
        ("GET", "nonsense", None, 404, "no such thing"),
        ("POST", "faults", "not json", 400, "not JSON"),
        ("POST", "delays", "fast", 400, "must be a profile"),
        ("POST", "state/save", "", 400, "--state"),
    ],
)
def test_bad_requests(aws: Aws, method: str, path: str, body: str | None, status: int, says: str) -> None:
    got, answer = aws.sanders(method, path, body)
    assert got == status
    assert says in answer["error"]


@pytest.mark.parametrize("text", ["", "fast", "batch.create", "batch.create=soon", "batch.create=-1", "nothing=1"])
def test_bad_delays_change_nothing(text: str) -> None:
    before = set_delays("short")
    with pytest.raises(BadDelays):
        set_delays(f"none,{text}")
    assert {name: delay(name) for name in NAMES} == before


def test_delays() -> None:
    set_delays("aws,batch.create=2")
    assert (delay("batch.create"), delay("batch.update")) == (2, PROFILES["aws"]["batch.update"])
    set_delays("none")
    assert all(delay(name) == 0 for name in NAMES)
    assert PROFILES["short"].keys() == PROFILES["aws"].keys()
