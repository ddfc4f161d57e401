"""Faults on demand."""

import time
from dataclasses import fields
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError

from conftest import ROOT, Aws, code_of
from sanders_aws.faults import FIELDS, KINDS, BadFault, Fault, read_fault


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
    assert [(found["id"], found["matched"], found["injected"]) for found in faults] == [(fault["id"], 3, 2)]


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
    ("asked", "says"),
    [
        pytest.param([], "must be a JSON object, got list", id="no object"),
        pytest.param({}, "kind: must be one of throttle, error, timeout, drop, latency, got nothing", id="nothing"),
        pytest.param({"kind": "flood"}, "kind: must be one of throttle, .*, got 'flood'", id="unknown kind"),
        pytest.param({"kind": ["error"]}, r"kind: .*, got \['error'\]", id="kind is no text"),
        pytest.param(
            {"kind": "drop", "often": 1}, "often: unknown field; drop has kind, service, .*", id="unknown field"
        ),
        pytest.param({"kind": "error", "id": "mine"}, "id: unknown field", id="the emulator's own field"),
        pytest.param({"kind": "error", "status": 418}, "status: goes with code", id="status without code"),
        pytest.param({"kind": "error", "service": "dynamo"}, "service: .* matches none", id="no such service"),
        pytest.param(
            {"kind": "error", "service": "s3", "action": "MakeBucket"},
            "action: .* matches none of s3",
            id="no such action",
        ),
    ],
)
def test_what_a_fault_refuses(asked: Any, says: str) -> None:
    with pytest.raises(BadFault, match=says):
        read_fault(asked)


# For each field: a value that is taken, and values that are not.
VALUES: dict[str, tuple[Any, list[Any]]] = {
    "service": ("batch", [1, ""]),
    "action": ("Describe*", [None, ""]),
    "account": ("1*", [120569615884]),
    "rate": (0.5, [0, 1.5, "0.5", True, float("nan")]),
    "count": (1, [0, 1.5, True]),
    "at": ([1, 3], [[], [0], ["1"], [True], 1]),
    "per_second": (50, [0, float("inf")]),
    "after": (True, [1, "true"]),
    "seconds": (0, [-1, 86401, float("nan"), float("inf"), "1", False]),
    "code": ("Odd", ["", 500]),
    "message": ("odd", ["", 500]),
    "status": (503, [200, 600, "500", 404.5]),
}


def with_value(kind: str, field: str, value: Any) -> dict[str, Any]:
    """What asks for a fault with one field of interest, and what that field needs beside it."""
    return {"kind": kind, field: value} | ({"code": "Odd"} if field == "status" else {})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("field", VALUES)
def test_a_field_is_taken_by_the_kinds_that_act_on_it_and_refused_by_the_others(kind: str, field: str) -> None:
    asked = with_value(kind, field, VALUES[field][0])
    if kind in FIELDS[field].kinds:
        assert getattr(read_fault(asked), field) == VALUES[field][0]
        return
    with pytest.raises(BadFault, match=f"{field}: belongs to .*; {kind} has kind, service, "):
        read_fault({"kind": kind, field: VALUES[field][0]})


@pytest.mark.parametrize(("field", "value"), [(field, value) for field in VALUES for value in VALUES[field][1]])
def test_bad_values(field: str, value: Any) -> None:
    kind = FIELDS[field].kinds[0]
    with pytest.raises(BadFault, match=f"^{field}: must be .*, got "):
        read_fault(with_value(kind, field, value))


def test_the_table_has_every_field_that_can_be_asked_for() -> None:
    own = {"id", "matched", "injected", "tokens", "filled_at"}
    assert set(FIELDS) == {field.name for field in fields(Fault)} - own
    assert set(VALUES) == set(FIELDS) - {"kind"}
    page = (ROOT.parent.parent / "docs" / "aws-emulator.md").read_text()
    section = page.partition("## Faults")[2].partition("\n## ")[0]
    assert {name for name in [*FIELDS, *KINDS] if f"`{name}`" not in section} == set(), "docs/aws-emulator.md"


def test_a_fault_without_limits_is_injected_into_every_call() -> None:
    fault = Fault(kind="error")
    assert all(fault.is_due(0.99, now=0) for _ in range(5))


def test_a_limit_per_second() -> None:
    fault = Fault(kind="throttle", per_second=2)
    injected = [fault.is_due(0, now) for now in (0, 0, 0, 0.1, 0.5, 0.5, 9, 9, 9)]
    assert injected == [False, False, True, True, False, True, False, False, True]
