"""Who calls: the user or the role's session that an access key was given to, and the policies that they have.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from moto.iam.models import AccessKey, IAMBackend, iam_backends
from moto.sts.models import sts_backends

from ..errors import AwsError
from ..wire import Call
from .documents import Policy, Principal, read_policy


@dataclass(frozen=True)
class Session:
    """What a role's session was made with; it is kept with its access key."""

    policies: tuple[tuple[str, str], ...]  # name and document; none if nothing limits the session further
    tags: tuple[tuple[str, str], ...]
    source_identity: str = ""


@dataclass(frozen=True)
class Caller:
    """Who calls, and what they may do."""

    principal: Principal
    identity: tuple[Policy, ...] = ()
    boundary: tuple[Policy, ...] | None = None
    session: tuple[Policy, ...] | None = None
    context: dict[str, str | tuple[str, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The ARN that policies name: a user's, or the role's of a session."""
        return self.principal.role or self.principal.arn


ANONYMOUS = Caller(Principal("anonymous"))


def caller_of(call: Call) -> Caller:
    """Who signed the call. Raises AwsError if the key was given to nobody, or is not valid any more."""
    if not call.access_key:
        return ANONYMOUS
    for account, partitions in list(iam_backends.items()):
        for partition, backend in list(partitions.items()):
            key = backend.access_keys.get(call.access_key)
            if key and key.role_arn:
                return _session(call, backend, sts_backends[account][partition], key)
            if key and key.status == "Active":
                return _user(backend, account, key)
    raise _unknown_key(call)


def role_caller(role: Any, session: str) -> Caller:
    """A service, as it works with the session of a role that it was given."""
    identity, boundary = role_policies(role)
    arn = f"arn:{role.partition}:sts::{role.account_id}:assumed-role/{role.name}/{session}"
    principal = Principal(arn, role.account_id, role=role.arn)
    context = {"aws:principaltype": "AssumedRole", "aws:userid": f"{role.id}:{session}", **_about(principal)}
    tags = _tags_of_principal({tag["Key"]: tag["Value"] for tag in role.tags or ()})
    return Caller(principal, identity, boundary, context={**context, **tags})


def role_policies(role: Any) -> tuple[tuple[Policy, ...], tuple[Policy, ...] | None]:
    """A role's own policies and its permissions boundary."""
    backend = iam_backends[role.account_id][role.partition]
    return _attached(role), _boundary(backend, role.permissions_boundary_arn)


def document_of(policy: Any) -> str:
    """The document of a managed policy that is in force."""
    version = next(one for one in policy.versions if one.version_id == policy.default_version_id)
    return str(version.document)


def _session(call: Call, backend: IAMBackend, sts: Any, key: AccessKey) -> Caller:
    assumed = getattr(key, "sanders_assumed", None) or sts.get_assumed_role_from_access_key(key.access_key_id)
    if assumed is None or assumed.session_token != _token(call):
        raise _unknown_key(call)
    if assumed.expiration.replace(tzinfo=UTC) < datetime.now(UTC):
        raise _bad_token(call, "ExpiredToken", "The security token included in the request is expired")
    session: Session = getattr(key, "sanders_session", Session((), ()))
    role = next((role for role in list(backend.roles.values()) if role.arn == assumed.role_arn), None)
    identity, boundary = role_policies(role) if role else ((), None)
    principal = Principal(assumed.arn, assumed.account_id, role=assumed.role_arn)
    context = {
        "aws:principaltype": "AssumedRole",
        "aws:userid": assumed.user_id,
        "aws:tokenissuetime": key.create_date.replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:multifactorauthpresent": "false",
        **_tags_of_principal({tag["Key"]: tag["Value"] for tag in role.tags or ()} if role else {}),
        **_tags_of_principal(dict(session.tags)),
    }
    if session.source_identity:
        context["aws:sourceidentity"] = session.source_identity
    limits = tuple(read_policy(document, name) for name, document in session.policies) or None
    return Caller(principal, identity, boundary, limits, {**context, **_about(principal)})


def _user(backend: IAMBackend, account: str, key: AccessKey) -> Caller:
    user = backend.users[key.user_name or ""]
    groups = [group for group in list(backend.groups.values()) if user in group.users]
    policies = tuple(policy for owner in (user, *groups) for policy in _attached(owner))
    principal = Principal(user.arn, account)
    context: dict[str, str | tuple[str, ...]] = {
        "aws:principaltype": "User",
        "aws:userid": user.id,
        "aws:username": user.name,
        **_tags_of_principal(backend.tagger.get_tag_dict_for_resource(user.arn)),
    }
    return Caller(principal, policies, context={**context, **_about(principal)})


def _about(principal: Principal) -> dict[str, str]:
    return {
        "aws:principalarn": principal.role or principal.arn,
        "aws:principalaccount": principal.account,
        "aws:principalisawsservice": "false",
    }


def _tags_of_principal(tags: dict[str, str]) -> dict[str, str]:
    return {f"aws:principaltag/{name.lower()}": value for name, value in tags.items()}


def _attached(owner: Any) -> tuple[Policy, ...]:
    inline: Iterable[tuple[str, str]] = list(owner.policies.items())
    managed = list(owner.managed_policies.values())
    return (
        *(read_policy(document, name) for name, document in inline),
        *(read_policy(document_of(policy), policy.arn) for policy in managed),
    )


def _boundary(backend: IAMBackend, arn: str | None) -> tuple[Policy, ...] | None:
    """A boundary that does not exist (any more) allows nothing."""
    if not arn:
        return None
    policy = backend.managed_policies.get(arn)
    return (read_policy(document_of(policy), arn),) if policy else ()


def _token(call: Call) -> str:
    request = call.request
    return str(
        request.headers.get("X-Amz-Security-Token")
        or request.args.get("X-Amz-Security-Token")
        or (request.form.get("x-amz-security-token") if call.service == "s3" and request.method == "POST" else "")
    )


def _unknown_key(call: Call) -> AwsError:
    if call.service == "s3":
        return AwsError("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", 403)
    return _bad_token(call, "InvalidClientTokenId", "The security token included in the request is invalid.")


def _bad_token(call: Call, code: str, message: str) -> AwsError:
    """As the protocols word it: only the query ones have the codes of IAM's own list of common errors."""
    if call.service == "ec2" and code == "InvalidClientTokenId":
        return AwsError("AuthFailure", "AWS was not able to validate the provided access credentials", 401)
    if call.protocol in ("json", "rest-json"):
        code = {"ExpiredToken": "ExpiredTokenException"}.get(code, "UnrecognizedClientException")
        return AwsError(code, message, 403 if call.protocol == "rest-json" else 400)
    return AwsError(code, message, 400 if call.service == "s3" else 403)
