"""Errors on the wire, and what is not implemented."""

import http.client
import json
import zlib
from typing import Any

import pytest
from werkzeug.test import create_environ

from conftest import ACCOUNT, BUSY, Aws, code_of
from sanders_aws import gateway
from sanders_aws.calls import CallLog
from sanders_aws.control import Control
from sanders_aws.errors import AwsError, answer_error
from sanders_aws.faults import Faults
from sanders_aws.iam.enforcement import Enforcement

CASES = {
    "json": ("dynamodb", "json", '{"__type": "Oops", "message": "a < b", "BucketName": "data"}'),
    "rest-json": ("batch", "rest-json", '{"message": "a < b", "BucketName": "data"}'),
    "query": ("iam", "query", "<ErrorResponse><Error><Type>Sender</Type><Code>Oops</Code><Message>a &lt; b</Message>"),
    "ec2": ("ec2", "ec2", "<Response><Errors><Error><Code>Oops</Code><Message>a &lt; b</Message></Error></Errors>"),
    "s3": ("s3", "rest-xml", "<Error><Code>Oops</Code><Message>a &lt; b</Message><BucketName>data</BucketName>"),
}


@pytest.mark.parametrize("case", CASES)
def test_shapes(case: str) -> None:
    service, protocol, expected = CASES[case]
    answer = answer_error(AwsError("Oops", "a < b", 409, BucketName="data"), service, protocol)
    assert answer.status == 409
    assert expected in answer.body.decode()
    if "json" in protocol:
        assert answer.headers["x-amzn-ErrorType"] == "Oops"


@pytest.mark.parametrize(("service", "version"), [("dynamodb", "1.0"), ("ecr", "1.1")])
def test_json_has_the_services_version(service: str, version: str) -> None:
    answer = answer_error(AwsError("Oops", "no"), service, "json")
    assert answer.headers["Content-Type"] == f"application/x-amz-json-{version}"


@pytest.mark.parametrize(
    ("service", "action", "parameters", "code"),
    [
        pytest.param("batch", "list_service_jobs", {}, "UnknownOperationException", id="rest-json, ours"),
        pytest.param("appstream", "describe_fleets", {}, "UnknownOperationException", id="json, not in moto"),
        pytest.param("ec2", "describe_fpga_images", {}, "InvalidAction", id="ec2"),
        pytest.param("iam", "list_organizations_features", {}, "InvalidAction", id="query"),
        pytest.param(
            "s3", "get_bucket_metadata_table_configuration", {"Bucket": "data"}, "NotImplemented", id="rest-xml, s3"
        ),
        pytest.param("dynamodb", "list_global_tables", {}, "UnknownOperationException", id="json"),
    ],
)
def test_what_is_not_implemented(aws: Aws, service: str, action: str, parameters: dict[str, Any], code: str) -> None:
    assert code_of(getattr(aws(service), action), **parameters) == code
    assert aws.calls()[-1]["error"] == code


def signed(service: str) -> dict[str, str]:
    scope = f"Credential=test/20260101/eu-central-1/{service}/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0"}


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "expected"),
    [
        pytest.param("POST", "/v1/frobnicate", signed("batch"), "{}", "is unknown", id="rest-json"),
        pytest.param(
            "POST", "/", {**signed("dynamodb"), "X-Amz-Target": "DynamoDB_20120810.Frobnicate",
                          "Content-Type": "application/x-amz-json-1.0"}, "{}", "Frobnicate is unknown", id="json",
        ),
        pytest.param(
            "POST", "/", {**signed("ec2"), "Content-Type": "application/x-www-form-urlencoded"},
            "Action=Frobnicate&Version=2016-11-15", "<Code>InvalidAction</Code>", id="ec2",
        ),
        pytest.param(
            "POST", "/", {**signed("iam"), "Content-Type": "application/x-www-form-urlencoded"},
            "Action=Frobnicate&Version=2010-05-08", "The action Frobnicate is not valid", id="query",
        ),
        pytest.param("POST", "/", signed("nonsense"), "{}", "is unknown", id="no such service"),
    ],
)  # fmt: skip
def test_actions_that_aws_does_not_have(
    aws: Aws, method: str, path: str, headers: dict[str, str], body: str, expected: str
) -> None:
    connection = http.client.HTTPConnection(aws.url.removeprefix("http://"), timeout=BUSY)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    assert 400 <= answer.status < 500
    assert expected in text
    assert "<html" not in text.lower()
    connection.close()


