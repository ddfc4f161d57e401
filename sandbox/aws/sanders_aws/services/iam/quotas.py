"""Quotas of IAM that are not in its model.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from typing import Any

from ...errors import AwsError
from ...rules import guard
from ...wire import Answer, Call
from .common import GUIDE, backend_of, role_of

_POLICIES_PER_ROLE = 10
_TAGS = 50
_TRUST, _INLINE, _MANAGED = (
    2048,
    10_240,
    6144,
)  # characters of a role's trust policy, its inline policies, a managed one


@guard("iam", "AttachRolePolicy", source=GUIDE + "reference_iam-quotas.html")
def limit_attached_policies(call: Call) -> Answer | None:
    """A role has at most 10 managed policies."""
    role = role_of(call)
    attached = role.managed_policies if role else {}
    if len(attached) >= _POLICIES_PER_ROLE and call.params["PolicyArn"] not in attached:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for PoliciesPerRole: {_POLICIES_PER_ROLE}", 409)
    return None


@guard(
    "iam", "CreatePolicy", "CreatePolicyVersion", "CreateRole", "PutRolePolicy", "UpdateAssumeRolePolicy",
    source=GUIDE + "reference_iam-quotas.html",
)  # fmt: skip
def limit_policy_sizes(call: Call) -> Answer | None:
    """A role's inline policies have 10,240 characters together, a managed one 6,144, trust 2,048, white space apart."""
    params = call.params
    if call.action == "PutRolePolicy":
        role = role_of(call)
        others = {name: text for name, text in (role.policies if role else {}).items() if name != params["PolicyName"]}
        size = sum(_size(text) for text in [*others.values(), params["PolicyDocument"]])
        _check(size, _INLINE, f"Maximum policy size of {_INLINE} bytes exceeded for role {params['RoleName']}")
    elif call.action in ("CreatePolicy", "CreatePolicyVersion"):
        _check(_size(params["PolicyDocument"]), _MANAGED, f"Cannot exceed quota for PolicySize: {_MANAGED}")
    else:
        text = params.get("AssumeRolePolicyDocument") or params.get("PolicyDocument") or ""
        _check(_size(text), _TRUST, f"Cannot exceed quota for ACLSizePerRole: {_TRUST}")
    return None


@guard("iam", "CreatePolicy", "CreateRole", "TagPolicy", "TagRole", source=GUIDE + "reference_iam-quotas.html")
def limit_tags(call: Call) -> Answer | None:
    """A role and a policy have 50 tags, each key once."""
    given = [tag["Key"].lower() for tag in call.params.get("Tags", [])]
    if len(set(given)) < len(given):
        raise AwsError("InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    _check(len({*given, *_present_tags(call)}), _TAGS, f"The number of tags has reached the maximum limit of {_TAGS}.")
    return None


def _size(policy: str) -> int:
    return len("".join(policy.split()))


def _check(found: int, most: int, message: str) -> None:
    if found > most:
        raise AwsError("LimitExceeded", message, 409)


def _present_tags(call: Call) -> list[str]:
    tagged: Any = None
    if call.action == "TagRole":
        tagged = role_of(call)
    elif call.action == "TagPolicy":
        tagged = backend_of(call).managed_policies.get(call.params["PolicyArn"])
    # moto keeps a role's tags as AWS describes them, and a policy's by key.
    return [(tag if isinstance(tag, str) else tag["Key"]).lower() for tag in tagged.tags or []] if tagged else []
