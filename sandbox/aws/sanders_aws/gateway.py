"""The path of every call: it is recognised, may get a fault, is allowed, meets the rules and moto, and is logged."""

import functools
import gc
import io
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from http.client import responses
from typing import Any

from moto.backends import list_of_moto_modules
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from . import services
from .calls import CallLog
from .control import Control
from .errors import AwsError, answer_error, internal_failure, unknown_action
from .faults import Fault, Faults, inject
from .iam.enforcement import Enforcement
from .rules import rules_for
from .validation import check_parameters
from .wire import Answer, Call, error_code, read_call, with_checksum

log = logging.getLogger(__name__)

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Gateway:
    """The WSGI application that the server serves."""

    def __init__(self, account: str, calls: CallLog, faults: Faults, iam: Enforcement, control: Control) -> None:
        self._account = account
        self._calls = calls
        self._faults = faults
        self._iam = iam
        self._control = control
        self._moto = DomainDispatcherApplication(create_backend_app)
        # moto's backends are not thread-safe, and nothing may come between a guard and the call that it guards.
        self._locks: defaultdict[str, Any] = defaultdict(threading.RLock)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith("/sanders/"):
            answer = self._control.answer(environ)
        else:
            with self._control.running():
                answer = self._serve(environ)
        status = f"{answer.status} {responses.get(answer.status, 'Unknown')}"
        if environ["REQUEST_METHOD"] == "HEAD":  # Content-Length is what a GET would have, and no body follows
            start_response(status, list(answer.headers.items()))
            return []
        headers = [(name, value) for name, value in answer.headers.items() if name.lower() != "content-length"]
        start_response(status, [*headers, ("Content-Length", str(len(answer.body)))])
        return [answer.body]

    def warm_up(self) -> None:
        """Loads what takes long to load, so that the first calls do not wait for it."""
        for service in ("ec2", "stepfunctions", "iam"):
            with self._locks[service]:
                services.load(service)
        gc.freeze()  # what is loaded by now stays, so the garbage collector need not look through it again and again

    def _serve(self, environ: dict[str, Any]) -> Answer:
        started = time.time()
        call = read_call(environ, self._account)
        fault = self._faults.draw(call)
        status, code = 0, ""
        try:
            answer = with_checksum(call.service, self._do(call, environ, fault))
            status, code = answer.status, answer.error_code or error_code(answer)
            return answer
        finally:
            self._calls.add(
                time=started,
                seconds=round(time.time() - started, 6),
                service=call.service,
                action=call.action,
                account=call.account,
                region=call.region,
                status=status,
                error=code,
                fault=fault.id if fault else "",
                user_agent=environ.get("HTTP_USER_AGENT", ""),
            )

    def _do(self, call: Call, environ: dict[str, Any], fault: Fault | None) -> Answer:
        try:
            if fault and not fault.after:
                inject(fault, call, environ)
            with nullcontext() if (call.service, call.action) in _WAITING else self._locks[call.service]:
                answer = self._apply_rules(call, environ)
            if fault and fault.after:
                inject(fault, call, environ)
            return answer
        except AwsError as error:
            return answer_error(error, call.service, call.protocol)
        except ConnectionError:
            raise
        except Exception as problem:  # our own failure, but the caller gets an error of AWS's shape
            log.exception("%s %s failed", call.service, call.action)
            failure = internal_failure(call.service, f"sanders-aws: {type(problem).__name__}: {problem}")
            return answer_error(failure, call.service, call.protocol)

    def _apply_rules(self, call: Call, environ: dict[str, Any]) -> Answer:
        services.load(call.service)
        check_parameters(call)
        rules = rules_for(call.service, call.action)
        for authenticate in rules.authentications:
            authenticate(call)
        self._iam.check(call)
        for guard in rules.guards:
            answer = guard(call)
            if answer is not None:
                return answer
        if rules.operation:
            return call.answer(rules.operation(call))
        answer = self._ask_moto(call, environ)
        if answer.status < 300:
            for amend in rules.amendments:
                answer = amend(call, answer) or answer
        return answer

    def _ask_moto(self, call: Call, environ: dict[str, Any]) -> Answer:
        if call.operation is None and call.service != "s3":  # S3 takes HTML forms, which are in no model
            raise unknown_action(call.protocol, call.action)
        unimplemented = unknown_action(call.protocol, call.action, "sanders-aws does not implement it.")
        if call.service in _OURS or not _does_moto_have(call.service):
            raise unimplemented
        if call.body is not None:
            environ = {**environ, "wsgi.input": io.BytesIO(call.body), "CONTENT_LENGTH": str(len(call.body))}
        answer = Answer(500, {}, b"")

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
            answer.status = int(status.split()[0])
            answer.headers = dict(headers)

        try:
            answer.body = b"".join(self._moto(environ, start_response))
        except NotImplementedError:
            raise unimplemented from None
        # Look at the body: S3's answer to HEAD has the same content type, but is empty.
        if answer.status in (404, 405) and answer.body.startswith(b"<!doctype html>"):
            raise unimplemented
        return answer


_OURS = {"batch"}  # services that leave nothing to moto
_WAITING = {  # these are answered only after other calls, and so must not hold the service's lock
    ("stepfunctions", "StartSyncExecution"),
    ("stepfunctions", "GetActivityTask"),
}


@functools.cache
def _does_moto_have(service: str) -> bool:
    module = {"lambda": "awslambda"}.get(service, service.replace("-", ""))
    return module in list_of_moto_modules()
