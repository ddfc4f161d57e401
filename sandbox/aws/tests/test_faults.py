"""Faults on demand."""

import time
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from conftest import Aws, code_of
from sanders_aws.faults import BadFault, Fault, read_fault


def create(aws: Aws, name: str = "fair") -> str:
    return code_of(aws("batch").create_scheduling_policy, name=name)


def policies(aws: Aws) -> int:
    return len(aws("batch").list_scheduling_policies()["schedulingPolicies"])


@pytest.mark.parametrize(
    ("service", "action", "parameters", "code"),
    [
        ("batch", "describe_job_queues", {}, "TooManyRequestsException"),
        ("s3", "list_buckets", {}, "SlowDown"),
        ("ec2", "describe_vpcs", {}, "RequestLimitExceeded"),
        ("iam", "list_roles", {}, "Throttling"),
        ("dynamodb", "list_tables", {}, "ThrottlingException"),
        ("stepfunctions", "list_state_machines", {}, "ThrottlingException"),
    ],
)
def test_throttles_are_the_services_own(aws: Aws, service: str, action: str, parameters: Any, code: str) -> None:
    aws.fault(kind="throttle", service=service)
    assert code_of(getattr(aws(service), action), **parameters) == code


def test_count_and_globs(aws: Aws) -> None:
    fault = aws.fault(kind="error", service="batch", action="Create*", count=2)
    assert policies(aws) == 0, "other actions are left alone"
    assert [create(aws) for _ in range(3)] == ["ServerException", "ServerException", ""]
    faults = aws.sanders("GET", "faults")[1]["faults"]
    assert [(found["id"], found["seen"], found["hits"]) for found in faults] == [(fault["id"], 3, 2)]


def test_positions(aws: Aws) -> None:
    aws.fault(kind="error", service="batch", action="CreateSchedulingPolicy", at=[2, 4], code="Odd", status=418)
    assert [create(aws, f"fair-{i}") for i in range(5)] == ["", "Odd", "", "Odd", ""]


def test_rate(aws: Aws) -> None:
    aws.fault(kind="throttle", service="batch", action="ListSchedulingPolicies", rate=0.5)
    codes = [code_of(aws("batch").list_scheduling_policies) for _ in range(40)]
    assert 5 < codes.count("TooManyRequestsException") < 35


def test_before_and_after_the_effect(aws: Aws) -> None:
    aws.fault(kind="error", service="batch", action="CreateSchedulingPolicy", at=[1])
    assert create(aws) == "ServerException"
    assert policies(aws) == 0
    aws.sanders("DELETE", "faults")
    aws.fault(kind="error", service="batch", action="CreateSchedulingPolicy", at=[1], after=True)
    assert create(aws) == "ServerException"
    assert policies(aws) == 1, "AWS did it, and said that it failed"


@pytest.mark.parametrize("after", [False, True])
def test_dropped_connections(aws: Aws, after: bool) -> None:
    aws.fault(kind="drop", service="batch", action="CreateSchedulingPolicy", after=after)
    with pytest.raises(ConnectionClosedError):
        create(aws)
    assert policies(aws) == int(after)
    call = aws.calls("service=batch&action=CreateSchedulingPolicy")[0]
    assert (call["status"], bool(call["fault"])) == (0, True)


def test_timeouts(aws: Aws) -> None:
    aws.fault(kind="timeout", service="batch", seconds=0.3)
    started = time.monotonic()
    with pytest.raises(ConnectionClosedError):
        create(aws)
    assert time.monotonic() - started >= 0.3


def test_latency(aws: Aws) -> None:
    aws.fault(kind="latency", service="batch", seconds=0.3)
    started = time.monotonic()
    assert create(aws) == ""
    assert time.monotonic() - started >= 0.3


def test_removal(aws: Aws) -> None:
    first = aws.fault(kind="throttle", service="batch")["id"]
    aws.fault(kind="throttle", service="iam")
    assert aws.sanders("DELETE", f"faults/{first}")[0] == 200
    assert create(aws) == ""
    assert aws.sanders("DELETE", f"faults/{first}")[0] == 400
    aws.sanders("DELETE", "faults")
    assert aws.sanders("GET", "faults")[1] == {"faults": []}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        pytest.param({}, "kind", id="nothing"),
        pytest.param({"kind": "flood"}, "kind", id="unknown kind"),
        pytest.param({"kind": "error", "often": 1}, "often", id="unknown field"),
        pytest.param({"kind": "error", "rate": 0}, "rate", id="rate of nothing"),
        pytest.param({"kind": "error", "rate": 1.5}, "rate", id="rate too high"),
        pytest.param({"kind": "error", "count": 0}, "count", id="count"),
        pytest.param({"kind": "error", "count": True}, "count", id="bool is no number"),
        pytest.param({"kind": "error", "at": [0]}, "at", id="position"),
        pytest.param({"kind": "error", "at": ["1"]}, "at", id="position is no number"),
        pytest.param({"kind": "error", "status": 200}, "status", id="status"),
        pytest.param({"kind": "latency", "after": True}, "after", id="latency has no after"),
        pytest.param({"kind": "latency", "seconds": -1}, "seconds", id="seconds"),
        pytest.param({"kind": "throttle", "per_second": 0}, "per_second", id="a second"),
        pytest.param([], "object", id="no object"),
    ],
)
def test_bad_faults(fields: Any, field: str) -> None:
    with pytest.raises(BadFault, match=field):
        read_fault(fields)


def test_a_fault_without_limits_befalls_every_call() -> None:
    fault = Fault(kind="error")
    assert all(fault.strikes(0.99, now=0) for _ in range(5))


def test_a_limit_a_second() -> None:
    fault = Fault(kind="throttle", per_second=2)
    struck = [fault.strikes(0, now) for now in (0, 0, 0, 0.1, 0.5, 0.5, 9, 9, 9)]
    assert struck == [False, False, True, True, False, True, False, False, True]
