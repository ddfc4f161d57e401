"""Who may assume a role."""

import json

from moto.iam.models import iam_backends
from moto.utilities.utils import get_partition


def can_be_assumed(account: str, region: str, role_arn: str, *services: str) -> bool:
    """Whether the role exists and lets one of the services (`batch.amazonaws.com`) assume it.

    Conditions are taken to be met: the platform's are about the calling account.
    """
    roles = list(iam_backends[account][get_partition(region)].roles.values())
    role = next((role for role in roles if role.arn == role_arn), None)
    if role is None:
        return False
    try:
        statements = json.loads(role.assume_role_policy_document)["Statement"]
    except (ValueError, KeyError, TypeError):
        return False
    return any(_lets_in(statement, services) for statement in _list(statements) if isinstance(statement, dict))


def _lets_in(statement: dict[str, object], services: tuple[str, ...]) -> bool:
    principal = statement.get("Principal", {})
    trusted = _list(principal.get("Service", [])) if isinstance(principal, dict) else [principal]
    return statement.get("Effect") == "Allow" and any(service in trusted for service in ("*", *services))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
