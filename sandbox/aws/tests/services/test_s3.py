"""S3."""

import http.client
import json
from typing import Any

import pytest

from conftest import ACCOUNT, BUSY, REGION, Aws, code_of

rule = pytest.mark.rule
LOCATION = {"LocationConstraint": REGION}


@pytest.fixture
def bucket(aws: Aws) -> str:
    aws("s3").create_bucket(Bucket="data", CreateBucketConfiguration=LOCATION)
    return "data"


def policy(**changes: Any) -> str:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::data", "arn:aws:s3:::data/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        **changes,
    }
    statement = {key: value for key, value in statement.items() if value is not None}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


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


@rule("s3.refuse_unknown_subresources")
def test_no_subresource_is_taken_for_the_bucket(aws: Aws, bucket: str) -> None:
    """Seen on moto: deleting a configuration that it does not know deleted the bucket."""
    assert code_of(aws("s3").delete_bucket_metadata_table_configuration, Bucket=bucket) == "NotImplemented"
    aws("s3").head_bucket(Bucket=bucket)


KINDS = {
    "analytics": {"Id": "a", "StorageClassAnalysis": {}},
    "metrics": {"Id": "a"},
    "intelligent_tiering": {"Id": "a", "Status": "Enabled", "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}]},
    "inventory": {
        "Id": "a",
        "IsEnabled": True,
        "IncludedObjectVersions": "All",
        "Schedule": {"Frequency": "Daily"},
        "Destination": {"S3BucketDestination": {"Bucket": "arn:aws:s3:::data", "Format": "CSV"}},
    },
}


@rule("s3.bucket_configurations")
@pytest.mark.parametrize("kind", KINDS)
def test_configurations(aws: Aws, bucket: str, kind: str) -> None:
    client, key = aws("s3"), "".join(word.capitalize() for word in kind.split("_")) + "Configuration"
    configuration = {key: KINDS[kind]}
    getattr(client, f"put_bucket_{kind}_configuration")(Bucket=bucket, Id="a", **configuration)
    listed = getattr(client, f"list_bucket_{kind}_configurations")(Bucket=bucket)
    assert listed[f"{key}List"] == [KINDS[kind]]
    assert getattr(client, f"get_bucket_{kind}_configuration")(Bucket=bucket, Id="a")[key] == KINDS[kind]
    getattr(client, f"delete_bucket_{kind}_configuration")(Bucket=bucket, Id="a")
    assert f"{key}List" not in getattr(client, f"list_bucket_{kind}_configurations")(Bucket=bucket)
    assert code_of(getattr(client, f"get_bucket_{kind}_configuration"), Bucket=bucket, Id="a") == "NoSuchConfiguration"
    client.head_bucket(Bucket=bucket)


@rule("s3.bucket_request_payment")
def test_request_payment(aws: Aws, bucket: str) -> None:
    assert aws("s3").get_bucket_request_payment(Bucket=bucket)["Payer"] == "BucketOwner"
    aws("s3").put_bucket_request_payment(Bucket=bucket, RequestPaymentConfiguration={"Payer": "Requester"})
    assert aws("s3").get_bucket_request_payment(Bucket=bucket)["Payer"] == "Requester"


@rule("s3.bucket_abac")
def test_abac(aws: Aws, bucket: str) -> None:
    assert aws("s3").get_bucket_abac(Bucket=bucket)["AbacStatus"] == {"Status": "Disabled"}
    aws("s3").put_bucket_abac(Bucket=bucket, AbacStatus={"Status": "Enabled"})
    assert aws("s3").get_bucket_abac(Bucket=bucket)["AbacStatus"] == {"Status": "Enabled"}


@rule("s3.check_bucket_policy")
@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("no JSON", "MalformedPolicy", id="no JSON"),
        pytest.param("{}", "MalformedPolicy", id="no statement"),
        pytest.param(policy(Resource="arn:aws:s3:::other/*"), "MalformedPolicy", id="another bucket"),
        pytest.param(policy(Resource=None), "MalformedPolicy", id="no resource"),
        pytest.param(policy(Action="ec2:RunInstances"), "MalformedPolicy", id="action of another service"),
        pytest.param(policy(Effect="Maybe"), "MalformedPolicy", id="effect"),
        pytest.param(
            policy(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/unknown"}), "MalformedPolicy", id="unknown principal"
        ),
        pytest.param(policy(Effect="Allow", Condition=None), "AccessDenied", id="public"),
    ],
)
def test_refused_policies(aws: Aws, bucket: str, text: str, code: str) -> None:
    assert code_of(aws("s3").put_bucket_policy, Bucket=bucket, Policy=text) == code


def test_accepted_policies(aws: Aws, bucket: str) -> None:
    aws("s3").put_bucket_policy(Bucket=bucket, Policy=policy())
    assert json.loads(aws("s3").get_bucket_policy(Bucket=bucket)["Policy"]) == json.loads(policy())
    aws("s3").delete_public_access_block(Bucket=bucket)
    aws("s3").put_bucket_policy(Bucket=bucket, Policy=policy(Effect="Allow", Condition=None))


@rule("s3.refuse_acls")
def test_acls_are_disabled(aws: Aws, bucket: str) -> None:
    client = aws("s3")
    assert code_of(client.put_bucket_acl, Bucket=bucket, ACL="public-read") == "AccessControlListNotSupported"
    assert code_of(client.put_object, Bucket=bucket, Key="a", ACL="public-read") == "AccessControlListNotSupported"
    client.put_object(Bucket=bucket, Key="a", ACL="bucket-owner-full-control")
    parameters = {"Bucket": "other", "ACL": "public-read", "CreateBucketConfiguration": LOCATION}
    assert code_of(client.create_bucket, **parameters) == "InvalidBucketAclWithObjectOwnership"


