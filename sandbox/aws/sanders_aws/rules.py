"""The registry of rules: where this emulator answers as AWS does and moto does not.

A rule is one small function. Its doc string's first line says what AWS does, `source` is where AWS
says so. `docs/aws-emulator-rules.md` lists them all, and every rule has a test that fails on plain moto.
"""

import functools
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .wire import Answer, Call

Operation = Callable[[Call], dict[str, Any] | None]
Guard = Callable[[Call], Answer | None]
Amendment = Callable[[Call, Answer], Answer | None]


@dataclass(frozen=True)
class Rule:
    """One deviation from plain moto."""

    name: str
    service: str
    actions: tuple[str, ...]
    summary: str
    source: str


@dataclass
class ActionRules:
    """What is to be done about one action."""

    operation: Operation | None = None
    authentications: list[Guard] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    amendments: list[Amendment] = field(default_factory=list)


RULES: dict[str, Rule] = {}
PATCHES: list[Callable[[], None]] = []
_BY_ACTION: defaultdict[tuple[str, str], ActionRules] = defaultdict(ActionRules)


@functools.cache
def rules_for(service: str, action: str) -> ActionRules:
    """An action's rules, with those for all actions (`*`) of its service around them: their guards come first."""
    general = _BY_ACTION.get((service, "*"), ActionRules())
    special = _BY_ACTION.get((service, action), ActionRules())
    return ActionRules(
        special.operation,
        general.authentications + special.authentications,
        general.guards + special.guards,
        special.amendments + general.amendments,
    )


def operation(service: str, *actions: str, source: str) -> Callable[[Operation], Operation]:
    """The function answers the actions in place of moto: it returns the result or raises AwsError."""

    def register(function: Operation) -> Operation:
        _record(function, service, actions, source)
        for action in actions:
            _BY_ACTION[service, action].operation = function
        return function

    return register


def authentication(service: str, *actions: str, source: str) -> Callable[[Guard], Guard]:
    """The function is a guard that looks at who calls, and so runs before it is asked what they may do."""

    def register(function: Guard) -> Guard:
        _record(function, service, actions, source)
        for action in actions:
            _BY_ACTION[service, action].authentications.append(function)
        return function

    return register


def guard(service: str, *actions: str, source: str) -> Callable[[Guard], Guard]:
    """The function runs before moto: it may refuse the call by raising AwsError, or answer it itself."""

    def register(function: Guard) -> Guard:
        _record(function, service, actions, source)
        for action in actions:
            _BY_ACTION[service, action].guards.append(function)
        return function

    return register


def amendment(service: str, *actions: str, source: str) -> Callable[[Amendment], Amendment]:
    """The function runs after moto has done the call: it corrects moto's state, or returns a better answer."""

    def register(function: Amendment) -> Amendment:
        _record(function, service, actions, source)
        for action in actions:
            _BY_ACTION[service, action].amendments.append(function)
        return function

    return register


def patch(service: str, *actions: str, source: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """The function changes moto itself when the rules are loaded, where acting before or after the call will not do."""

    def register(function: Callable[[], None]) -> Callable[[], None]:
        _record(function, service, actions, source)
        PATCHES.append(function)
        return function

    return register


def _record(function: Callable[..., Any], service: str, actions: tuple[str, ...], source: str) -> None:
    summary = (function.__doc__ or "").strip().splitlines()
    name = f"{service}.{function.__name__}"
    if not summary:
        raise TypeError(f"rule {name} has no doc string; its first line says what AWS does")
    if name in RULES:
        raise TypeError(f"there are two rules {name}; give one of them another name")
    RULES[name] = Rule(name, service, actions, summary[0], source)
