"""A bucket, and requests that no SDK makes."""

import re
import urllib.error
import urllib.request

import pytest

from conftest import BUSY, REGION, Aws

LOCATION = {"LocationConstraint": REGION}
SIGNED = {"Authorization": f"AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/s3/aws4_request"}


@pytest.fixture
def bucket(aws: Aws) -> str:
    aws("s3").create_bucket(Bucket="data", CreateBucketConfiguration=LOCATION)
    return "data"


def http(method: str, url: str, body: bytes | None = None, **headers: str) -> tuple[int, str]:
    """Status and body, or the error code in it, of a request that no SDK makes. urllib sends a body as a form."""
    request = urllib.request.Request(url, method=method, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=BUSY) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as answer:
        code = re.search("<Code>(.*?)</Code>", answer.read().decode())
        return answer.code, code[1] if code else ""
