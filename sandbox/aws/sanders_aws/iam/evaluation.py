"""How policies of all kinds come to one decision.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from .documents import Grant, Policy, Request, Statement

Kind = Literal["identity-based policy", "permissions boundary", "session policy", "resource-based policy"]
"""The kinds of policies, as AWS's error messages name them."""

Outcome = Literal["allow", "explicit deny", "implicit deny"]

_STRENGTH: dict[Grant, int] = {"nobody": 0, "account": 1, "role": 2, "direct": 3}


@dataclass(frozen=True)
class Policies:
    """All that applies to a request. None stands for a kind of policy that is not in use; it then limits nothing."""

    identity: tuple[Policy, ...] = ()
    boundary: tuple[Policy, ...] | None = None
    session: tuple[Policy, ...] | None = None
    resource: Policy | None = None
    resource_account: str = ""  # whose the resource is; empty if it is the principal's own
    needs_resource_policy: bool = False  # as a role to be assumed does: an identity's policy is not enough


@dataclass(frozen=True)
class Decision:
    """Whether the request is allowed, and what decided that."""

    outcome: Outcome
    kind: Kind  # of the policy that allowed or denied, or in which nothing allows it
    policy: Policy | None = None
    statement: Statement | None = None

    @property
    def allowed(self) -> bool:
        return self.outcome == "allow"


def evaluate(request: Request, policies: Policies) -> Decision:
    """The decision on a request: an explicit Deny anywhere wins; else each kind of policy in use must allow it.

    A resource's policy that names a principal of the same account is enough by itself. If it names the role, boundary
    and session policy still limit that; if it names the user or the session, they do not.
    """
    kinds: list[tuple[Kind, tuple[Policy, ...] | None]] = [
        ("identity-based policy", policies.identity),
        ("permissions boundary", policies.boundary),
        ("session policy", policies.session),
    ]
    allowing: dict[Kind, Decision | None] = {}
    for kind, those in kinds:
        if those is not None:
            decision = _first(request, kind, those)
            if decision and not decision.allowed:
                return decision
            allowing[kind] = decision
    grant, from_resource = _ask_resource(request, policies.resource)
    if from_resource and not from_resource.allowed:
        return from_resource

    principal = request.principal
    is_own = not policies.resource_account or principal is None or policies.resource_account == principal.account
    if (not is_own or policies.needs_resource_policy) and from_resource is None:
        return Decision("implicit deny", "resource-based policy")
    if from_resource and principal and (principal.service or not principal.account):  # nobody's, so no other policies
        return from_resource
    if is_own and from_resource and grant == "direct":
        return from_resource
    if is_own and from_resource and grant == "role":
        allowing["identity-based policy"] = from_resource
    for kind, decision in allowing.items():
        if decision is None:
            return Decision("implicit deny", kind)
    allowed = allowing["identity-based policy"]
    assert allowed is not None
    return allowed


def _first(request: Request, kind: Kind, policies: Iterable[Policy]) -> Decision | None:
    """The first Deny that applies, else the first Allow, else None."""
    allowing = None
    for policy in policies:
        for statement in policy.statements:
            if statement.allows and allowing:
                continue
            if statement.applies(request):
                if not statement.allows:
                    return Decision("explicit deny", kind, policy, statement)
                allowing = Decision("allow", kind, policy, statement)
    return allowing


def _ask_resource(request: Request, policy: Policy | None) -> tuple[Grant, Decision | None]:
    """What the resource's policy says, and how its strongest Allow names the principal."""
    best: Grant = "nobody"
    decision = None
    if policy is None or request.principal is None:
        return best, None
    for statement in policy.statements:
        grant = statement.grant(request.principal)
        if grant == "nobody" or not statement.applies(request):
            continue
        if not statement.allows:
            return grant, Decision("explicit deny", "resource-based policy", policy, statement)
        if _STRENGTH[grant] > _STRENGTH[best]:
            best, decision = grant, Decision("allow", "resource-based policy", policy, statement)
    return best, decision
