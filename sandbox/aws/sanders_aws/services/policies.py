"""What IAM's and S3's policies have in common.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
import re
from typing import Any, Literal

from moto.iam.models import iam_backends
from moto.utilities.utils import get_partition

from ..wire import Call

_SERVICE = re.compile(r"[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|aws\.internal)")
_PRINCIPAL = re.compile(r"arn:aws[a-z-]*:(iam|sts)::(\d{12}):(root|(user|role|assumed-role)/.+)")
_KEYS = {
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition",
}  # fmt: skip


def listed(value: Any) -> list[str]:
    """A policy's "one or many" as a list."""
    return [value] if isinstance(value, str) else list(value or [])


def statement_problem(call: Call, statement: Any, kind: Literal["trust", "bucket"]) -> str:
    """What is wrong with a statement of a trust or bucket policy, in AWS's words; empty if nothing is."""
    if not isinstance(statement, dict) or set(statement) - _KEYS or statement.get("Effect") not in ("Allow", "Deny"):
        return "Syntax errors in policy."
    has_resource = "Resource" in statement or "NotResource" in statement
    if kind == "trust" and has_resource:
        return "Has prohibited field Resource"
    if kind == "bucket" and not has_resource:
        return "Missing required field Resource"
    if "Principal" not in statement and "NotPrincipal" not in statement:
        return "Missing required field Principal"
    actions = listed(statement.get("Action", statement.get("NotAction")))
    if not actions:
        return "Missing required field Action"
    service = "sts" if kind == "trust" else "s3"
    if not all(action == "*" or action.lower().startswith(f"{service}:") for action in actions):
        return (
            "AssumeRole policy may only specify STS AssumeRole actions."
            if kind == "trust"
            else "Policy has invalid action"
        )
    return _principal_problem(call, statement.get("Principal", statement.get("NotPrincipal")), kind)


def is_public(text: str) -> bool:
    """Whether a policy lets anyone in.

    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html, "The meaning
    of public"; conditions are taken to narrow the access.
    """
    statements = json.loads(text)["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal")
        anyone = principal == "*" or (isinstance(principal, dict) and "*" in listed(principal.get("AWS")))
        if statement["Effect"] == "Allow" and anyone and not statement.get("Condition"):
            return True
    return False


def _principal_problem(call: Call, principal: Any, kind: str) -> str:
    if principal == "*":
        return ""
    if not isinstance(principal, dict):
        return "Syntax errors in policy."
    for type_, names in principal.items():
        for name in listed(names):
            if not _exists(call, type_, name):
                return "Invalid principal in policy" + (f': "{type_.upper()}":"{name}"' if kind == "trust" else "")
    return ""


def _exists(call: Call, type_: str, name: str) -> bool:
    if type_ == "Service":
        return _SERVICE.fullmatch(name) is not None
    if type_ != "AWS":
        return type_ in ("Federated", "CanonicalUser")
    if name == "*" or re.fullmatch(r"\d{12}", name):
        return True
    match = _PRINCIPAL.fullmatch(name)
    if match is None:
        return False
    if match[2] != call.account or match[3] == "root" or match[4] == "assumed-role":
        return True  # the principals of another account cannot be looked up here
    backend = iam_backends[call.account][get_partition(call.region)]
    known = [role.arn for role in backend.roles.values()] + [user.arn for user in backend.users.values()]
    return name in known
