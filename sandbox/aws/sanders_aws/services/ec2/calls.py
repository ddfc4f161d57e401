"""What holds for every call: DryRun and ClientToken."""

import hashlib
from collections import OrderedDict

from ...errors import AwsError
from ...rules import amendment, guard
from ...wire import Answer, Call
from .common import API, backend_of

_TOKENS_KEPT = 1000


@guard("ec2", "*", source=API + "CommonParameters.html")
def dry_run(call: Call) -> Answer | None:
    """With DryRun nothing is done; the error DryRunOperation says that the call would have succeeded."""
    if call.operation is not None and call.params.get("DryRun"):
        raise AwsError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)
    return None


@guard("ec2", "*", source=API + "Run_Instance_Idempotency.html")
def repeat_answer(call: Call) -> Answer | None:
    """A call repeated with its ClientToken does nothing more and gets the first answer again."""
    token = _token(call)
    if token is None:
        return None
    answered = _tokens(call).get(token)
    if answered is None:
        return None
    digest, answer = answered
    if digest != _digest(call):
        raise AwsError(
            "IdempotentParameterMismatch",
            f"The request uses the same client token {token[1]} as a previous, but non-identical request.",
        )
    return Answer(answer.status, dict(answer.headers), answer.body)


@amendment("ec2", "*", source=API + "Run_Instance_Idempotency.html")
def remember_answer(call: Call, answer: Answer) -> None:
    """The answer to a call with a ClientToken is kept for its repetition."""
    token = _token(call)
    if token is None:
        return
    tokens = _tokens(call)
    tokens.setdefault(token, (_digest(call), answer))
    while len(tokens) > _TOKENS_KEPT:
        tokens.popitem(last=False)


def _token(call: Call) -> tuple[str, str] | None:
    token = call.params.get("ClientToken") if call.operation is not None else None
    return (call.action, token) if token else None


def _tokens(call: Call) -> OrderedDict[tuple[str, str], tuple[str, Answer]]:
    """Answers by action and token. Kept on moto's backend, to be saved and reset with it."""
    tokens: OrderedDict[tuple[str, str], tuple[str, Answer]] = backend_of(call).__dict__.setdefault(
        "sanders_tokens", OrderedDict()
    )
    return tokens


def _digest(call: Call) -> str:
    return hashlib.sha256(repr(sorted(call.params.items())).encode()).hexdigest()
