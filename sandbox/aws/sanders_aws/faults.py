"""Faults on demand: AWS at its worst, as often and at which call a test wants it."""

import itertools
import random
import threading
import time
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from .wire import Call

KINDS = ("throttle", "error", "timeout", "drop", "latency")


class BadFault(ValueError):
    """A fault that cannot be injected as it was asked for; the text says which field and what is allowed."""


@dataclass
class Fault:
    """What to do to which calls. One without rate, count, at and per_second befalls every call that matches."""

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
    after: bool = False
    """Whether the call takes effect before it fails (error, timeout, drop): AWS did it, the caller cannot know."""
    rate: float | None = None
    """Share of the matching calls that it befalls, above 0 and up to 1."""
    count: int | None = None
    """It is over after so many calls."""
    at: list[int] = field(default_factory=list)
    """It befalls only these of the matching calls, counted from 1."""
    per_second: float | None = None
    """It befalls the matching calls beyond so many a second, the way AWS throttles an account."""
    seconds: float | None = None
    """How long timeout and latency take; by default 60 and 1."""
    code: str = ""
    """AWS's error code, for kind error."""
    message: str = ""
    """The message that goes with `code`."""
    status: int = 500
    """The HTTP status that goes with `code`."""
    id: str = ""
    """Given by the emulator."""
    seen: int = 0
    """Calls that matched so far, given by the emulator."""
    hits: int = 0
    """Calls that it befell so far, given by the emulator."""
    tokens: float = field(default=0.0, repr=False)
    filled_at: float | None = field(default=None, repr=False)

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

    def check(self) -> None:
        """Raises BadFault unless the fault makes sense."""
        if self.kind not in KINDS:
            raise BadFault(f"kind: must be one of {', '.join(KINDS)}, got {self.kind!r}")
        if self.rate is not None and not 0 < self.rate <= 1:
            raise BadFault(f"rate: must be above 0 and at most 1, got {self.rate}")
        if self.count is not None and self.count < 1:
            raise BadFault(f"count: must be at least 1, got {self.count}")
        if any(position < 1 for position in self.at):
            raise BadFault(f"at: positions count from 1, got {self.at}")
        if self.per_second is not None and self.per_second < 1:
            raise BadFault(f"per_second: must be at least 1, got {self.per_second}")
        if self.seconds is not None and self.seconds < 0:
            raise BadFault(f"seconds: must not be negative, got {self.seconds}")
        if not 400 <= self.status <= 599:
            raise BadFault(f"status: must be 400 to 599, got {self.status}")
        if self.after and self.kind in ("throttle", "latency"):
            raise BadFault(f"after: has no meaning for kind {self.kind}; it goes with error, timeout and drop")

    def matches(self, call: Call) -> bool:
        return (
            fnmatchcase(call.service, self.service)
            and fnmatchcase(call.action, self.action)
            and fnmatchcase(call.account, self.account)
        )

    def strikes(self, chance: float, now: float) -> bool:
        """Counts one matching call, made at `now` (seconds), and says whether the fault befalls it."""
        self.seen += 1
        if self.count is not None and self.hits >= self.count:
            return False
        if self.at and self.seen not in self.at:
            return False
        if self.rate is not None and chance >= self.rate:
            return False
        if self.per_second is not None and self._takes(now):
            return False
        self.hits += 1
        return True


_TYPES: dict[str, tuple[type, ...]] = {
    "kind": (str,), "service": (str,), "action": (str,), "account": (str,), "after": (bool,), "rate": (int, float),
    "count": (int,), "at": (list,), "per_second": (int, float), "seconds": (int, float), "code": (str,),
    "message": (str,), "status": (int,),
}  # fmt: skip


def read_fault(fields: Any) -> Fault:
    """A fault from the JSON that asks for it; raises BadFault."""
    if not isinstance(fields, dict):
        raise BadFault(f"a fault is a JSON object, got {type(fields).__name__}")
    for name, value in fields.items():
        if name not in _TYPES:
            raise BadFault(f"{name}: unknown field; allowed are {', '.join(_TYPES)}")
        if not isinstance(value, _TYPES[name]) or (isinstance(value, bool) and bool not in _TYPES[name]):
            wanted = " or ".join(kind.__name__ for kind in _TYPES[name])
            raise BadFault(f"{name}: must be {wanted}, got {value!r}")
    if "kind" not in fields:
        raise BadFault(f"kind: is required; one of {', '.join(KINDS)}")
    if not all(isinstance(position, int) for position in fields.get("at", [])):
        raise BadFault(f"at: must be a list of whole numbers, got {fields['at']!r}")
    fault = Fault(**fields)
    fault.check()
    return fault


def describe(fault: Fault) -> dict[str, Any]:
    """A fault as JSON."""
    return {name: value for name, value in asdict(fault).items() if name not in ("tokens", "filled_at")}


class Faults:
    """The faults in force. At most one befalls a call: the first in the order they were added."""

    def __init__(self, seed: int | None = None) -> None:
        """`seed` makes the draws for `rate` repeatable."""
        self._random = random.Random(seed)
        self._ids = itertools.count(1)
        self._faults: dict[str, Fault] = {}
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        with self._lock:
            fault.id = f"fault-{next(self._ids)}"
            self._faults[fault.id] = fault
        return fault

    def all(self) -> list[Fault]:
        return list(self._faults.values())

    def remove(self, fault_id: str) -> bool:
        with self._lock:
            return self._faults.pop(fault_id, None) is not None

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def draw(self, call: Call) -> Fault | None:
        """The fault that befalls this call."""
        if not self._faults:
            return None
        with self._lock:
            for fault in self._faults.values():
                if fault.matches(call) and fault.strikes(self._random.random(), time.monotonic()):
                    return fault
        return None
