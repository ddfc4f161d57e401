"""The emulator's own HTTP interface, under /sanders/."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.wrappers import Request

from . import state
from .calls import CallLog, Filters
from .delays import BadDelays, set_delays
from .faults import BadFault, Faults, describe, read_fault
from .iam.administrator import Administrator
from .iam.enforcement import BadMode, Enforcement
from .pods import NoCredentials, Pods
from .wire import Answer


class BadRequest(ValueError):
    """A request to /sanders/ that makes no sense; the text says what is wrong and what is allowed."""


class Control:
    """Answers /sanders/…, and holds calls back while the state is saved or replaced."""

    def __init__(
        self,
        calls: CallLog,
        faults: Faults,
        iam: Enforcement,
        store: state.Store | None,
        administrator: Administrator | None,
        pods: Pods | None,
    ) -> None:
        self._calls = calls
        self._faults = faults
        self._iam = iam
        self._store = store
        self._administrator = administrator
        self._pods = pods
        self._gate = threading.Condition()
        self._running = 0
        self._closed = False
        self._saving = threading.Lock()
        self._routes: dict[tuple[str, str], Callable[[Request, str], Any]] = {
            ("GET", "health"): self._health,
            ("GET", "calls"): self._list_calls,
            ("DELETE", "calls"): self._clear_calls,
            ("GET", "faults"): self._list_faults,
            ("POST", "faults"): self._add_fault,
            ("DELETE", "faults"): self._remove_faults,
            ("POST", "delays"): self._set_delays,
            ("GET", "iam"): self._get_iam,
            ("POST", "iam"): self._set_iam,
            ("GET", "credentials"): self._credentials,
            ("GET", "denials"): self._list_denials,
            ("DELETE", "denials"): self._clear_denials,
            ("GET", "needs"): self._list_needs,
            ("GET", "policy"): self._least_policy,
            ("POST", "state"): self._save_or_restore,
            ("DELETE", "state"): self._reset,
        }

    def answer(self, environ: dict[str, Any]) -> Answer:
        request = Request(environ)
        name, _, rest = request.path.removeprefix("/sanders/").strip("/").partition("/")
        route = self._routes.get((request.method, name))
        if route is None:
            known = ", ".join(sorted(f"{method} /sanders/{path}" for method, path in self._routes))
            return _json(404, {"error": f"{request.method} {request.path}: no such thing; there are {known}"})
        try:
            return _json(200, route(request, rest))
        except NoCredentials as problem:
            return _json(403, {"code": "AccessDeniedException", "message": str(problem)})
        except (BadRequest, BadFault, BadDelays, BadMode, state.StateError) as problem:
            return _json(400, {"error": str(problem)})

    @contextmanager
    def running(self) -> Iterator[None]:
        """Around a call to AWS: waits while the state is being saved or replaced."""
        with self._gate:
            self._gate.wait_for(lambda: not self._closed)
            self._running += 1
        try:
            yield
        finally:
            with self._gate:
                self._running -= 1
                self._gate.notify_all()

    @contextmanager
    def still(self, patience: float = 2) -> Iterator[None]:
        """Waits for running calls to end, `patience` seconds at most, and holds new ones back."""
        with self._gate:
            self._gate.wait_for(lambda: not self._closed)
            self._closed = True
            self._gate.wait_for(lambda: self._running == 0, patience)
        try:
            yield
        finally:
            with self._gate:
                self._closed = False
                self._gate.notify_all()

    def save(self) -> None:
        """Waits for running calls to end, and saves the state if there is a place for it."""
        with self._saving:  # otherwise an older state could be written after a newer one
            with self.still():
                content = self._store.dump() if self._store else b""
            if self._store:
                self._store.write(content)

    def _health(self, request: Request, rest: str) -> Any:
        return {"status": "ok", "calls": self._calls.total}

    def _list_calls(self, request: Request, rest: str) -> Any:
        """?service= action= account= error= user_agent= (globs), since= (a number); count=true counts per action."""
        query = _query(request, "service", "action", "account", "error", "user_agent", "since", "count")
        counted = query.pop("count", "") == "true"
        filters = Filters(**{**query, "since": _since(query)})  # type: ignore[arg-type]
        calls = self._calls.select(filters)
        if not counted:
            return {"total": self._calls.total, "calls": list(calls)}
        counts = Counter((call["service"], call["action"], call["status"], call["error"]) for call in calls)
        rows = [
            {"service": service, "action": action, "status": status, "error": error, "count": count}
            for (service, action, status, error), count in sorted(counts.items())
        ]
        return {"total": self._calls.total, "count": sum(counts.values()), "counts": rows}

    def _clear_calls(self, request: Request, rest: str) -> Any:
        self._calls.clear()
        return {}

    def _list_faults(self, request: Request, rest: str) -> Any:
        return {"faults": [describe(fault) for fault in self._faults.all()]}

    def _add_fault(self, request: Request, rest: str) -> Any:
        return describe(self._faults.add(read_fault(_body(request))))

    def _remove_faults(self, request: Request, rest: str) -> Any:
        if not rest:
            self._faults.clear()
        elif not self._faults.remove(rest):
            known = ", ".join(fault.id for fault in self._faults.all()) or "none"
            raise BadRequest(f"{rest}: no such fault; there are: {known}")
        return {}

    def _set_delays(self, request: Request, rest: str) -> Any:
        return {"delays": set_delays(request.get_data(as_text=True))}

    def _get_iam(self, request: Request, rest: str) -> Any:
        return {"iam": self._iam.mode}

    def _set_iam(self, request: Request, rest: str) -> Any:
        return {"iam": self._iam.set_mode(request.get_data(as_text=True))}

    def _credentials(self, request: Request, rest: str) -> Any:
        """Of a pod, by the token of its service account in the header Authorization."""
        if self._pods is None:
            raise BadRequest("credentials: there are no pods; start sanders-aws with --pods DIR")
        return self._pods.credentials(request.headers.get("Authorization", ""))

    def _list_denials(self, request: Request, rest: str) -> Any:
        """?principal= (the ARN of a user or a role), since= (a number)."""
        query = _query(request, "principal", "since")
        return {"denials": list(self._iam.denials.select(query.get("principal", ""), _since(query)))}

    def _clear_denials(self, request: Request, rest: str) -> Any:
        self._iam.denials.clear()
        return {}

    def _list_needs(self, request: Request, rest: str) -> Any:
        """?principal= (the ARN of a user or a role); by default of all."""
        asked = _query(request, "principal").get("principal")
        principals = [asked] if asked else self._iam.denials.principals()
        return {"needs": {principal: self._iam.denials.needs(principal) for principal in principals}}

    def _least_policy(self, request: Request, rest: str) -> Any:
        """?principal= (the ARN of a user or a role)."""
        principal = _query(request, "principal").get("principal", "")
        known = self._iam.denials.principals()
        if principal not in known:
            raise BadRequest(
                f"principal: {principal or 'none'} made no calls; those did: {', '.join(known) or 'nobody'}"
            )
        return self._iam.denials.least_policy(principal)

    def _save_or_restore(self, request: Request, rest: str) -> Any:
        if self._store is None:
            raise BadRequest("state: nowhere to save to; start sanders-aws with --state DIR")
        if rest == "save":
            self.save()
        elif rest == "restore":
            with self.still():
                self._store.restore()
        else:
            raise BadRequest(f"state/{rest}: must be state/save or state/restore")
        return {}

    def _reset(self, request: Request, rest: str) -> Any:
        with self.still():
            state.reset()
            if self._administrator:
                self._administrator.ensure()
        return {}


def _query(request: Request, *allowed: str) -> dict[str, str]:
    unknown = sorted(set(request.args) - set(allowed))
    if unknown:
        raise BadRequest(f"{', '.join(unknown)}: unknown filter; allowed are {', '.join(sorted(allowed))}")
    return dict(request.args.items())


def _since(query: dict[str, str]) -> int:
    try:
        return int(query.get("since", 0))
    except ValueError:
        raise BadRequest(f"since: must be a whole number, got {query['since']!r}") from None


def _body(request: Request) -> Any:
    try:
        return json.loads(request.get_data())
    except ValueError as problem:
        raise BadRequest(f"the body is not JSON: {problem}") from None


def _json(status: int, content: Any) -> Answer:
    return Answer(status, {"Content-Type": "application/json"}, json.dumps(content).encode())
