"""Policy documents, compiled once and then asked again and again.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from .conditions import BadCondition, compile_condition
from .patterns import Context, Matcher, compile_pattern, matches_glob

Grant = Literal["nobody", "account", "role", "direct"]
"""How a statement's Principal names who asks: not at all, by account, by role, or just so (a user, a session, `*`)."""


class MalformedPolicy(ValueError):
    """A document that is no policy; the text says why."""


@dataclass(frozen=True)
class Principal:
    """Who asks. `arn` is a user's or a session's; a service's name (`batch.amazonaws.com`) for a service."""

    arn: str
    account: str = ""
    role: str = ""  # the ARN of the role that a session is of
    service: bool = False

    @property
    def root(self) -> str:
        partition = self.arn.split(":")[1] if self.arn.startswith("arn:") else "aws"
        return f"arn:{partition}:iam::{self.account}:root"


@dataclass(frozen=True)
class Request:
    """One question: may this principal do this to this resource?"""

    action: str  # as policies name it: s3:GetObject
    resource: str  # an ARN, or * for actions that have no resource
    context: Context = field(default_factory=dict)
    principal: Principal | None = None  # needed for resource-based policies only

    @functools.cached_property
    def action_key(self) -> str:
        """The action as policies compare it: without regard to upper and lower case."""
        return self.action.lower()


class Statement:
    """One statement of a policy."""

    def __init__(self, source: dict[str, Any], position: int, variables: bool) -> None:
        """Raises MalformedPolicy."""
        if not isinstance(source, dict):
            raise MalformedPolicy("a statement must be an object")
        if source.get("Effect") not in ("Allow", "Deny"):
            raise MalformedPolicy("a statement's Effect must be Allow or Deny")
        self.source = source
        self.position = position
        self.allows = source["Effect"] == "Allow"
        self._action = _either(source, "Action", _actions)
        self._resource = _either(source, "Resource", functools.partial(_resources, variables=variables))
        if self._action is None:
            raise MalformedPolicy("a statement must have Action or NotAction")
        self._principal = source.get("Principal")
        self._not_principal = source.get("NotPrincipal")
        try:
            self._conditions = compile_condition(source.get("Condition", {}), variables)
        except BadCondition as problem:
            raise MalformedPolicy(str(problem)) from None

    def applies(self, request: Request) -> bool:
        """Whether the request is one that the statement is about. Its Principal is asked for with grant()."""
        assert self._action is not None
        return (
            self._action(request.action_key, request.context)
            and (self._resource is None or self._resource(request.resource, request.context))
            and all(check(request.context) for check in self._conditions)
        )

    def grant(self, principal: Principal) -> Grant:
        """How the statement names the principal."""
        if self._not_principal is not None:
            # Whoever is to be left out must be named in full: the session, its role and the account.
            names = [name for name in (principal.arn, principal.role, principal.root) if name]
            spared = all(_names(self._not_principal, principal, name) for name in names)
            return "nobody" if spared else "direct"
        if self._principal is None:
            return "nobody"
        if self._principal == "*" or _names(self._principal, principal, "*"):
            return "direct"
        if _names(self._principal, principal, principal.arn):
            return "direct"
        if principal.role and _names(self._principal, principal, principal.role):
            return "role"
        if not principal.service and _names(self._principal, principal, principal.root):
            return "account"
        return "nobody"


class Policy:
    """A policy document, with the name under which it is known."""

    def __init__(self, text: str, name: str = "") -> None:
        """Raises MalformedPolicy."""
        self.name = name
        try:
            document = json.loads(text)
        except ValueError as problem:
            raise MalformedPolicy(f"not JSON: {problem}") from None
        if not isinstance(document, dict) or "Statement" not in document:
            raise MalformedPolicy("a policy must have a Statement")
        statements = document["Statement"]
        variables = document.get("Version") == "2012-10-17"
        statements = statements if isinstance(statements, list) else [statements]
        self.statements = [Statement(source, number, variables) for number, source in enumerate(statements, 1)]


@functools.lru_cache(maxsize=4096)
def read_policy(text: str, name: str = "") -> Policy:
    """The policy that a document says, compiled when it is first seen. Raises MalformedPolicy."""
    return Policy(text, name)


def _either(source: dict[str, Any], key: str, compile_texts: Callable[[list[str]], Matcher]) -> Matcher | None:
    """What `key`, or `Not` before it, says; None if neither is there."""
    if key in source and f"Not{key}" in source:
        raise MalformedPolicy(f"a statement cannot have both {key} and Not{key}")
    if key in source:
        return compile_texts(_listed(source[key], key))
    if f"Not{key}" in source:
        excluded = compile_texts(_listed(source[f"Not{key}"], key))
        return lambda value, context: not excluded(value, context)
    return None


def _listed(value: Any, key: str) -> list[str]:
    values = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str) for one in values):
        raise MalformedPolicy(f"{key} must be a text or a list of texts")
    return values


def _actions(texts: list[str]) -> Matcher:
    """Upper and lower case are the same, and a service's name has no wildcards: only `*` alone is every action."""
    exact = {text.lower() for text in texts if "*" not in text and "?" not in text}
    globs = [
        (text.lower().partition(":")[0] + ":", matches_glob(text.lower()))
        for text in texts
        if text.lower() not in exact and text != "*"
    ]
    if "*" in texts:
        return lambda action, _: True
    if not globs:
        return lambda action, _: action in exact

    def matches(action: str, _: Context) -> bool:
        return action in exact or any(action.startswith(service) and glob(action) for service, glob in globs)

    return matches


def _resources(texts: list[str], variables: bool) -> Matcher:
    if "*" in texts:
        return lambda resource, context: True
    matchers = [compile_pattern(text, "resource", variables) for text in texts]
    return lambda resource, context: any(matches(resource, context) for matches in matchers)


def _names(element: Any, principal: Principal, name: str) -> bool:
    """Whether a Principal element has this name, of the kind that the principal is of."""
    if not isinstance(element, dict):
        return bool(element == "*")
    kind = "Service" if principal.service else "AWS"
    names = element.get(kind, [])
    names = names if isinstance(names, list) else [names]
    return name in names or (name == principal.root and principal.account in names)
