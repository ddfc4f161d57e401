"""Checksums of what is sent to S3: a body that does not match the one it came with is refused.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
"""

import base64
import binascii
import functools
import hashlib
import hmac
import re
import zlib
from collections.abc import Callable

from moto.s3 import models, responses

from ...errors import AwsError
from ...rules import guard, patch
from ...wire import Answer, Call
from .common import API, GUIDE

_PREFIX = "x-amz-checksum-"
_TRAILER = re.compile(rb"\r\n(x-amz-checksum-[a-z0-9]+):([^\r\n]+)")


@guard("s3", "*", source=GUIDE + "checking-object-integrity-upload.html")
def check_checksums(call: Call) -> Answer | None:
    """A body that does not match its Content-MD5, its checksum or its x-amz-content-sha256 is refused."""
    if call.operation is None or not call.operation.http_checksum.get("requestAlgorithmMember"):
        return None
    headers = call.request.headers
    body, trailers = _read_body(call)
    _check_md5(headers.get("Content-MD5"), body)
    given = {name.lower(): value for name, value in [*headers, *trailers] if name.lower().startswith(_PREFIX)}
    given = {name.removeprefix(_PREFIX): value for name, value in given.items()}
    given = {name: value for name, value in given.items() if name not in ("algorithm", "mode", "type")}
    if len(given) > 1:
        raise AwsError(
            "InvalidRequest",
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
        )
    for name, value in given.items():
        _check_checksum(name, value, body)
    if call.operation.http_checksum.get("requestChecksumRequired") and not given and "Content-MD5" not in headers:
        raise AwsError("InvalidRequest", "Missing required header for this request: Content-MD5 OR x-amz-checksum-*")
    digest = headers.get("x-amz-content-sha256", "")
    if re.fullmatch(r"[0-9a-f]{64}", digest) and digest != hashlib.sha256(body).hexdigest():
        raise AwsError(
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        )
    return None


@patch("s3", "CopyObject", "PutObject", "UploadPart", source=API + "API_Checksum.html")
def compute_checksums() -> None:
    """The checksums CRC32C and CRC64NVME are what their names say."""

    def compute_checksum(body: bytes, algorithm: str, encode_base64: bool = True) -> bytes:
        checksum = _ALGORITHMS.get(algorithm.lower(), _hashed("sha256"))(body)
        return base64.b64encode(checksum) if encode_base64 else checksum

    responses.compute_checksum = compute_checksum
    models.compute_checksum = compute_checksum


def _read_body(call: Call) -> tuple[bytes, list[tuple[str, str]]]:
    """The body and its trailing headers, taken out of the chunks that SDKs send."""
    sent: bytes = call.request.get_data()
    if not call.request.headers.get("x-amz-content-sha256", "").startswith("STREAMING-"):
        return sent, []
    body, position = bytearray(), 0
    while True:
        end = sent.find(b"\r\n", position)
        size = int(sent[position:end].partition(b";")[0] or b"0", 16) if end >= 0 else 0
        if not size:
            break
        body += sent[end + 2 : end + 2 + size]
        position = end + 2 + size + 2
    length = call.request.headers.get("x-amz-decoded-content-length")
    if length is not None and length != str(len(body)):
        raise AwsError("IncompleteBody", "The request body terminated unexpectedly")
    return bytes(body), [(name.decode(), value.decode()) for name, value in _TRAILER.findall(sent[position:])]


def _check_md5(given: str | None, body: bytes) -> None:
    if given is None:
        return
    if not _is_base64(given, 16):
        raise AwsError("InvalidDigest", "The Content-MD5 you specified was invalid.")
    if not hmac.compare_digest(given, base64.b64encode(_hashed("md5")(body)).decode()):
        raise AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.")


def _check_checksum(name: str, given: str, body: bytes) -> None:
    compute = _ALGORITHMS.get(name)
    if compute is None:
        return  # the XXHASH family, which takes a library to compute
    if not _is_base64(given, len(compute(b""))):
        raise AwsError("InvalidRequest", f"Value for {_PREFIX}{name} header is invalid.")
    if not hmac.compare_digest(given, base64.b64encode(compute(body)).decode()):
        raise AwsError("BadDigest", f"The {name.upper()} you specified did not match the calculated checksum.")


def _is_base64(text: str, size: int) -> bool:
    try:
        return len(base64.b64decode(text, validate=True)) == size
    except (binascii.Error, ValueError):
        return False


def _hashed(name: str) -> Callable[[bytes], bytes]:
    return lambda body: hashlib.new(name, body, usedforsecurity=False).digest()


def _crc(body: bytes, polynomial: int, bits: int) -> bytes:
    """A cyclic redundancy check of reflected input and output, which begins and ends with all bits inverted."""
    table, ones = _crc_table(polynomial), (1 << bits) - 1
    crc = ones
    for byte in body:
        crc = table[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return (crc ^ ones).to_bytes(bits // 8, "big")


@functools.cache
def _crc_table(polynomial: int) -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (polynomial if value & 1 else 0)
        table.append(value)
    return table


_ALGORITHMS: dict[str, Callable[[bytes], bytes]] = {
    "crc32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "crc32c": lambda body: _crc(body, 0x82F63B78, 32),
    "crc64nvme": lambda body: _crc(body, 0x9A6C9329AC4BC9B5, 64),
    "md5": _hashed("md5"),
    "sha1": _hashed("sha1"),
    "sha256": _hashed("sha256"),
    "sha512": _hashed("sha512"),
}
