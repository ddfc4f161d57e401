"""Faults on demand: AWS at its worst, as often and in which calls a test wants it."""

import functools
import itertools
import math
import random
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from botocore.loaders import create_loader
from moto.core.utils import get_service_model

from .errors import AwsError, internal_failure, throttled
from .wire import Call, dropped

KINDS = ("throttle", "error", "timeout", "drop", "latency")
_LONGEST = 86400  # seconds that a call can be held back
_SECONDS = {"timeout": 60.0, "latency": 1.0}  # unless the fault says otherwise


class BadFault(ValueError):
    """A fault that cannot be injected as it was asked for; the text says which field and what is allowed."""


@dataclass
class Fault:
    """What to do to which calls. Without rate, count, at and per_second it is injected into every matching call."""

    kind: str
    """throttle: the service's own "too many requests". error: `code` and `status`, by default the service's
    internal failure. timeout: no answer for `seconds`, then the connection is closed. drop: the connection
    is closed at once without an answer. latency: the answer comes `seconds` later."""
    service: str = "*"
    """As botocore names it (batch, s3, ec2, iam, stepfunctions); globs are allowed."""
    action: str = "*"
    """As the API reference names it (CreateBucket); globs are allowed (Describe*)."""
    account: str = "*"
    """The account that is called; globs are allowed."""
    rate: float | None = None
    """Share of the matching calls that get it, above 0 and up to 1."""
    count: int | None = None
    """It is over after so many calls."""
    at: list[int] = field(default_factory=list)
    """Only these of the matching calls get it, counted from 1."""
    per_second: float | None = None
    """The matching calls beyond so many per second get it, which is how AWS throttles an account."""
    after: bool = False
    """Whether the call takes effect before it fails: AWS did it, and the caller cannot know."""
    seconds: float | None = None
    """How long timeout (60 by default) and latency (1) take."""
    code: str = ""
    """AWS's error code."""
    message: str = ""
    """The error's message."""
    status: int = 500
    """The HTTP status that goes with `code`."""
    id: str = ""
    """Given by the emulator."""
    matched: int = 0
    """Calls that matched so far, counted by the emulator."""
    injected: int = 0
    """Calls that it was injected into so far, counted by the emulator."""
    tokens: float = field(default=0.0, repr=False)
    filled_at: float | None = field(default=None, repr=False)

    def matches(self, call: Call) -> bool:
        """Whether the call is one of those that the fault is about."""
        return (
            fnmatchcase(call.service, self.service)
            and fnmatchcase(call.action, self.action)
            and fnmatchcase(call.account, self.account)
        )

    def is_due(self, chance: float, now: float) -> bool:
        """Counts a matching call made at `now` (seconds), and says whether the fault is to be injected into it.

        `chance` is the call's draw, from 0 up to 1; it decides where the fault has a rate.
        """
        self.matched += 1
        if self.count is not None and self.injected >= self.count:
            return False
        if self.at and self.matched not in self.at:
            return False
        if self.rate is not None and chance >= self.rate:
            return False
        if self.per_second is not None and self._takes(now):
            return False
        self.injected += 1
        return True

    def _takes(self, now: float) -> bool:
        """A bucket of `per_second` tokens that fills at that rate: whether there is one for this call."""
        assert self.per_second is not None
        if self.filled_at is None:
            self.tokens = self.per_second
        else:
            self.tokens = min(self.per_second, self.tokens + (now - self.filled_at) * self.per_second)
        self.filled_at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass(frozen=True)
class _Field:
    """A field that a fault can be asked for with."""

    kinds: tuple[str, ...]  # of faults that have it; all others refuse it
    allowed: str
    allows: Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return _is_whole(value) or (isinstance(value, float) and math.isfinite(value))


FIELDS = {
    "kind": _Field(KINDS, f"one of {', '.join(KINDS)}", lambda value: value in KINDS),
    "service": _Field(KINDS, "a service as botocore names it, or a glob", _is_text),
    "action": _Field(KINDS, "an action as the API reference names it, or a glob", _is_text),
    "account": _Field(KINDS, "an account id, or a glob", _is_text),
    "rate": _Field(KINDS, "a number above 0, at most 1", lambda value: _is_number(value) and 0 < value <= 1),
    "count": _Field(KINDS, "a whole number, at least 1", lambda value: _is_whole(value) and value >= 1),
    "at": _Field(
        KINDS,
        "a list of whole numbers, each at least 1",
        lambda value: isinstance(value, list) and value != [] and all(_is_whole(item) and item >= 1 for item in value),
    ),
    "per_second": _Field(KINDS, "a number, at least 1", lambda value: _is_number(value) and value >= 1),
    "after": _Field(("error", "timeout", "drop"), "true or false", lambda value: isinstance(value, bool)),
    "seconds": _Field(
        tuple(_SECONDS), f"a number from 0 to {_LONGEST}", lambda value: _is_number(value) and 0 <= value <= _LONGEST
    ),
    "code": _Field(("error",), "an error code of AWS's", _is_text),
    "message": _Field(("error",), "a text", _is_text),
    "status": _Field(
        ("error",), "a whole number from 400 to 599", lambda value: _is_whole(value) and 400 <= value <= 599
    ),
}


