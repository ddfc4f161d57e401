"""The log of calls: what was asked of the emulator, and how it ended."""

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any

CAPACITY = 200_000  # calls kept; at some 300 bytes each the log stays below 60 MB
# Actions whose names begin like this change nothing.
_READS = ("BatchGet", "Describe", "Get", "Head", "List", "Query", "Scan", "Validate")


@dataclass(frozen=True)
class LoggedCall:
    """One call, after it ended."""

    number: int  # counts from 1 since the start or the last clear
    time: float  # when it came in, seconds since the epoch
    seconds: float  # how long it took
    service: str
    action: str
    account: str
    region: str
    status: int  # HTTP status; 0 if the connection was dropped instead of answered
    error: str  # AWS's error code; empty for success
    fault: str  # id of the fault that was injected into it; empty if none
    user_agent: str


class CallLog:
    """The latest calls, oldest first, and how many there were in all."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._calls: deque[LoggedCall] = deque(maxlen=capacity)
        self._count = 0
        self._writes = 0
        self._lock = threading.Lock()

    def add(self, **call: Any) -> None:
        with self._lock:
            self._count += 1
            self._writes += not call["action"].startswith(_READS)
            self._calls.append(LoggedCall(number=self._count, **call))

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()
            self._count = 0

    @property
    def total(self) -> int:
        """Calls since the start or the last clear, including those too old to be kept."""
        return self._count

    @property
    def writes(self) -> int:
        """Calls since the start that may have changed something."""
        return self._writes

    def select(self, filters: "Filters") -> Iterator[dict[str, Any]]:
        with self._lock:
            kept = list(self._calls)
        return (asdict(call) for call in kept if filters.match(call))


@dataclass(frozen=True)
class Filters:
    """Which calls are wanted. Every text may be a glob (`Describe*`); empty means any."""

    service: str = ""
    action: str = ""
    error: str = ""  # "none" picks successes, "*" failures of every kind
    account: str = ""
    user_agent: str = ""
    since: int = 0  # only calls with a greater number

    def match(self, call: LoggedCall) -> bool:
        return (
            call.number > self.since
            and _matches(self.service, call.service)
            and _matches(self.action, call.action)
            and _matches(self.account, call.account)
            and _matches(self.user_agent, call.user_agent)
            and self._match_error(call)
        )

    def _match_error(self, call: LoggedCall) -> bool:
        failed = call.status == 0 or call.status >= 400
        if self.error == "none":
            return not failed
        return not self.error or (failed and _matches(self.error, call.error))


def _matches(pattern: str, value: str) -> bool:
    return not pattern or fnmatchcase(value, pattern)
