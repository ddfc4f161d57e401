"""Checksums of what is sent."""

import base64
import hashlib
from typing import Any

import pytest

from conftest import Aws, code_of
from sanders_aws.services.s3.checksums import _ALGORITHMS
from services.s3.conftest import SIGNED, http

rule = pytest.mark.rule
ALGORITHMS = ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256")


@pytest.mark.parametrize(
    ("name", "checksum"),
    [("crc32", "cbf43926"), ("crc32c", "e3069283"), ("crc64nvme", "ae8b14860a799888")],
)
def test_check_values(name: str, checksum: str) -> None:
    """Of "123456789", as the catalogue of CRCs has them (https://reveng.sourceforge.io/crc-catalogue/all.htm)."""
    assert _ALGORITHMS[name](b"123456789").hex() == checksum


def right(algorithm: str, body: bytes) -> str:
    return base64.b64encode(_ALGORITHMS[algorithm.lower()](body)).decode()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_right_checksum_is_kept(aws: Aws, bucket: str, algorithm: str) -> None:
    checksum = {f"Checksum{algorithm}": right(algorithm, b"1")}
    aws("s3").put_object(Bucket=bucket, Key="a", Body=b"1", ChecksumAlgorithm=algorithm, **checksum)
    found = aws("s3").head_object(Bucket=bucket, Key="a", ChecksumMode="ENABLED")
    assert found[f"Checksum{algorithm}"] == checksum[f"Checksum{algorithm}"]


@rule("s3.check_checksums")
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_wrong_checksum_is_refused(aws: Aws, bucket: str, algorithm: str) -> None:
    wrong = {f"Checksum{algorithm}": right(algorithm, b"2")}
    assert code_of(aws("s3").put_object, Bucket=bucket, Key="a", Body=b"1", **wrong) == "BadDigest"
    upload = aws("s3").create_multipart_upload(Bucket=bucket, Key="a")["UploadId"]
    part = {"Bucket": bucket, "Key": "a", "UploadId": upload, "PartNumber": 1, "Body": b"1", **wrong}
    assert code_of(aws("s3").upload_part, **part) == "BadDigest"
    assert code_of(aws("s3").head_object, Bucket=bucket, Key="a") == "404"
    short = {f"Checksum{algorithm}": "AAA="}
    assert code_of(aws("s3").put_object, Bucket=bucket, Key="a", Body=b"1", **short) == "InvalidRequest"


@rule("s3.check_checksums")
@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"ContentMD5": base64.b64encode(b"0" * 16).decode()}, "BadDigest"),
        ({"ContentMD5": "bm9uZQ=="}, "InvalidDigest"),
        ({"ChecksumCRC32": right("CRC32", b"1"), "ChecksumSHA1": right("SHA1", b"1")}, "InvalidRequest"),
    ],
)
def test_other_mistakes(aws: Aws, bucket: str, parameters: dict[str, Any], code: str) -> None:
    assert code_of(aws("s3").put_object, Bucket=bucket, Key="a", Body=b"1", **parameters) == code


def chunked(body: bytes, trailer: str) -> bytes:
    return f"{len(body):x}\r\n".encode() + body + f"\r\n0\r\n{trailer}\r\n\r\n".encode()


def put_chunked(aws: Aws, checksum: str, length: str = "5") -> tuple[int, str]:
    """Puts a body in chunks with a checksum behind it, as newer SDKs and the CLI do."""
    headers = {
        "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "x-amz-decoded-content-length": length,
        "x-amz-trailer": "x-amz-checksum-crc64nvme",
        "Content-Encoding": "aws-chunked",
        **SIGNED,
    }
    return http("PUT", f"{aws.url}/data/a", chunked(b"hello", f"x-amz-checksum-crc64nvme:{checksum}"), **headers)


def test_a_right_checksum_behind_the_body(aws: Aws, bucket: str) -> None:
    assert put_chunked(aws, right("CRC64NVME", b"hello")) == (200, "")
    assert aws("s3").get_object(Bucket=bucket, Key="a")["Body"].read() == b"hello"


@rule("s3.check_checksums")
def test_a_wrong_checksum_behind_the_body(aws: Aws, bucket: str) -> None:
    assert put_chunked(aws, right("CRC64NVME", b"other")) == (400, "BadDigest")
    assert put_chunked(aws, right("CRC64NVME", b"hello"), length="6") == (400, "IncompleteBody")


def test_the_digest_in_the_signature(aws: Aws, bucket: str) -> None:
    for body, answer in ((b"hello", (200, "")), (b"other", (400, "XAmzContentSHA256Mismatch"))):
        headers = {"x-amz-content-sha256": hashlib.sha256(b"hello").hexdigest(), **SIGNED}
        assert http("PUT", f"{aws.url}/data/a", body, **headers) == answer


@rule("s3.compute_checksums")
@pytest.mark.parametrize("algorithm", ["CRC32C", "CRC64NVME"])
def test_copies_get_the_checksum_that_was_asked_for(aws: Aws, bucket: str, algorithm: str) -> None:
    aws("s3").put_object(Bucket=bucket, Key="a", Body=b"hello")
    copy = aws("s3").copy_object(Bucket=bucket, Key="b", CopySource="data/a", ChecksumAlgorithm=algorithm)
    assert copy["CopyObjectResult"][f"Checksum{algorithm}"] == right(algorithm, b"hello")


def test_what_must_have_a_checksum(aws: Aws, bucket: str) -> None:
    assert http("PUT", f"{aws.url}/data?tagging", b"<Tagging/>", **SIGNED) == (400, "InvalidRequest")
