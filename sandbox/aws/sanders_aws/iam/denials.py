"""What was denied and why, and what callers needed: the emulator's own account of it, beside AWS's error messages."""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from .questions import Question

_CAPACITY = 10_000


@dataclass(frozen=True)
class Denial:
    """One question to which IAM said no."""

    number: int
    time: float
    service: str
    operation: str
    principal: str
    action: str
    resource: str
    context: dict[str, Any]
    outcome: str  # explicit deny, implicit deny, or unknown
    kind: str  # of the policy that denied, or in which nothing allows it
    policy: str  # its name or ARN; empty if there is none
    statement: dict[str, Any] | None  # that denied
    would_allow: dict[str, Any] | None  # the smallest statement that would allow it, in a policy of that kind
    message: str


class Denials:
    """The latest denials, and what each principal ever needed."""

    def __init__(self) -> None:
        self._denials: deque[Denial] = deque(maxlen=_CAPACITY)
        self._needs: defaultdict[str, dict[tuple[Any, ...], Question]] = defaultdict(dict)
        self._count = 0
        self._lock = threading.Lock()

    def add(self, **denial: Any) -> None:
        with self._lock:
            self._count += 1
            self._denials.append(Denial(number=self._count, time=time.time(), **denial))

    def need(self, principal: str, questions: list[Question]) -> None:
        """Records that a call of the principal needed this."""
        with self._lock:
            needs = self._needs[principal]
            for question in questions:
                needs[question.action, question.resource, *sorted(question.context.items())] = question

    def clear(self) -> None:
        with self._lock:
            self._denials.clear()
            self._needs.clear()
            self._count = 0

    def select(self, principal: str = "", since: int = 0) -> Iterator[dict[str, Any]]:
        """Denials with a greater number, of that user or role, if one is given."""
        with self._lock:
            kept = list(self._denials)
        return (asdict(one) for one in kept if one.number > since and principal in ("", one.principal))

    def principals(self) -> list[str]:
        with self._lock:
            return sorted(self._needs)

    def needs(self, principal: str) -> list[dict[str, Any]]:
        """What the principal's calls needed: each action on each resource, with the condition keys of both."""
        with self._lock:
            return [asdict(question) for question in self._needs.get(principal, {}).values()]

    def least_policy(self, principal: str) -> dict[str, Any]:
        """The policy that allows what the principal's calls needed, and no more, but for conditions."""
        with self._lock:
            needs = list(self._needs.get(principal, {}).values())
        resources: defaultdict[str, set[str]] = defaultdict(set)
        for need in needs:
            resources[need.action].add(need.resource)
        actions: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
        for action, those in sorted(resources.items()):
            actions[tuple(sorted(those))].append(action)
        statements = [{"Effect": "Allow", "Action": names, "Resource": list(those)} for those, names in actions.items()]
        return {"Version": "2012-10-17", "Statement": statements}


def smallest_statement(question: Question) -> dict[str, Any]:
    """The statement that allows just this question: its conditions are the keys of its own context."""
    conditions: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for key, value in question.context.items():
        operator = "StringEquals" if isinstance(value, str) else "ForAllValues:StringEquals"
        conditions[operator][key] = value if isinstance(value, str) else list(value)
    statement = {"Effect": "Allow", "Action": question.action, "Resource": question.resource}
    return {**statement, "Condition": dict(conditions)} if conditions else statement
