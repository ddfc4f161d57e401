"""Who may use a bucket: ACLs and policies."""

import json
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket

from ...errors import AwsError
from ...iam.enforcement import current
from ...rules import guard, patch
from ...wire import Answer, Call
from .. import policies
from .common import GUIDE, backend_of


@guard("s3", "PutBucketAcl", "PutObjectAcl", "PutObject", "CreateBucket", source=GUIDE + "about-object-ownership.html")
def refuse_acls(call: Call) -> Answer | None:
    """Where ACLs are disabled, only the owner's full control can be set."""
    acl = call.params.get("ACL")
    grants = [name for name in call.params if name.startswith("Grant")]
    if call.action == "CreateBucket":
        open_acl = acl not in (None, "private") or grants
        if open_acl and call.params.get("ObjectOwnership", "BucketOwnerEnforced") == "BucketOwnerEnforced":
            raise AwsError(
                "InvalidBucketAclWithObjectOwnership",
                "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
            )
        return None
    bucket = backend_of(call).buckets.get(call.params["Bucket"])
    if bucket is None or bucket.ownership_rule != "BucketOwnerEnforced":
        return None
    allowed = {"private", "bucket-owner-full-control"} if call.action != "PutObject" else {"bucket-owner-full-control"}
    given = acl not in (None, *allowed) or grants or (call.action != "PutObject" and acl is None)
    if given:
        raise AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs")
    return None


@guard("s3", "PutBucketPolicy", source=GUIDE + "bucket-policies.html")
def check_bucket_policy(call: Call) -> Answer | None:
    """A bucket policy names this bucket and existing principals, and is not public where that is blocked."""
    name = call.params["Bucket"]
    bucket = backend_of(call).buckets.get(name)
    if bucket is None:
        return None  # moto reports this one
    problem = _policy_problem(call, name)
    if problem:
        raise AwsError("MalformedPolicy", problem)
    block = bucket.public_access_block
    if block and block.block_public_policy and policies.is_public(call.params["Policy"]):
        raise AwsError(
            "AccessDenied",
            f"User is not authorized to perform: s3:PutBucketPolicy on resource: arn:aws:s3:::{name} because public "
            "policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
            403,
        )
    return None


@patch("s3", "GetObject", "HeadObject", "PutObject", "DeleteObject", source=GUIDE + "amazon-s3-policy-keys.html")
def apply_conditions() -> None:
    """A statement of a bucket's policy applies to requests that meet its conditions, and denies no others."""
    FakeBucket.get_permission = _permission


def _permission(bucket: FakeBucket, action: str, resource: str) -> PermissionResult:
    """What moto asks, which does not know who calls. Where IAM is in force, it has allowed the call before."""
    if current.mode == "enforce":
        return PermissionResult.PERMITTED
    if bucket.policy is None:
        return PermissionResult.NEUTRAL
    document = json.loads(bucket.policy)
    statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
    applying = [
        {key: value for key, value in statement.items() if key != "Condition"}
        for statement in statements
        if all(_holds(operator, keys) for operator, keys in statement.get("Condition", {}).items())
    ]
    return IAMPolicy(json.dumps({**document, "Statement": applying})).is_action_permitted(action, resource)


def _holds(operator: str, keys: dict[str, Any]) -> bool:
    """Whether a request meets a condition: every request counts as made over TLS, and has no other condition key."""
    if operator.removesuffix("IfExists") != "Bool":
        return operator.endswith("IfExists")
    return all(
        "true" in json.dumps(value).lower() if key.lower() == "aws:securetransport" else operator.endswith("IfExists")
        for key, value in keys.items()
    )


def _policy_problem(call: Call, bucket: str) -> str:
    try:
        document = json.loads(call.params["Policy"])
    except ValueError:
        return "Policies must be valid JSON and the first byte must be '{'"
    statements = document.get("Statement") if isinstance(document, dict) else None
    if not statements:
        return "Missing required field Statement"
    for statement in statements if isinstance(statements, list) else [statements]:
        problem = policies.statement_problem(call, statement, kind="bucket")
        if problem:
            return problem
        for resource in policies.listed(statement.get("Resource", statement.get("NotResource", []))):
            path = resource.split(":::", 1)[-1]
            if not resource.startswith("arn:") or path.split("/")[0] != bucket:
                return "Policy has invalid resource"
    return ""