def read_fault(asked: Any) -> Fault:
    """A fault from the JSON object that asks for it. Raises BadFault for any field that it would not act on."""
    if not isinstance(asked, dict):
        raise BadFault(f"a fault must be a JSON object, got {type(asked).__name__}")
    kind = asked.get("kind")
    if not FIELDS["kind"].allows(kind):
        raise BadFault(f"kind: must be {FIELDS['kind'].allowed}, got {'nothing' if kind is None else repr(kind)}")
    possible = ", ".join(name for name, known in FIELDS.items() if kind in known.kinds)
    for name, value in asked.items():
        if name not in FIELDS:
            raise BadFault(f"{name}: unknown field; {kind} has {possible}")
        if kind not in FIELDS[name].kinds:
            raise BadFault(f"{name}: belongs to {', '.join(FIELDS[name].kinds)}; {kind} has {possible}")
        if not FIELDS[name].allows(value):
            raise BadFault(f"{name}: must be {FIELDS[name].allowed}, got {value!r}")
    if "status" in asked and "code" not in asked:
        raise BadFault("status: goes with code; without it, the service's own internal failure and its status are used")
    fault = Fault(**asked)
    _check_target(fault)
    return fault


def _check_target(fault: Fault) -> None:
    """Refuses names that no call has: such a fault would never be injected, and its test would prove nothing."""
    services = [name for name in _services() if fnmatchcase(name, fault.service)]
    if not services:
        raise BadFault(f"service: must be {FIELDS['service'].allowed}, got {fault.service!r}, which matches none")
    if len(services) > 1:
        return
    actions = get_service_model(services[0]).operation_names
    if not any(fnmatchcase(action, fault.action) for action in actions):
        raise BadFault(
            f"action: must be {FIELDS['action'].allowed}, got {fault.action!r}, which matches none of {services[0]}"
        )


@functools.cache
def _services() -> list[str]:
    return list(create_loader().list_available_services("service-2"))


def describe(fault: Fault) -> dict[str, Any]:
    """A fault as JSON."""
    return {name: value for name, value in asdict(fault).items() if name not in ("tokens", "filled_at")}


def inject(fault: Fault, call: Call, environ: dict[str, Any]) -> None:
    """Makes the fault happen to the call: raises what ends it, or takes the time that it is to take.

    Raises AwsError (throttle, error) or ConnectionError (timeout, drop); latency only waits.
    """
    if fault.kind == "throttle":
        raise throttled(call.service)
    if fault.kind == "error":
        if fault.code:
            raise AwsError(fault.code, fault.message or "Injected by /sanders/faults.", fault.status)
        raise internal_failure(call.service, fault.message)
    if fault.kind in _SECONDS:
        time.sleep(_SECONDS[fault.kind] if fault.seconds is None else fault.seconds)
    if fault.kind != "latency":
        raise dropped(environ)


class Faults:
    """The faults in force. A call gets at most one: the first that is due, in the order they were added."""

    def __init__(self, seed: int | None = None) -> None:
        """`seed` makes the draws for `rate` repeatable."""
        self._random = random.Random(seed)
        self._ids = itertools.count(1)
        self._faults: dict[str, Fault] = {}
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        """Puts the fault in force, with an id of its own."""
        with self._lock:
            fault.id = f"fault-{next(self._ids)}"
            self._faults[fault.id] = fault
        return fault

    def all(self) -> list[Fault]:
        """In the order they were added."""
        return list(self._faults.values())

    def remove(self, fault_id: str) -> bool:
        """Whether there was one of this id."""
        with self._lock:
            return self._faults.pop(fault_id, None) is not None

    def clear(self) -> None:
        """Removes all."""
        with self._lock:
            self._faults.clear()

    def draw(self, call: Call) -> Fault | None:
        """The fault to inject into this call; None if it is to be left alone."""
        if not self._faults:
            return None
        with self._lock:
            for fault in self._faults.values():
                if fault.matches(call) and fault.is_due(self._random.random(), time.monotonic()):
                    return fault
        return None
