"""How policies come to a decision: AWS's rules and examples, and what must hold for all policies."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanders_aws.iam.documents import Policy, Principal, Request
from sanders_aws.iam.evaluation import Kind, Policies, evaluate

ACCOUNT, OTHER = "111122223333", "444455556666"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/team"
SESSION = Principal(f"arn:aws:sts::{ACCOUNT}:assumed-role/team/sam", ACCOUNT, role=ROLE_ARN)
USER = Principal(f"arn:aws:iam::{ACCOUNT}:user/carlossalazar", ACCOUNT)
BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket"
LOGS = "arn:aws:s3:::amzn-s3-demo-bucket-logs"


def policy(*statements: dict[str, Any]) -> Policy:
    return Policy(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def allow(action: str = "s3:*", resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str = "s3:*", resource: str = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def to(*arns: str) -> dict[str, Any]:
    return {"Principal": {"AWS": list(arns)}}


ALLOW, DENY, NOTHING = policy(allow()), policy(deny()), policy(allow("sqs:*"))
IDENTITY, BOUNDARY, SESSIONS, RESOURCE = (
    "identity-based policy", "permissions boundary", "session policy", "resource-based policy",
)  # fmt: skip

# Who asks s3:GetObject of an object in the bucket, under which policies, with what outcome, decided by which kind.
# Source: reference_policies_evaluation-logic_policy-eval-denyallow.html and …-basics.html, …-cross-account.html
CASES: dict[str, tuple[Principal, Policies, str, Kind]] = {
    "nothing allows": (USER, Policies(), "implicit deny", IDENTITY),
    "another right": (USER, Policies((NOTHING,)), "implicit deny", IDENTITY),
    "identity allows": (USER, Policies((NOTHING, ALLOW)), "allow", IDENTITY),
    "Deny wins": (USER, Policies((ALLOW, DENY)), "explicit deny", IDENTITY),
    "boundary allows too": (USER, Policies((ALLOW,), (ALLOW,)), "allow", IDENTITY),
    "boundary alone gives nothing": (USER, Policies((), (ALLOW,)), "implicit deny", IDENTITY),
    "boundary limits": (USER, Policies((ALLOW,), (NOTHING,)), "implicit deny", BOUNDARY),
    "boundary denies": (USER, Policies((ALLOW,), (ALLOW, DENY)), "explicit deny", BOUNDARY),
    "session policy limits": (SESSION, Policies((ALLOW,), None, (NOTHING,)), "implicit deny", SESSIONS),
    "session policy denies": (SESSION, Policies((ALLOW,), None, (DENY,)), "explicit deny", SESSIONS),
    "session policy alone gives nothing": (SESSION, Policies((), None, (ALLOW,)), "implicit deny", IDENTITY),
    "all three": (SESSION, Policies((ALLOW,), (ALLOW,), (ALLOW,)), "allow", IDENTITY),
    "resource names the user": (USER, Policies(resource=policy(allow(**to(USER.arn)))), "allow", RESOURCE),
    "… and no boundary limits that": (
        USER, Policies((), (NOTHING,), resource=policy(allow(**to(USER.arn)))), "allow", RESOURCE),
    "resource names the session": (
        SESSION, Policies((), (NOTHING,), (NOTHING,), policy(allow(**to(SESSION.arn)))), "allow", RESOURCE),
    "resource names the role": (SESSION, Policies(resource=policy(allow(**to(ROLE_ARN)))), "allow", RESOURCE),
    "… which a boundary limits": (
        SESSION, Policies((), (NOTHING,), resource=policy(allow(**to(ROLE_ARN)))), "implicit deny", BOUNDARY),
    "… and a session policy": (
        SESSION, Policies((), None, (NOTHING,), policy(allow(**to(ROLE_ARN)))), "implicit deny", SESSIONS),
    "resource names the account": (
        USER, Policies(resource=policy(allow(**to(ACCOUNT)))), "implicit deny", IDENTITY),
    "… and identity allows": (USER, Policies((ALLOW,), resource=policy(allow(**to(ACCOUNT)))), "allow", IDENTITY),
    "resource names somebody else": (
        USER, Policies(resource=policy(allow(**to(USER.arn + "2")))), "implicit deny", IDENTITY),
    "resource denies": (USER, Policies((ALLOW,), resource=policy(deny(Principal="*"))), "explicit deny", RESOURCE),
    "resource denies the account": (
        SESSION, Policies((ALLOW,), resource=policy(deny(**to(ACCOUNT)))), "explicit deny", RESOURCE),
    "resource denies somebody else": (
        USER, Policies((ALLOW,), resource=policy(deny(**to(OTHER)))), "allow", IDENTITY),
    "Deny of identity beats the resource's Allow": (
        USER, Policies((DENY,), resource=policy(allow(**to(USER.arn)))), "explicit deny", IDENTITY),
    "another account: only identity": (
        USER, Policies((ALLOW,), resource_account=OTHER), "implicit deny", RESOURCE),
    "another account: only resource": (
        USER, Policies(resource=policy(allow(**to(USER.arn))), resource_account=OTHER), "implicit deny", IDENTITY),
    "another account: both": (
        USER, Policies((ALLOW,), resource=policy(allow(**to(ACCOUNT))), resource_account=OTHER), "allow", IDENTITY),
    "a role must trust": (USER, Policies((ALLOW,), needs_resource_policy=True), "implicit deny", RESOURCE),
    "a role that trusts the account": (
        USER, Policies((ALLOW,), resource=policy(allow(**to(ACCOUNT))), needs_resource_policy=True), "allow", IDENTITY),
    "a role that trusts the user": (
        USER, Policies(resource=policy(allow(**to(USER.arn))), needs_resource_policy=True), "allow", RESOURCE),
}  # fmt: skip


@pytest.mark.parametrize(("principal", "policies", "outcome", "kind"), CASES.values(), ids=CASES)
def test_decision(principal: Principal, policies: Policies, outcome: str, kind: Kind) -> None:
    decision = evaluate(Request("s3:GetObject", f"{BUCKET}/key", {}, principal), policies)
    assert (decision.outcome, decision.kind) == (outcome, kind)


# Source: reference_policies_evaluation-logic_policy-eval-basics.html: Carlos' policies and the bucket's.
CARLOS = policy(
    allow("s3:ListAllMyBuckets", "*"),
    allow("s3:GetBucketLocation", "arn:aws:s3:::*"),
    allow("s3:*", f"{BUCKET}-carlossalazar-logs/*"),
    {**deny("s3:*"), "Resource": [LOGS, f"{LOGS}/*"]},
)
BUCKET_OF_CARLOS = policy(allow("s3:PutObject", f"{BUCKET}/*", **to(USER.arn)))
EXAMPLE: dict[str, tuple[str, str, str, int]] = {
    "list all buckets": ("s3:ListAllMyBuckets", "*", "allow", 1),
    "his own folder": ("s3:PutObject", f"{BUCKET}-carlossalazar-logs/1.log", "allow", 3),
    "the logs": ("s3:GetObject", f"{LOGS}/1.log", "explicit deny", 4),
    "what the bucket's policy lets him": ("s3:PutObject", f"{BUCKET}/1", "allow", 1),
    "what nothing lets him": ("s3:GetObject", f"{BUCKET}/1", "implicit deny", 0),
}


@pytest.mark.parametrize(("action", "resource", "outcome", "position"), EXAMPLE.values(), ids=EXAMPLE)
def test_example(action: str, resource: str, outcome: str, position: int) -> None:
    decision = evaluate(Request(action, resource, {}, USER), Policies((CARLOS,), resource=BUCKET_OF_CARLOS))
    found = decision.statement.position if decision.statement else 0
    assert (decision.outcome, found) == (outcome, position)


# Source: reference_policies_condition_examples-multi-valued-context-keys.html: deny all but these tag keys; with
# ForAnyValue, if none of the keys is one of these.
TAGGING = policy(
    allow("dynamodb:CreateTable"),
    {**deny("dynamodb:CreateTable"), "Condition": {"ForAnyValue:StringNotEquals": {"aws:TagKeys": ["Team", "Cost"]}}},
)


@pytest.mark.parametrize(
    ("keys", "allowed"), [(("Team",), True), (("Team", "Cost"), True), (("Team", "x"), False), ((), True)]
)
def test_deny_by_tag_keys(keys: tuple[str, ...], allowed: bool) -> None:
    request = Request("dynamodb:CreateTable", "arn:aws:dynamodb:e:1:table/t", {"aws:tagkeys": keys}, USER)
    assert evaluate(request, Policies((TAGGING,))).allowed is allowed


ACTIONS = ["s3:GetObject", "s3:PutObject", "iam:GetRole"]
RESOURCES = [f"{BUCKET}/a", f"{BUCKET}/b", LOGS]
PRINCIPALS = ["*", ACCOUNT, OTHER, USER.arn, ROLE_ARN, SESSION.arn]
CONDITIONS = [
    {}, {"Condition": {"StringEquals": {"aws:RequestTag/a": "1"}}},
    {"Condition": {"StringNotEquals": {"aws:RequestTag/a": "1"}}},
    {"Condition": {"ForAllValues:StringLike": {"aws:TagKeys": "a*"}}},
    {"Condition": {"Null": {"aws:TagKeys": "true"}}},
]  # fmt: skip

some_statements = st.builds(
    lambda effect, a, action, r, resource, principal, condition: {
        "Effect": effect, a: action, r: resource, "Principal": {"AWS": principal}, **condition},
    st.sampled_from(["Allow", "Deny"]),
    st.sampled_from(["Action", "Action", "NotAction"]), st.sampled_from([*ACTIONS, "*", "s3:*", "s3:Get*"]),
    st.sampled_from(["Resource", "Resource", "NotResource"]), st.sampled_from([*RESOURCES, "*", f"{BUCKET}/*"]),
    st.sampled_from(PRINCIPALS), st.sampled_from(CONDITIONS),
)  # fmt: skip
some_policies = st.lists(some_statements, max_size=4).map(lambda statements: policy(*statements))
some_requests = st.builds(
    Request,
    st.sampled_from(ACTIONS),
    st.sampled_from(RESOURCES),
    st.sampled_from([{}, {"aws:requesttag/a": "1", "aws:tagkeys": ("a",)}, {"aws:tagkeys": ("a", "b")}]),
    st.sampled_from([USER, SESSION]),
)
some = st.lists(some_policies, max_size=2).map(tuple)
settings_of_all = st.builds(
    Policies, some, st.none() | some, st.none() | some, st.none() | some_policies,
    st.sampled_from(["", ACCOUNT, OTHER]), st.booleans(),
)  # fmt: skip
# Which of the policies gets one more statement.
places = st.sampled_from(["identity", "boundary", "session", "resource"])


def with_statement(policies: Policies, place: str, statement: dict[str, Any]) -> Policies:
    """The same policies and one more statement; a kind of policy that is not in use stays so."""
    old = getattr(policies, place)
    if place == "resource":
        statements = [one.source for one in old.statements] if old else []
        new: Any = policy(*statements, statement) if old else None
    else:
        new = None if old is None else (*old, policy(statement))
    return Policies(**{**vars(policies), place: new})


@given(some_requests, settings_of_all, some_statements, places)
def test_adding_a_deny_never_allows(
    request: Request, policies: Policies, statement: dict[str, Any], place: str
) -> None:
    more = with_statement(policies, place, {**statement, "Effect": "Deny"})
    assert evaluate(request, more).allowed <= evaluate(request, policies).allowed


@given(some_requests, settings_of_all, some_statements, places)
def test_adding_an_allow_never_denies(
    request: Request, policies: Policies, statement: dict[str, Any], place: str
) -> None:
    more = with_statement(policies, place, {**statement, "Effect": "Allow"})
    assert evaluate(request, more).allowed >= evaluate(request, policies).allowed


@given(some_requests, some, some, some)
def test_only_what_identity_boundary_and_session_all_allow(request: Request, a: Any, b: Any, c: Any) -> None:
    each = all(evaluate(request, Policies(one)).allowed for one in (a, b, c))
    assert evaluate(request, Policies(a, b, c)).allowed is each


@given(some_requests, settings_of_all)
def test_every_decision_names_what_made_it(request: Request, policies: Policies) -> None:
    decision = evaluate(request, policies)
    if decision.outcome == "implicit deny":
        assert decision.statement is None
    else:
        assert decision.statement is not None
        assert decision.statement.allows is decision.allowed
        assert decision.statement.applies(request)


def test_is_fast() -> None:
    """0.3 ms at most, with more statements than the platform's roles have."""
    many = policy(*(allow(f"s3:Get{n}*", f"arn:*:s3:::bucket-{n}-*/*", **CONDITIONS[n % 5]) for n in range(60)))
    policies = Policies((many, ALLOW), (many, ALLOW), (ALLOW,), policy(deny(**to(OTHER))))
    request = Request("s3:GetObject", f"{BUCKET}/key", {}, SESSION)
    assert evaluate(request, policies).allowed
    best = min(_seconds(request, policies) for _ in range(20))
    assert best < 0.0003


def _seconds(request: Request, policies: Policies) -> float:
    start = time.perf_counter()
    evaluate(request, policies)
    return time.perf_counter() - start
