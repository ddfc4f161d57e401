"""Roles that services work with: who may assume them, and the sessions that services have of them."""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from ..iam.documents import MalformedPolicy, Principal, Request, read_policy
from ..iam.evaluation import Policies, evaluate
from ..iam.resources import role_with_arn

_LIFETIME = timedelta(hours=12)
_SPARE = timedelta(hours=1)  # a session with less left to live is not given out again

_REGIONS = {"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}  # any region of a partition will do

_sessions: dict[str, Any] = {}
_making = threading.Lock()


def can_be_assumed(
    account: str,
    region: str,
    role_arn: str,
    *services: str,
    source: str = "",
    action: str = "sts:AssumeRole",
    tags: Mapping[str, str] | None = None,
) -> bool:
    """Whether a role of the account lets one of the services (`batch.amazonaws.com`) assume it.

    `source` is the ARN of the resource that the service does it for. `tags` are those of the session; a service that
    gives it some needs the action `sts:TagSession`, too.
    """
    role = role_with_arn(role_arn)
    if role is None or role.account_id != account:
        return False
    try:
        trust = read_policy(role.assume_role_policy_document, role_arn)
    except (MalformedPolicy, TypeError):
        return False
    context = {
        "aws:sourceaccount": account,
        "aws:sourcearn": source or f"arn:{role.partition}:{services[0].partition('.')[0]}:{region}:{account}:*",
        "aws:principalisawsservice": "true",
        "aws:requestedregion": region,
        "aws:securetransport": "true",
        **{f"aws:requesttag/{name.lower()}": value for name, value in (tags or {}).items()},
    }
    policies = Policies(resource=trust, resource_account=account, needs_resource_policy=True)
    for service in services:
        asker = Principal(service, account, service=True)
        named = {**context, "aws:principalservicename": service}
        if evaluate(Request(action, role_arn, named, asker), policies).allowed:
            return True
    return False


def session_of(role_arn: str, name: str, lifetime: timedelta = _LIFETIME) -> dict[str, str] | None:
    """Access key, secret and token of a session of the role; None if there is no such role."""
    role = role_with_arn(role_arn)
    if role is None:
        return None
    region = _REGIONS.get(role.partition, "us-east-1")
    sts = sts_backends[role.account_id][role.partition]
    with _making:
        assumed = sts.assume_role(region, name[:64], role_arn, "", int(lifetime.total_seconds()), "")
    iam_backends[role.account_id][role.partition].access_keys[assumed.access_key_id].sanders_assumed = assumed
    return {
        "aws_access_key_id": assumed.access_key_id,
        "aws_secret_access_key": assumed.secret_access_key,
        "aws_session_token": assumed.session_token,
    }


def shared_session_of(role_arn: str, name: str) -> dict[str, str] | None:
    """The same, but one session serves for many calls until it is about to end."""
    now = datetime.now(UTC)
    found, until = _sessions.get(role_arn, (None, now))
    if found is None or until < now + _SPARE or not _is_known(role_arn, found):
        found = session_of(role_arn, name)
        _sessions[role_arn] = found, now + _LIFETIME
    return found


def _is_known(role_arn: str, session: dict[str, str]) -> bool:
    """Whether the session's key is still there: a reset forgets it."""
    _, partition, _, _, account, _ = role_arn.split(":", 5)
    return session["aws_access_key_id"] in iam_backends[account][partition].access_keys
