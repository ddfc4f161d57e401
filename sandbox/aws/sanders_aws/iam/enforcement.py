"""IAM in force: every call is asked about before it is done, and denied in AWS's own words.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
"""

import base64
import json
import zlib
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from ..errors import AwsError
from ..wire import Call
from .callers import Caller, caller_of
from .denials import Denials, smallest_statement
from .documents import MalformedPolicy, Policy, Request, read_policy
from .evaluation import Decision, Policies, evaluate
from .patterns import Context
from .questions import Question, UnknownOperation, questions_of
from .resources import role_with_arn

Mode = Literal["off", "log", "enforce"]
MODES: tuple[Mode, ...] = get_args(Mode)

_ASSUMING = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
_LOOPBACK = "127.0.0.1"
# Nothing but `Action: *` on `Resource: *` allows this; see check().
_ANYTHING = Question("sanders-aws:Anything", "*")


class BadMode(ValueError):
    """A mode that there is not."""


class Enforcement:
    """Whether and how IAM is in force, and what it denied."""

    def __init__(self, mode: Mode = "off") -> None:
        self._mode: Mode = mode
        self.denials = Denials()

    @property
    def mode(self) -> Mode:
        return self._mode

    def set_mode(self, text: str) -> Mode:
        """`off`: nobody is asked. `log`: denials are noted, and the call is done. `enforce`: as on AWS."""
        found = next((mode for mode in MODES if mode == text.strip()), None)
        if found is None:
            raise BadMode(f"iam: must be one of {', '.join(MODES)}, got {text.strip()!r}")
        self._mode = found
        return found

    def check(self, call: Call) -> None:
        """Raises AwsError if the call is denied."""
        if self._mode == "off" or (call.operation is None and call.service != "s3"):
            return
        try:
            caller = caller_of(call)
        except AwsError:
            if self._mode == "enforce":
                raise
            return
        try:
            questions = questions_of(call)
        except UnknownOperation as problem:
            # Who may do anything may do this, too; about anybody else nothing can be said.
            if not self._decide(_of(call), caller, _ANYTHING).allowed:
                self._deny_unknown(call, caller, str(problem))
            return
        self.denials.need(caller.name, questions)
        circumstances = _of(call)
        for position, question in enumerate(questions):
            decision = self._decide(circumstances, caller, question)
            if not decision.allowed:
                message = self._note(call.service, call.action, caller, question, decision)
                if self._mode == "log":
                    return
                if call.action != "DeleteObjects":
                    raise _denied(call, message, question, decision)
                call.refused[position] = message  # it asks once for each object, and the others are deleted

    def problem(self, caller: Caller, service: str, region: str, questions: list[Question]) -> str:
        """Why a service may not do something with a role's session, in AWS's words; empty if it may."""
        if self._mode == "off":
            return ""
        self.denials.need(caller.name, questions)
        circumstances = _circumstances(region, caller.principal.account)
        for question in questions:
            decision = self._decide(circumstances, caller, question)
            if not decision.allowed:
                operation = question.action.partition(":")[2]
                message = self._note(service, operation, caller, question, decision)
                return message if self._mode == "enforce" else ""
        return ""

    def _decide(self, circumstances: Context, caller: Caller, question: Question) -> Decision:
        context = {**circumstances, **caller.context, **question.context}
        policy, owner = _resource_policy(question)
        policies = Policies(
            caller.identity,
            caller.boundary,
            caller.session,
            policy,
            owner,
            needs_resource_policy=question.action in _ASSUMING,
        )
        return evaluate(Request(question.action, question.resource, context, caller.principal), policies)

    def _note(self, service: str, operation: str, caller: Caller, question: Question, decision: Decision) -> str:
        """Records a denial; the message for whoever asked."""
        message = _message(service, caller, question, _reason(question, decision))
        statement = decision.statement.source if decision.statement else None
        self.denials.add(
            service=service,
            operation=operation,
            principal=caller.name,
            action=question.action,
            resource=question.resource,
            context={**caller.context, **question.context},
            outcome=decision.outcome,
            kind=decision.kind,
            policy=decision.policy.name if decision.policy else "",
            statement=statement,
            would_allow=None if statement else smallest_statement(question),
            message=message,
        )
        return message

    def _deny_unknown(self, call: Call, caller: Caller, problem: str) -> None:
        message = f"User: {caller.principal.arn} is not authorized to perform: {call.action}: {problem}"
        self.denials.add(
            service=call.service,
            operation=call.action,
            principal=caller.name,
            action=f"{call.service}:{call.action}",
            resource="*",
            context=dict(caller.context),
            outcome="unknown",
            kind="identity-based policy",
            policy="",
            statement=None,
            would_allow=None,
            message=message,
        )
        if self._mode == "enforce":
            raise _error(call, message)


