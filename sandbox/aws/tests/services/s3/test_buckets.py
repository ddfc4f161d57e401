"""Buckets: their names, and the settings of new ones."""

import base64
import hashlib

import pytest

from conftest import Aws, code_of
from services.s3.conftest import LOCATION, SIGNED, http

rule = pytest.mark.rule


@rule("s3.encrypt_new_buckets")
def test_new_buckets_are_encrypted(aws: Aws, bucket: str) -> None:
    rules = aws("s3").get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules == [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]


@rule("s3.close_new_buckets")
def test_new_buckets_are_closed(aws: Aws, bucket: str) -> None:
    block = aws("s3").get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True}
    assert len(block) == 4
    controls = aws("s3").get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]
    assert controls["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]


def test_ownership_can_be_chosen(aws: Aws) -> None:
    aws("s3").create_bucket(Bucket="data", CreateBucketConfiguration=LOCATION, ObjectOwnership="ObjectWriter")
    controls = aws("s3").get_bucket_ownership_controls(Bucket="data")["OwnershipControls"]
    assert controls["Rules"] == [{"ObjectOwnership": "ObjectWriter"}]


def test_what_a_bucket_lost_stays_lost(aws: Aws, bucket: str) -> None:
    aws("s3").delete_public_access_block(Bucket=bucket)
    aws("s3").delete_bucket_ownership_controls(Bucket=bucket)
    assert code_of(aws("s3").get_public_access_block, Bucket=bucket) == "NoSuchPublicAccessBlockConfiguration"
    assert code_of(aws("s3").get_bucket_ownership_controls, Bucket=bucket) == "OwnershipControlsNotFoundError"


@rule("s3.reset_encryption")
def test_deleted_encryption_falls_back(aws: Aws, bucket: str) -> None:
    by_kms = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]}
    aws("s3").put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=by_kms)
    aws("s3").delete_bucket_encryption(Bucket=bucket)
    rules = aws("s3").get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


@rule("s3.check_bucket_name")
@pytest.mark.parametrize("name", ["Data", "da_ta", "192.168.0.1", "data..more", "xn--data", "data-s3alias"])
def test_bad_names(aws: Aws, name: str) -> None:
    client = aws("s3")
    assert code_of(client.create_bucket, Bucket=name, CreateBucketConfiguration=LOCATION) == "InvalidBucketName"


@pytest.mark.parametrize("body", [b"<Tagging", b"{}", b"text"])
def test_a_body_that_is_no_xml(aws: Aws, bucket: str, body: bytes) -> None:
    md5 = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
    answer = http("PUT", f"{aws.url}/{bucket}?tagging", body, **SIGNED, **{"Content-MD5": md5})
    assert answer == (400, "MalformedXML")
