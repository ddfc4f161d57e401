"""Objects."""

import http.client

import pytest

from conftest import BUSY, REGION, Aws, code_of

rule = pytest.mark.rule


@rule("s3.limit_deletions")
def test_a_thousand_deletions_per_call(aws: Aws, bucket: str) -> None:
    objects = [{"Key": str(i)} for i in range(1001)]
    assert code_of(aws("s3").delete_objects, Bucket=bucket, Delete={"Objects": objects}) == "MalformedXML"
    aws("s3").delete_objects(Bucket=bucket, Delete={"Objects": objects[1:]})


def test_chunked_uploads(aws: Aws, bucket: str) -> None:
    """Without a Content-Length, as SDKs send streams of unknown length."""
    connection = http.client.HTTPConnection(aws.url.removeprefix("http://"), timeout=BUSY)
    scope = f"Credential=test/20260101/{REGION}/s3/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"}
    connection.request("PUT", "/data/key", iter([b"one ", b"two"]), headers, encode_chunked=True)
    assert connection.getresponse().status == 200
    connection.close()
    assert aws("s3").get_object(Bucket=bucket, Key="key")["Body"].read() == b"one two"


def test_objects_survive_odd_keys_and_large_bodies(aws: Aws, bucket: str) -> None:
    body = b"x" * 6_000_000
    for key in ("folder/", "a b+c%2F", "ü/ö"):
        aws("s3").put_object(Bucket=bucket, Key=key, Body=body)
        assert aws("s3").get_object(Bucket=bucket, Key=key)["Body"].read() == body


@rule("s3.limit_keys")
def test_the_longest_key(aws: Aws, bucket: str) -> None:
    s3 = aws("s3")
    s3.put_object(Bucket=bucket, Key="ä" * 512, Body=b"1")
    for key in ("ä" * 513, "a" * 1025):
        assert code_of(s3.put_object, Bucket=bucket, Key=key, Body=b"1") == "KeyTooLongError"
        assert code_of(s3.create_multipart_upload, Bucket=bucket, Key=key) == "KeyTooLongError"


@rule("s3.limit_metadata")
def test_the_largest_metadata(aws: Aws, bucket: str) -> None:
    put = {"Bucket": bucket, "Key": "a", "Body": b"1"}
    aws("s3").put_object(**put, Metadata={"name": "x" * 2044})
    assert code_of(aws("s3").put_object, **put, Metadata={"name": "x" * 2045}) == "MetadataTooLarge"
    assert code_of(aws("s3").put_object, **put, ServerSideEncryption="rot13") == "InvalidEncryptionAlgorithmError"
