"""Deleting many objects at once, of which each is allowed or denied by itself."""

from typing import Any
from xml.sax.saxutils import escape

from ...rules import amendment, guard
from ...wire import Answer, Call
from .common import API


@guard("s3", "DeleteObjects", source=API + "API_DeleteObjects.html")
def leave_out_refused(call: Call) -> Answer | None:
    """Only those objects are deleted that the caller may delete."""
    if not call.refused:
        return None
    objects = call.params["Delete"]["Objects"]
    left = [one for position, one in enumerate(objects) if position not in call.refused]
    if not left:
        return call.answer({"Errors": _errors(call)})
    quiet = "<Quiet>true</Quiet>" if call.params["Delete"].get("Quiet") else ""
    call.body = f"<Delete>{''.join(_element('Object', one) for one in left)}{quiet}</Delete>".encode()
    return None


@amendment("s3", "DeleteObjects", source=API + "API_DeleteObjects.html")
def tell_refused(call: Call, answer: Answer) -> Answer | None:
    """The others are answered with an error each."""
    errors = "".join(_element("Error", error) for error in _errors(call))
    answer.body = answer.body.replace(b"</DeleteResult>", f"{errors}</DeleteResult>".encode())
    return None


def _errors(call: Call) -> list[dict[str, Any]]:
    objects = call.params["Delete"]["Objects"]
    denied = ((objects[position], message) for position, message in call.refused.items())
    return [{**one, "Code": "AccessDenied", "Message": message} for one, message in denied]


def _element(name: str, members: dict[str, Any]) -> str:
    inner = "".join(f"<{key}>{escape(str(value))}</{key}>" for key, value in members.items())
    return f"<{name}>{inner}</{name}>"
