"""Settings of buckets."""

import pytest

from conftest import Aws, code_of

rule = pytest.mark.rule

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