current = Enforcement()
"""What is in force in this process."""


def _of(call: Call) -> Context:
    agent = call.request.headers.get("User-Agent", "")
    return _circumstances(call.region, call.account, call.request.remote_addr or _LOOPBACK, agent)


def _circumstances(region: str, account: str, address: str = _LOOPBACK, agent: str = "") -> Context:
    """The keys of every request. The emulator takes all calls as made over TLS."""
    now = datetime.now(UTC)
    return {
        "aws:currenttime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:epochtime": str(int(now.timestamp())),
        "aws:requestedregion": region,
        "aws:resourceaccount": account,
        "s3:resourceaccount": account,
        "ec2:region": region,
        "aws:securetransport": "true",
        "aws:sourceip": address,
        "aws:useragent": agent,
        "aws:viaawsservice": "false",
    }


def _resource_policy(question: Question) -> tuple[Policy | None, str]:
    """The policy of the resource itself, if it has one, and whose account it is in."""
    if question.action in _ASSUMING:
        role = role_with_arn(question.resource)
        text = role.assume_role_policy_document if role else None
        return _read(text, question.resource), question.resource.split(":")[4]
    if question.action.startswith("s3:") and question.resource != "*":
        from moto.s3.models import s3_backends  # the server imports this module, and must start fast

        name = question.resource.split(":::")[-1].partition("/")[0]
        partition, owner = s3_backends.bucket_accounts.get(name, ("", ""))
        bucket = s3_backends[owner][partition].buckets.get(name) if owner else None
        return _read(bucket.policy if bucket else None, name), owner
    return None, ""


def _read(text: Any, name: str) -> Policy | None:
    if not text:
        return None
    try:
        return read_policy(text.decode() if isinstance(text, bytes) else text, name)
    except MalformedPolicy:
        return None


def _reason(question: Question, decision: Decision) -> str:
    """Why, in AWS's words. That a role does not trust somebody, AWS does not say."""
    article = "an" if decision.kind[0] in "aeiou" else "a"
    if decision.outcome == "explicit deny":
        return f" with an explicit deny in {article} {decision.kind}"
    if question.action in _ASSUMING and decision.kind == "resource-based policy":
        return ""
    return f" because no {decision.kind} allows the {question.action} action"


def _message(service: str, caller: Caller, question: Question, reason: str) -> str:
    resource = f'"{question.resource}"' if service == "s3" else question.resource
    on = "" if question.resource == "*" and service == "ec2" else f" on resource: {resource}"
    return f"User: {caller.principal.arn} is not authorized to perform: {question.action}{on}{reason}"


def _denied(call: Call, message: str, question: Question, decision: Decision) -> AwsError:
    if call.service == "s3" and not call.access_key:
        message = "Access Denied"
    if call.service != "ec2":
        return _error(call, message)
    text = f"You are not authorized to perform this operation. {message}."
    if question.resource != "*":
        text += f" Encoded authorization failure message: {encode(question, decision)}"
    return AwsError("UnauthorizedOperation", text, 403)


def encode(question: Question, decision: Decision) -> str:
    """A denial as sts:DecodeAuthorizationMessage reads it."""
    content = {
        "allowed": False,
        "explicitDeny": decision.outcome == "explicit deny",
        "context": {"action": question.action, "resource": question.resource, "conditions": question.context},
        "matchedStatement": decision.statement.source if decision.statement else None,
    }
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(content).encode())).decode()


def decode(message: str) -> str:
    """What encode() wrote, as JSON. Raises ValueError."""
    try:
        return zlib.decompress(base64.urlsafe_b64decode(message)).decode()
    except (ValueError, zlib.error):
        raise ValueError(message) from None


def _error(call: Call, message: str) -> AwsError:
    if call.service == "ec2":
        return AwsError("UnauthorizedOperation", f"You are not authorized to perform this operation. {message}", 403)
    if call.protocol in ("json", "rest-json"):
        return AwsError("AccessDeniedException", message, 403 if call.protocol == "rest-json" else 400)
    return AwsError("AccessDenied", message, 403)
