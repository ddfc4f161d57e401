"""What all of S3's modules share."""

from typing import Any

from moto.s3.models import FakeBucket, S3Backend, s3_backends
from moto.utilities.utils import get_partition

from ...errors import AwsError
from ...wire import Call

API = "https://docs.aws.amazon.com/AmazonS3/latest/API/"
GUIDE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/"


def backend_of(call: Call) -> S3Backend:
    """The account's S3 in the partition of the call's region."""
    backend: S3Backend = s3_backends[call.account][get_partition(call.region)]
    return backend


def existing_bucket(call: Call) -> FakeBucket:
    """The bucket that the call names, which must be there."""
    name = call.params["Bucket"]
    bucket = backend_of(call).buckets.get(name)
    if bucket is None:
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", 404, BucketName=name)
    return bucket


def kept_on(bucket: FakeBucket, kind: str) -> dict[str, Any]:
    """Settings that moto has no place for, by kind. Kept on its bucket, to be saved, reset and deleted with it."""
    kept: dict[str, Any] = bucket.__dict__.setdefault("sanders", {}).setdefault(kind, {})
    return kept
