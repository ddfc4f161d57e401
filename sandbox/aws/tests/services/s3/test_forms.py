"""Uploads by HTML forms."""

from typing import Any

import pytest

from conftest import Aws
from services.s3.conftest import http

rule = pytest.mark.rule


def post(aws: Aws, changes: dict[str, str] | None = None, body: bytes = b"hello", **parameters: Any) -> tuple[int, str]:
    """Fills in a form that boto3 makes, with these changes of its fields, and sends it."""
    form = aws("s3").generate_presigned_post("data", "a", **parameters)
    fields = {**form["fields"], **(changes or {})}
    parts = [f'--x\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n'.encode() for n, v in fields.items()]
    parts.append(b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + body + b"\r\n--x--\r\n")
    return http("POST", form["url"], b"".join(parts), **{"Content-Type": "multipart/form-data; boundary=x"})


def test_a_form_uploads(aws: Aws, bucket: str) -> None:
    status, _ = post(aws, Conditions=[["content-length-range", 1, 10]])
    assert status in (200, 204)
    assert aws("s3").get_object(Bucket=bucket, Key="a")["Body"].read() == b"hello"


@rule("s3.check_form")
@pytest.mark.parametrize(
    ("parameters", "changes", "answer"),
    [
        pytest.param({"ExpiresIn": -1}, {}, (403, "AccessDenied"), id="expired"),
        pytest.param({}, {"key": "b"}, (403, "AccessDenied"), id="another key"),
        pytest.param({}, {"acl": "private"}, (403, "AccessDenied"), id="a field that no condition allows"),
        pytest.param({}, {"x-amz-signature": "0" * 64}, (403, "SignatureDoesNotMatch"), id="forged"),
        pytest.param({}, {"policy": "e30="}, (403, "SignatureDoesNotMatch"), id="another policy"),
        pytest.param({"Conditions": [["content-length-range", 0, 4]]}, {}, (400, "EntityTooLarge"), id="too large"),
        pytest.param({"Conditions": [["content-length-range", 6, 9]]}, {}, (400, "EntityTooSmall"), id="too small"),
        pytest.param(
            {"Conditions": [["starts-with", "$acl", "pub"]]},
            {"acl": "private"},
            (403, "AccessDenied"),
            id="starts with",
        ),
    ],
)
def test_what_the_policy_refuses(
    aws: Aws, bucket: str, parameters: dict[str, Any], changes: dict[str, str], answer: tuple[int, str]
) -> None:
    assert post(aws, changes, **parameters) == answer
    assert "Contents" not in aws("s3").list_objects_v2(Bucket=bucket)
