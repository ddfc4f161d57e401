"""Presigned URLs, as plain HTTP clients use them."""

import urllib.parse
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.config import Config

from conftest import REGION, Aws
from services.s3.conftest import http

rule = pytest.mark.rule


def presign(aws: Aws, operation: str, expires: int = 60, **parameters: Any) -> str:
    url = aws("s3").generate_presigned_url(operation, Params={"Bucket": "data", **parameters}, ExpiresIn=expires)
    return str(url)


def changed(url: str, **parameters: str | None) -> str:
    """The URL with other values of its X-Amz-… parameters; None removes one."""
    parts = urllib.parse.urlsplit(url)
    query = dict(urllib.parse.parse_qsl(parts.query)) | {f"X-Amz-{name}": value for name, value in parameters.items()}
    kept = urllib.parse.urlencode({name: value for name, value in query.items() if value is not None})
    return urllib.parse.urlunsplit(parts._replace(query=kept))


@rule("s3.take_any_content_type")
def test_a_body_that_is_sent_as_a_form_is_the_object(aws: Aws, bucket: str) -> None:
    assert http("PUT", presign(aws, "put_object", Key="a"), b"hello=1&b") == (200, "")
    assert http("GET", presign(aws, "get_object", Key="a")) == (200, "hello=1&b")
    upload = aws("s3").create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    part = presign(aws, "upload_part", Key="parts", UploadId=upload, PartNumber=1)
    assert http("PUT", part, b"part") == (200, "")
    sizes = [part["Size"] for part in aws("s3").list_parts(Bucket=bucket, Key="parts", UploadId=upload)["Parts"]]
    assert sizes == [4]


@pytest.mark.parametrize("key", ["a b+c", "ä/ö", "a~b!*'()", "%41", "x//y", "q?=&#"])
def test_odd_keys_and_parameters(aws: Aws, bucket: str, key: str) -> None:
    assert http("PUT", presign(aws, "put_object", Key=key), b"1") == (200, "")
    shown = presign(aws, "get_object", Key=key, ResponseContentDisposition=f"attachment; filename={key!r}")
    assert http("GET", shown) == (200, "1")


def test_what_was_signed_with_it_must_be_sent(aws: Aws, bucket: str) -> None:
    url = presign(aws, "put_object", Key="a", Metadata={"owner": "me"}, ContentType="text/csv")
    sent = {"x-amz-meta-owner": "me", "Content-Type": "text/csv"}
    assert http("PUT", url, b"1", **sent) == (200, "")
    assert http("PUT", url, b"1", **(sent | {"x-amz-meta-owner": "you"})) == (403, "SignatureDoesNotMatch")
    assert http("PUT", url, b"1", **sent, **{"x-amz-acl": "private"}) == (403, "AccessDenied")


@rule("s3.check_presigned_url")
def test_it_expires(aws: Aws, bucket: str) -> None:
    aws("s3").put_object(Bucket=bucket, Key="a", Body=b"1")
    old = datetime.now(UTC) - timedelta(seconds=61)
    url = changed(presign(aws, "get_object", Key="a"), Date=old.strftime("%Y%m%dT%H%M%SZ"))
    assert http("GET", url) == (403, "AccessDenied")


@rule("s3.check_presigned_url")
@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        pytest.param({"Signature": "0" * 64}, "SignatureDoesNotMatch", id="forged"),
        pytest.param({"Expires": "61"}, "SignatureDoesNotMatch", id="prolonged"),
        pytest.param({"Expires": "604801"}, "AuthorizationQueryParametersError", id="more than a week"),
        pytest.param({"Expires": "-1"}, "AuthorizationQueryParametersError", id="negative"),
        pytest.param({"Expires": "soon"}, "AuthorizationQueryParametersError", id="no number"),
        pytest.param({"Expires": None}, "AuthorizationQueryParametersError", id="never"),
        pytest.param({"Date": "yesterday"}, "AuthorizationQueryParametersError", id="no date"),
        pytest.param({"Date": "21000101T000000Z"}, "AccessDenied", id="not yet valid"),
        pytest.param({"Algorithm": "AWS4-HMAC-MD5"}, "AuthorizationQueryParametersError", id="algorithm"),
        pytest.param({"Credential": "test"}, "AuthorizationQueryParametersError", id="credential"),
        pytest.param({"SignedHeaders": "accept"}, "AccessDenied", id="host not signed"),
    ],
)
def test_what_is_wrong_with_it(aws: Aws, bucket: str, parameters: dict[str, str], code: str) -> None:
    aws("s3").put_object(Bucket=bucket, Key="a", Body=b"1")
    status, found = http("GET", changed(presign(aws, "get_object", Key="a"), **parameters))
    assert (status, found) == (403 if code in ("AccessDenied", "SignatureDoesNotMatch") else 400, code)


@rule("s3.check_presigned_url")
def test_it_is_good_for_one_method_key_and_region(aws: Aws, bucket: str) -> None:
    aws("s3").put_object(Bucket=bucket, Key="a", Body=b"1")
    url = presign(aws, "get_object", Key="a")
    assert http("GET", url)[0] == 200
    assert http("DELETE", url) == (403, "SignatureDoesNotMatch")
    assert http("GET", url.replace("/data/a?", "/data/b?")) == (403, "SignatureDoesNotMatch")
    assert http("GET", url + "&versionId=1") == (403, "SignatureDoesNotMatch")
    elsewhere = url.replace(REGION, "eu-west-1")
    assert http("GET", elsewhere) == (400, "AuthorizationQueryParametersError")
    assert http("GET", url, Authorization="AWS4-HMAC-SHA256 Credential=x") == (400, "InvalidArgument")


def test_keys_that_were_given_out_sign_with_their_secret(aws: Aws, bucket: str) -> None:
    aws("s3").put_object(Bucket=bucket, Key="a", Body=b"1")
    aws("iam").create_user(UserName="me")
    key = aws("iam").create_access_key(UserName="me")["AccessKey"]
    assumed = aws("sts").assume_role(RoleArn="arn:aws:iam::120569615884:role/any", RoleSessionName="me")["Credentials"]
    known = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    role = {"aws_access_key_id": assumed["AccessKeyId"], "aws_secret_access_key": assumed["SecretAccessKey"]}
    for credentials, answer in (
        (known, (200, "1")),
        (known | {"aws_secret_access_key": "guessed"}, (403, "SignatureDoesNotMatch")),
        (role | {"aws_session_token": assumed["SessionToken"]}, (200, "1")),
        (role | {"aws_session_token": "forged"}, (400, "InvalidToken")),
        (role, (400, "InvalidToken")),
    ):
        config = Config(signature_version="s3v4", s3={"addressing_style": "path"})
        client = boto3.client("s3", endpoint_url=aws.url, region_name=REGION, config=config, **credentials)
        assert http("GET", client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a"})) == answer
    aws("iam").update_access_key(UserName="me", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    client = boto3.client("s3", endpoint_url=aws.url, region_name=REGION, config=config, **known)
    url = client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a"})
    assert http("GET", url) == (403, "InvalidAccessKeyId")


@rule("s3.refuse_version_2")
def test_version_2_is_refused(aws: Aws, bucket: str) -> None:
    aws("s3").put_object(Bucket=bucket, Key="a", Body=b"1")
    config = Config(signature_version="s3", s3={"addressing_style": "path"})
    known = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    client = boto3.client("s3", endpoint_url=aws.url, region_name=REGION, config=config, **known)
    url = client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a"})
    assert "AWSAccessKeyId" in url
    assert http("GET", url) == (400, "InvalidRequest")