@pytest.mark.parametrize(
    ("action", "parameters", "code"),
    [
        pytest.param("ListTables", {}, "", id="moto's answer"),
        pytest.param(
            "UpdateTable", {"TableName": "none", "TableClass": "STANDARD"}, "ResourceNotFound", id="our error"
        ),
        pytest.param("DescribeTable", {"TableName": "none"}, "ResourceNotFound", id="moto's error"),
        pytest.param("DescribeLimits", {}, "Odd", id="a fault"),
        pytest.param("Frobnicate", {}, "UnknownOperation", id="an unknown action"),
    ],
)
def test_dynamodb_sends_checksums(aws: Aws, action: str, parameters: dict[str, str], code: str) -> None:
    """The SDK for Go takes an answer without a checksum for a damaged one."""
    aws.fault(kind="error", service="dynamodb", action="DescribeLimits", code="Odd")
    connection = http.client.HTTPConnection(aws.url.removeprefix("http://"), timeout=BUSY)
    target = {"X-Amz-Target": f"DynamoDB_20120810.{action}", "Content-Type": "application/x-amz-json-1.0"}
    connection.request("POST", "/", json.dumps(parameters), {**signed("dynamodb"), **target})
    answer = connection.getresponse()
    body = answer.read()
    assert answer.headers.get_all("x-amz-crc32") == [str(zlib.crc32(body))]
    assert code in body.decode()
    connection.close()


def test_a_failure_of_the_emulator_is_an_aws_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever breaks inside, the caller gets the protocol's shape."""

    def fail(call: Any) -> None:
        raise KeyError("inside")

    monkeypatch.setattr(gateway, "check_parameters", fail)
    calls, faults, iam = CallLog(), Faults(), Enforcement()
    serve = gateway.Gateway(ACCOUNT, calls, faults, iam, Control(calls, faults, iam, None, None, None))
    environ = create_environ("/v1/describejobs", method="POST", data="{}", headers=signed("batch"))
    answers: list[Any] = []
    body = b"".join(serve(environ, lambda status, headers: answers.append((status, dict(headers)))))
    status, headers = answers[0]
    assert status.startswith("500 ")
    assert headers["x-amzn-ErrorType"] == "ServerException"
    assert json.loads(body)["message"] == "sanders-aws: KeyError: 'inside'"


@pytest.mark.parametrize("fault", [{}, {"code": "AccessDenied", "status": 403}])
def test_head_has_no_body(aws: Aws, fault: dict[str, Any]) -> None:
    """A body after HEAD would be taken for the next answer on the connection."""
    aws("s3").create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    if fault:
        aws.fault(kind="error", action="HeadBucket", **fault)
    connection = http.client.HTTPConnection(aws.url.removeprefix("http://"), timeout=BUSY)
    connection.request("HEAD", "/data", headers=signed("s3"))
    answer = connection.getresponse()
    assert (answer.status, answer.fp.read() if answer.fp else b"") == (fault.get("status", 200), b"")
    connection.close()


@pytest.mark.parametrize("key", [None, "key"])
def test_head_of_nothing_is_not_found(aws: Aws, key: str | None) -> None:
    """Terraform, for one, believes no other answer that a bucket is gone."""
    client = aws("s3")
    if key is None:
        assert code_of(client.head_bucket, Bucket="data") == "404"
        return
    client.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    assert code_of(client.head_object, Bucket="data", Key=key) == "404"


def test_one_content_length(aws: Aws) -> None:
    client = aws("s3")
    client.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    client.put_object(Bucket="data", Key="key", Body=b"12345")
    connection = http.client.HTTPConnection(aws.url.removeprefix("http://"), timeout=BUSY)
    connection.request("GET", "/data/key", headers=signed("s3"))
    answer = connection.getresponse()
    assert answer.headers.get_all("Content-Length") == ["5"]
    assert answer.read() == b"12345"
    connection.close()
