"""Buckets: their names, and the settings of new ones."""

import re

from moto.s3.models import PublicAccessBlock

from ...errors import AwsError
from ...rules import amendment, guard
from ...wire import Answer, Call
from .common import API, GUIDE, existing_bucket

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_IP_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")
_DEFAULT_ENCRYPTION = {
    "Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": "false"}
}


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
    bucket = existing_bucket(call)
    if bucket.encryption is None:
        bucket.encryption = _DEFAULT_ENCRYPTION


@amendment("s3", "CreateBucket", source=GUIDE + "create-bucket-faq.html")
def close_new_buckets(call: Call, answer: Answer) -> None:
    """A new bucket blocks public access and disables ACLs (BucketOwnerEnforced)."""
    bucket = existing_bucket(call)
    if bucket.public_access_block is None:
        bucket.public_access_block = PublicAccessBlock("true", "true", "true", "true")
    if bucket.ownership_rule is None:
        bucket.ownership_rule = call.params.get("ObjectOwnership", "BucketOwnerEnforced")


@amendment("s3", "DeleteBucketEncryption", source=API + "API_DeleteBucketEncryption.html")
def reset_encryption(call: Call, answer: Answer) -> None:
    """Deleting a bucket's encryption resets it to AES256."""
    existing_bucket(call).encryption = _DEFAULT_ENCRYPTION
