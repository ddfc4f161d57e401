"""S3."""

import json
import re
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey, PublicAccessBlock, S3Backend, s3_backends
from moto.utilities.utils import get_partition

from ..errors import AwsError, unknown_action
from ..rules import amendment, guard, operation, patch
from ..wire import Answer, Call
from . import policies

API = "https://docs.aws.amazon.com/AmazonS3/latest/API/"
GUIDE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_IP_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")
_DEFAULT_ENCRYPTION = {
    "Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": "false"}
}
# The subresources of a bucket that moto knows, by method. It takes any other for the bucket itself, so that a DELETE
# of one deletes the bucket.
_KNOWN_TO_MOTO = {
    "GET": {
        "accelerate", "acl", "cors", "encryption", "inventory", "lifecycle", "list-type", "location",
        "logging", "notification", "object-lock", "ownershipControls", "policy", "policyStatus", "publicAccessBlock",
        "replication", "tagging", "uploads", "versioning", "versions", "website",
    },
    "PUT": {
        "accelerate", "acl", "cors", "encryption", "inventory", "lifecycle", "logging", "notification", "object-lock",
        "ownershipControls", "policy", "publicAccessBlock", "replication", "tagging", "versioning", "website",
    },
    "DELETE": {
        "cors", "encryption", "lifecycle", "ownershipControls", "policy", "publicAccessBlock", "replication", "tagging",
        "website",
    },
    "POST": {"delete"},
}  # fmt: skip


@guard("s3", "*", source=API + "ErrorResponses.html")
def refuse_unknown_subresources(call: Call) -> Answer | None:
    """A request for one subresource never acts on the bucket itself."""
    if call.operation is None or "Key" in call.path_params or call.action in _IMPLEMENTED:
        return None
    asked = set(call.operation.http_trait.query_args) - {"x-id"}
    if asked and not asked & _KNOWN_TO_MOTO.get(call.request.method, set()):
        raise unknown_action(call.protocol, call.action, "sanders-aws does not implement it.")
    return None


@guard("s3", "CreateBucket", source=GUIDE + "bucketnamingrules.html")
def check_bucket_name(call: Call) -> Answer | None:
    """Bucket names have 3 to 63 lower-case letters, digits, dots and hyphens, and are no IP address."""
    name = call.params["Bucket"]
    reserved = name.startswith(("xn--", "sthree-", "amzn-s3-demo-")) or name.endswith(("-s3alias", "--ol-s3", ".mrap"))
    if not _NAME.fullmatch(name) or ".." in name or _IP_ADDRESS.fullmatch(name) or reserved:
        raise AwsError("InvalidBucketName", "The specified bucket is not valid.", 400, BucketName=name)
    return None


@amendment("s3", "CreateBucket", source=GUIDE + "default-bucket-encryption.html")
def encrypt_new_buckets(call: Call, answer: Answer) -> None:
    """A new bucket is encrypted with AES256."""
    bucket = _bucket(call)
    if bucket.encryption is None:
        bucket.encryption = _DEFAULT_ENCRYPTION


@amendment("s3", "CreateBucket", source=GUIDE + "create-bucket-faq.html")
def close_new_buckets(call: Call, answer: Answer) -> None:
    """A new bucket blocks public access and disables ACLs (BucketOwnerEnforced)."""
    bucket = _bucket(call)
    if bucket.public_access_block is None:
        bucket.public_access_block = PublicAccessBlock("true", "true", "true", "true")
    if bucket.ownership_rule is None:
        bucket.ownership_rule = call.params.get("ObjectOwnership", "BucketOwnerEnforced")


@amendment("s3", "DeleteBucketEncryption", source=API + "API_DeleteBucketEncryption.html")
def reset_encryption(call: Call, answer: Answer) -> None:
    """Deleting a bucket's encryption resets it to AES256."""
    _bucket(call).encryption = _DEFAULT_ENCRYPTION


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
    bucket = _backend(call).buckets.get(call.params["Bucket"])
    if bucket is None or bucket.ownership_rule != "BucketOwnerEnforced":
        return None
    allowed = {"private", "bucket-owner-full-control"} if call.action != "PutObject" else {"bucket-owner-full-control"}
    given = acl not in (None, *allowed) or grants or (call.action != "PutObject" and acl is None)
    if given:
        raise AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs")
    return None


