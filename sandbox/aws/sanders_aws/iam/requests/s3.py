"""S3: its actions have other names than its operations.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

from .. import reference
from ..questions import Asking, UnknownOperation, as_tags, asks

# Operations on a bucket whose action has another name; those that are not here are called like their action.
_BUCKET = {
    "DeleteBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
    "DeleteBucketInventoryConfiguration": "PutInventoryConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketMetricsConfiguration": "PutMetricsConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketAnalyticsConfiguration": "GetAnalyticsConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketIntelligentTieringConfiguration": "GetIntelligentTieringConfiguration",
    "GetBucketInventoryConfiguration": "GetInventoryConfiguration",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketMetricsConfiguration": "GetMetricsConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "ListBucketAnalyticsConfigurations": "GetAnalyticsConfiguration",
    "ListBucketIntelligentTieringConfigurations": "GetIntelligentTieringConfiguration",
    "ListBucketInventoryConfigurations": "GetInventoryConfiguration",
    "ListBucketMetricsConfigurations": "GetMetricsConfiguration",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "PutBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
    "PutBucketCors": "PutBucketCORS",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
    "PutBucketInventoryConfiguration": "PutInventoryConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketMetricsConfiguration": "PutMetricsConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutBucketReplication": "PutReplicationConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    **dict.fromkeys(
        ("DeleteBucket", "DeleteBucketPolicy", "DeleteBucketWebsite", "GetBucketAbac", "GetBucketAcl",
         "GetBucketLocation", "GetBucketLogging", "GetBucketNotification", "GetBucketOwnershipControls",
         "GetBucketPolicy", "GetBucketPolicyStatus", "GetBucketRequestPayment", "GetBucketTagging",
         "GetBucketVersioning", "GetBucketWebsite", "PutBucketAbac", "PutBucketAcl", "PutBucketLogging",
         "PutBucketNotification", "PutBucketOwnershipControls", "PutBucketPolicy", "PutBucketRequestPayment",
         "PutBucketTagging", "PutBucketVersioning", "PutBucketWebsite"), ""),
}  # fmt: skip
# Operations on an object, and the action if the request names a version.
_OBJECT = {
    "AbortMultipartUpload": ("AbortMultipartUpload", ""),
    "CompleteMultipartUpload": ("PutObject", ""),
    "CreateMultipartUpload": ("PutObject", ""),
    "DeleteObject": ("DeleteObject", "DeleteObjectVersion"),
    "DeleteObjectTagging": ("DeleteObjectTagging", "DeleteObjectVersionTagging"),
    "GetObject": ("GetObject", "GetObjectVersion"),
    "GetObjectAcl": ("GetObjectAcl", "GetObjectVersionAcl"),
    "GetObjectLegalHold": ("GetObjectLegalHold", ""),
    "GetObjectRetention": ("GetObjectRetention", ""),
    "GetObjectTagging": ("GetObjectTagging", "GetObjectVersionTagging"),
    "HeadObject": ("GetObject", "GetObjectVersion"),
    "ListParts": ("ListMultipartUploadParts", ""),
    "PutObject": ("PutObject", ""),
    "PutObjectAcl": ("PutObjectAcl", "PutObjectVersionAcl"),
    "PutObjectLegalHold": ("PutObjectLegalHold", ""),
    "PutObjectRetention": ("PutObjectRetention", ""),
    "PutObjectTagging": ("PutObjectTagging", "PutObjectVersionTagging"),
    "RestoreObject": ("RestoreObject", ""),
    "UploadPart": ("PutObject", ""),
}
_HEADERS = {
    "s3:x-amz-acl": "ACL",
    "s3:x-amz-server-side-encryption": "ServerSideEncryption",
    "s3:x-amz-storage-class": "StorageClass",
}


@asks("s3", *_BUCKET)
def on_bucket(asking: Asking) -> None:
    action = _BUCKET[asking.call.action] or asking.call.action
    asking.ask(action, "bucket", _bucket(asking))


@asks("s3", *_OBJECT)
def on_object(asking: Asking) -> None:
    params = asking.params
    plain, of_version = _OBJECT[asking.call.action]
    version = params.get("VersionId") if of_version else None
    action = of_version if version else plain
    keys: dict[str, str | None] = {"s3:versionid": version} if version else {}
    if action == "PutObject":
        keys |= {key: params.get(name) for key, name in _HEADERS.items()}
    asking.ask(action, "object", *_object(asking), keys={**keys, **_tags_of_object(asking, action)})
    if asking.call.action in ("PutObject", "CreateMultipartUpload"):
        if params.get("Tagging"):
            asking.ask("PutObjectTagging", "object", *_object(asking), keys=_given_tags(asking))
        if params.get("ACL") or any(name.startswith("Grant") for name in params):
            asking.ask("PutObjectAcl", "object", *_object(asking), keys={"s3:x-amz-acl": params.get("ACL")})
    if action in ("GetObject", "GetObjectVersion") and _stored(asking, *_object(asking)) is None:
        # Only who may list the bucket is told that there is no such object. Source: API_GetObject.html, Permissions
        asking.ask("ListBucket", "bucket", _bucket(asking))


@asks("s3", "ListBuckets", "ListDirectoryBuckets")
def list_buckets(asking: Asking) -> None:
    asking.ask("ListAllMyBuckets")


@asks("s3", "ListObjects", "ListObjectsV2", "ListObjectVersions")
def list_objects(asking: Asking) -> None:
    params = asking.params
    keys = {
        "s3:prefix": params.get("Prefix", ""),
        "s3:delimiter": params.get("Delimiter"),
        "s3:max-keys": str(params["MaxKeys"]) if "MaxKeys" in params else None,
    }
    action = "ListBucketVersions" if asking.call.action == "ListObjectVersions" else "ListBucket"
    asking.ask(action, "bucket", _bucket(asking), keys=keys)


@asks("s3", "CreateBucket")
def create_bucket(asking: Asking) -> None:
    params, bucket = asking.params, _bucket(asking)
    tags = as_tags(params.get("CreateBucketConfiguration", {}).get("Tags") or [])
    asking.ask("CreateBucket", "bucket", bucket, tags=tags, keys={"s3:x-amz-acl": params.get("ACL")}, exists=False)
    if params.get("ACL") or any(name.startswith("Grant") for name in params):
        asking.ask("PutBucketAcl", "bucket", bucket)
    if params.get("ObjectOwnership"):
        asking.ask("PutBucketOwnershipControls", "bucket", bucket)
    if params.get("ObjectLockEnabledForBucket"):
        asking.ask("PutBucketObjectLockConfiguration", "bucket", bucket)
        asking.ask("PutBucketVersioning", "bucket", bucket)
    if tags:
        asking.ask("TagResource", "bucket", bucket, tags=tags, exists=False)


@asks("s3", "CopyObject", "UploadPartCopy")
def copy(asking: Asking) -> None:
    path, _, version = asking.params.get("CopySource", "").partition("?versionId=")
    bucket, _, key = unquote(path).removeprefix("/").partition("/")
    source = "GetObjectVersion" if version else "GetObject"
    asking.ask(source, "object", bucket, key, keys={"s3:versionid": version} if version else None)
    asking.ask("PutObject", "object", *_object(asking))


@asks("s3", "GetObjectAttributes")
def get_attributes(asking: Asking) -> None:
    version = "Version" if asking.params.get("VersionId") else ""
    asking.ask(f"GetObject{version}", "object", *_object(asking))
    asking.ask(f"GetObject{version}Attributes", "object", *_object(asking))


@asks("s3", "DeleteObjects")
def delete_objects(asking: Asking) -> None:
    for one in asking.params.get("Delete", {}).get("Objects", []):
        action = "DeleteObjectVersion" if one.get("VersionId") else "DeleteObject"
        asking.ask(action, "object", _bucket(asking), one["Key"])


@asks("s3", "", "PostObject")
def post(asking: Asking) -> None:
    """A form that uploads an object, which is in no model."""
    form = {name.lower(): value for name, value in asking.call.request.form.items()}
    if asking.call.request.method != "POST" or "key" not in form:
        raise UnknownOperation("sanders-aws does not know what this call to S3 is")
    asking.ask("PutObject", "object", asking.call.request.path.split("/")[1], form["key"])


def _bucket(asking: Asking) -> str:
    return str(asking.params.get("Bucket", ""))


def _object(asking: Asking) -> tuple[str, str]:
    return _bucket(asking), str(asking.params.get("Key", ""))


def _stored(asking: Asking, bucket: str, key: str) -> Any | None:
    from moto.s3.models import s3_backends

    owned = s3_backends[asking.call.account][asking.partition].buckets.get(bucket)
    return owned.keys.get(key) if owned else None


def _tags_of_object(asking: Asking, action: str) -> Mapping[str, str]:
    found = reference.action("s3", action)
    if found is None or "s3:existingobjecttag/" not in found.keys("object"):
        return {}
    from moto.s3.models import s3_backends

    stored = _stored(asking, *_object(asking))
    tagger = s3_backends[asking.call.account][asking.partition].tagger
    tags: Mapping[str, str] = tagger.get_tag_dict_for_resource(stored.arn) if stored else {}
    return {f"s3:ExistingObjectTag/{name}": value for name, value in tags.items()}


def _given_tags(asking: Asking) -> dict[str, str | None]:
    pairs = parse_qsl(asking.params.get("Tagging", ""))
    return {f"s3:RequestObjectTag/{name}": value for name, value in pairs}
