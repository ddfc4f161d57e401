"""Transactions that are sent again with the token of the first time."""

import time
from dataclasses import dataclass, field

from ...errors import AwsError
from ...rules import amendment, guard
from ...wire import Answer, Call
from .common import API, backend_of

_KEPT = 600  # seconds


@dataclass
class _Done:
    """A transaction that was carried out."""

    request: str
    answer: Answer
    time: float = field(default_factory=time.time)


@guard("dynamodb", "TransactWriteItems", source=API + "API_TransactWriteItems.html")
def repeat_transaction(call: Call) -> Answer | None:
    """For ten minutes, a transaction with the same ClientRequestToken does nothing more; another one is refused."""
    done = _transactions(call).get(call.params.get("ClientRequestToken", ""))
    if done is None or done.time + _KEPT < time.time():
        return None
    if done.request != _request(call):
        raise AwsError(
            "IdempotentParameterMismatchException",
            "The request uses the same client token as a previous, but non-identical request",
        )
    return Answer(done.answer.status, dict(done.answer.headers), done.answer.body)


@amendment("dynamodb", "TransactWriteItems", source=API + "API_TransactWriteItems.html")
def remember_transaction(call: Call, answer: Answer) -> None:
    """The answer to a transaction with a ClientRequestToken is kept for its repetition."""
    token, done = call.params.get("ClientRequestToken"), _transactions(call)
    for old in [key for key, value in done.items() if value.time + _KEPT < time.time()]:
        del done[old]
    if token:
        done[token] = _Done(_request(call), answer)


def _request(call: Call) -> str:
    return repr({name: value for name, value in sorted(call.params.items()) if not name.startswith("Return")})


def _transactions(call: Call) -> dict[str, _Done]:
    """By token. Kept on moto's backend, to be saved and reset with it."""
    done: dict[str, _Done] = backend_of(call).__dict__.setdefault("sanders_transactions", {})
    return done