@guard("s3", "PutBucketPolicy", source=GUIDE + "bucket-policies.html")
def check_bucket_policy(call: Call) -> Answer | None:
    """A bucket policy is about this bucket, for principals that exist, and not public where that is blocked."""
    name = call.params["Bucket"]
    bucket = _backend(call).buckets.get(name)
    if bucket is None:
        return None  # moto says what is wrong
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
    """Whether a request meets a condition: all count as made over TLS, as loopback is safe, and lack other keys."""
    if operator.removesuffix("IfExists") != "Bool":
        return operator.endswith("IfExists")
    return all(
        "true" in json.dumps(value).lower() if key.lower() == "aws:securetransport" else operator.endswith("IfExists")
        for key, value in keys.items()
    )


@guard("s3", "DeleteObjects", source=API + "API_DeleteObjects.html")
def limit_deletions(call: Call) -> Answer | None:
    """One call deletes at most 1,000 objects."""
    if len(call.params.get("Delete", {}).get("Objects", [])) > 1000:
        raise AwsError(
            "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema"
        )
    return None


@operation("s3", "ListMultipartUploads", source=API + "API_ListMultipartUploads.html")
def list_multipart_uploads(call: Call) -> dict[str, Any]:
    """Lists uploads by key, at most 1,000 a page, with markers for the next."""
    params = call.params
    bucket = _bucket(call)
    prefix, size = params.get("Prefix", ""), min(params.get("MaxUploads", 1000), 1000)
    after = (params.get("KeyMarker", ""), params.get("UploadIdMarker", "") if params.get("KeyMarker") else "")
    uploads = sorted((upload.key_name, upload.id) for upload in bucket.multiparts.values())
    # Without an upload id the marker stands behind all uploads of its key.
    later = [u for u in uploads if u[0].startswith(prefix) and (u > after if after[1] else u[0] > after[0])]
    shown, more = later[:size], later[size:]
    owner = {"ID": "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a", "DisplayName": "webfile"}
    result: dict[str, Any] = {
        "Bucket": params["Bucket"],
        "KeyMarker": after[0],
        "UploadIdMarker": after[1],
        "MaxUploads": size,
        "IsTruncated": bool(more),
        "Prefix": prefix,
        "Uploads": [
            {
                "Key": key, "UploadId": upload_id, "StorageClass": "STANDARD", "Owner": owner, "Initiator": owner,
                "Initiated": bucket.creation_date,
            }
            for key, upload_id in shown
        ],
    }  # fmt: skip
    if more:
        result["NextKeyMarker"], result["NextUploadIdMarker"] = shown[-1]
    return result


@patch("s3", "ListObjectVersions", source=API + "API_ListObjectVersions.html")
def page_versions() -> None:
    """A page begins behind the place that the markers name, also if what was there is deleted by then."""
    S3Backend.list_object_versions = _list_object_versions


def _list_object_versions(
    backend: S3Backend,
    bucket_name: str,
    delimiter: str | None = None,
    key_marker: str | None = None,
    max_keys: int | None = 1000,
    prefix: str = "",
    version_id_marker: str | None = None,
) -> tuple[list[FakeKey], list[str], list[FakeDeleteMarker], str | None, str | None]:
    """The versions, common prefixes and delete markers of a page, and the markers for the next: moto's interface."""
    bucket = backend.get_bucket(bucket_name)
    size = 1000 if max_keys is None else min(max_keys, 1000)
    shown: list[FakeKey | FakeDeleteMarker] = []
    prefixes: list[str] = []
    last: tuple[str | None, str | None] = (None, None)

    def page(next_markers: tuple[str | None, str | None]) -> Any:
        versions = [version for version in shown if isinstance(version, FakeKey)]
        return versions, prefixes, [version for version in shown if not isinstance(version, FakeKey)], *next_markers

    for key in sorted(bucket.keys):
        if not key.startswith(prefix) or (key_marker is not None and key < key_marker):
            continue
        cut = key.find(delimiter, len(prefix)) if delimiter else -1
        if delimiter and cut >= 0:
            common = key[: cut + len(delimiter)]
            if common == key_marker or common in prefixes[-1:]:
                continue
            if len(shown) + len(prefixes) >= size:
                return page(last)
            prefixes.append(common)
            last = (common, None)
            continue
        newest_first = bucket.keys.getlist(key)[::-1]
        for version in newest_first:
            version.is_latest = version is newest_first[0]
        for version in _behind(newest_first, version_id_marker) if key == key_marker else newest_first:
            if len(shown) + len(prefixes) >= size:
                return page(last)
            shown.append(version)
            last = (key, version.version_id)
    return page((None, None))