@rule("s3.limit_deletions")
def test_a_thousand_deletions_a_call(aws: Aws, bucket: str) -> None:
    objects = [{"Key": str(i)} for i in range(1001)]
    assert code_of(aws("s3").delete_objects, Bucket=bucket, Delete={"Objects": objects}) == "MalformedXML"
    aws("s3").delete_objects(Bucket=bucket, Delete={"Objects": objects[1:]})


@rule("s3.list_multipart_uploads")
def test_pages_of_uploads(aws: Aws, bucket: str) -> None:
    client = aws("s3")
    keys = ["a", "a", "b", "c"]
    for key in keys:
        client.create_multipart_upload(Bucket=bucket, Key=key)
    pages = list(
        client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, PaginationConfig={"PageSize": 2})
    )
    assert [[upload["Key"] for upload in page["Uploads"]] for page in pages] == [["a", "a"], ["b", "c"]]


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


@rule("s3.apply_conditions")
def test_a_condition_that_is_not_met_denies_nothing(aws: Aws, bucket: str) -> None:
    aws("s3").put_bucket_policy(Bucket=bucket, Policy=policy())
    aws("s3").put_object(Bucket=bucket, Key="key", Body=b"content")
    assert aws("s3").head_object(Bucket=bucket, Key="key")["ContentLength"] == 7
    assert aws("s3").get_object(Bucket=bucket, Key="key")["Body"].read() == b"content"
    aws("s3").delete_object(Bucket=bucket, Key="key")


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param(None, id="none"),
        pytest.param({"Bool": {"aws:SecureTransport": "true"}}, id="through TLS"),
        pytest.param({"BoolIfExists": {"aws:SecureTransport": ["true"]}}, id="through TLS, if known"),
        pytest.param({"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}, id="of a VPC, if known"),
    ],
)
def test_a_condition_that_is_met_denies(aws: Aws, bucket: str, condition: dict[str, Any] | None) -> None:
    aws("s3").put_bucket_policy(Bucket=bucket, Policy=policy(Action="s3:PutObject", Condition=condition))
    assert code_of(aws("s3").put_object, Bucket=bucket, Key="key", Body=b"") == "403"


def test_a_condition_on_what_the_request_does_not_have_denies_nothing(aws: Aws, bucket: str) -> None:
    condition = {"StringEquals": {"aws:SourceVpc": "vpc-1"}, "Bool": {"aws:SecureTransport": "true"}}
    aws("s3").put_bucket_policy(Bucket=bucket, Policy=policy(Action="s3:PutObject", Condition=condition))
    aws("s3").put_object(Bucket=bucket, Key="key", Body=b"")


def put(aws: Aws, bucket: str, *keys: str) -> list[tuple[str, str]]:
    """Puts a version of each key; keys and version ids."""
    return [(key, aws("s3").put_object(Bucket=bucket, Key=key, Body=b"").get("VersionId", "null")) for key in keys]


def entries(page: dict[str, Any]) -> list[tuple[str, str]]:
    return [(entry["Key"], entry["VersionId"]) for entry in page.get("Versions", []) + page.get("DeleteMarkers", [])]


def empty_page_by_page(aws: Aws, bucket: str) -> list[tuple[str, str]]:
    """Deletes what a page lists before it asks for the next, from where that page ended."""
    seen, markers = [], {}
    while True:
        page = aws("s3").list_object_versions(Bucket=bucket, MaxKeys=2, **markers)
        found = entries(page)
        seen += found
        objects = [{"Key": key, "VersionId": version} for key, version in found]
        aws("s3").delete_objects(Bucket=bucket, Delete={"Objects": objects})
        if not page["IsTruncated"]:
            return seen
        markers = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}


@rule("s3.page_versions")
@pytest.mark.parametrize("versioned", [False, True])
def test_what_is_listed_may_be_deleted_before_the_next_page(aws: Aws, bucket: str, versioned: bool) -> None:
    if versioned:
        aws("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    put(aws, bucket, "a", "b", "c", "c", "c", "d")
    aws("s3").delete_object(Bucket=bucket, Key="b")
    seen = empty_page_by_page(aws, bucket)
    assert len(seen) == (7 if versioned else 3)
    assert entries(aws("s3").list_object_versions(Bucket=bucket)) == []


def test_versions_page_by_page(aws: Aws, bucket: str) -> None:
    aws("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    put_first = put(aws, bucket, "x/1", "x/2", "a", "b")
    put_second = put(aws, bucket, "a")
    whole = aws("s3").list_object_versions(Bucket=bucket)
    assert entries(whole) == [put_second[0], put_first[2], put_first[3], put_first[0], put_first[1]]
    assert [entry["IsLatest"] for entry in whole["Versions"]] == [True, False, True, True, True]
    pages = aws("s3").get_paginator("list_object_versions").paginate(Bucket=bucket, PaginationConfig={"PageSize": 2})
    assert [entry for page in pages for entry in entries(page)] == entries(whole)
    after_a = aws("s3").list_object_versions(Bucket=bucket, KeyMarker="a")
    assert entries(after_a) == entries(whole)[2:]
    assert entries(aws("s3").list_object_versions(Bucket=bucket, Prefix="x/")) == put_first[:2]


def test_common_prefixes_page_by_page(aws: Aws, bucket: str) -> None:
    put(aws, bucket, "a", "x/1", "x/2", "y/1", "z")
    pages = list(
        aws("s3")
        .get_paginator("list_object_versions")
        .paginate(Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": 1})
    )
    assert [prefix["Prefix"] for page in pages for prefix in page.get("CommonPrefixes", [])] == ["x/", "y/"]
    assert [key for page in pages for key, _ in entries(page)] == ["a", "z"]
