"""Trust policies: who may assume a role."""

import json

from ...errors import AwsError
from ...rules import guard
from ...wire import Answer, Call
from .. import policies
from .common import API


@guard("iam", "CreateRole", "UpdateAssumeRolePolicy", source=API + "API_CreateRole.html")
def check_trust_policy(call: Call) -> Answer | None:
    """A trust policy must be JSON, name existing principals and only sts: actions, and no resource."""
    text = call.params.get("AssumeRolePolicyDocument") or call.params.get("PolicyDocument") or ""
    problem = _trust_problem(call, text)
    if problem:
        raise AwsError("MalformedPolicyDocument", problem)
    return None


def _trust_problem(call: Call, text: str) -> str:
    try:
        document = json.loads(text)
        statements = document["Statement"]
    except (ValueError, KeyError, TypeError):
        return "Syntax errors in policy."
    statements = statements if isinstance(statements, list) else [statements]
    if not statements:
        return "Syntax errors in policy."
    return next((problem for s in statements if (problem := policies.statement_problem(call, s, kind="trust"))), "")