def _behind(newest_first: list[Any], version_id_marker: str | None) -> list[Any]:
    """What comes behind the marker's version; all, if that is deleted; nothing, if the marker names only the key."""
    if not version_id_marker:
        return []
    ids = [version.version_id for version in newest_first]
    return newest_first[ids.index(version_id_marker) + 1 :] if version_id_marker in ids else newest_first


# What a bucket has many configurations of, each with an id, as the actions' names have it.
_CONFIGURATIONS = ("Analytics", "IntelligentTiering", "Inventory", "Metrics")
_OF_CONFIGURATIONS = re.compile(r"(Put|Get|List|Delete)Bucket(\w+?)Configurations?")
_CONFIGURATION_ACTIONS = [
    action
    for kind in _CONFIGURATIONS
    for action in (
        f"PutBucket{kind}Configuration", f"GetBucket{kind}Configuration", f"ListBucket{kind}Configurations",
        f"DeleteBucket{kind}Configuration",
    )
]  # fmt: skip


@operation("s3", *_CONFIGURATION_ACTIONS, source=API + "API_ListBucketMetricsConfigurations.html")
def bucket_configurations(call: Call) -> dict[str, Any] | None:
    """Buckets have analytics, inventory, metrics and intelligent-tiering configurations, each with an id."""
    match = _OF_CONFIGURATIONS.fullmatch(call.action)
    assert match is not None
    verb, kind = match.groups()
    kept = _kept(_bucket(call), kind)
    if verb == "List":
        return {"IsTruncated": False, f"{kind}ConfigurationList": [kept[key] for key in sorted(kept)]}
    name = call.params["Id"]
    if verb == "Put":
        kept[name] = call.params[f"{kind}Configuration"]
        return None
    if name not in kept:
        raise AwsError("NoSuchConfiguration", "The specified configuration does not exist.", 404)
    if verb == "Get":
        return {f"{kind}Configuration": kept[name]}
    del kept[name]
    return None


@operation("s3", "GetBucketRequestPayment", "PutBucketRequestPayment", source=API + "API_PutBucketRequestPayment.html")
def bucket_request_payment(call: Call) -> dict[str, Any] | None:
    """The owner pays for requests, until told otherwise."""
    bucket = _bucket(call)
    if call.action.startswith("Get"):
        return {"Payer": bucket.payer}
    bucket.payer = call.params["RequestPaymentConfiguration"]["Payer"]
    return None


@operation("s3", "GetBucketAbac", "PutBucketAbac", source=API + "API_GetBucketAbac.html")
def bucket_abac(call: Call) -> dict[str, Any] | None:
    """Access control by tags is Disabled, until told otherwise."""
    kept = _kept(_bucket(call), "Abac")
    if call.action.startswith("Get"):
        return {"AbacStatus": {"Status": kept.get("Status", "Disabled")}}
    kept["Status"] = call.params["AbacStatus"]["Status"]
    return None


_IMPLEMENTED = {
    *_CONFIGURATION_ACTIONS,
    "GetBucketRequestPayment",
    "PutBucketRequestPayment",
    "GetBucketAbac",
    "PutBucketAbac",
}


def _backend(call: Call) -> S3Backend:
    backend: S3Backend = s3_backends[call.account][get_partition(call.region)]
    return backend


def _bucket(call: Call) -> FakeBucket:
    name = call.params["Bucket"]
    bucket = _backend(call).buckets.get(name)
    if bucket is None:
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404, BucketName=name)
    return bucket


def _kept(bucket: FakeBucket, kind: str) -> dict[str, Any]:
    """What moto has no place for. Kept on its bucket, to be saved, reset and deleted with it."""
    kept: dict[str, Any] = bucket.__dict__.setdefault("sanders", {}).setdefault(kind, {})
    return kept


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
