"""Multipart uploads."""

import pytest

from conftest import Aws, code_of

rule = pytest.mark.rule


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


@rule("s3.check_upload")
def test_parts_of_no_upload(aws: Aws, bucket: str) -> None:
    unknown = {"Bucket": bucket, "Key": "a", "UploadId": "unknown"}
    s3 = aws("s3")
    assert code_of(s3.upload_part, **unknown, PartNumber=1, Body=b"1") == "NoSuchUpload"
    assert code_of(s3.list_parts, **unknown) == "NoSuchUpload"
    assert code_of(s3.abort_multipart_upload, **unknown) == "NoSuchUpload"
    upload = s3.create_multipart_upload(Bucket=bucket, Key="a")["UploadId"]
    other = {"Bucket": bucket, "Key": "b", "UploadId": upload}
    assert code_of(s3.upload_part, **other, PartNumber=1, Body=b"1") == "NoSuchUpload"


@rule("s3.check_upload")
def test_numbers_and_order_of_parts(aws: Aws, bucket: str) -> None:
    s3 = aws("s3")
    upload = {"Bucket": bucket, "Key": "a", "UploadId": s3.create_multipart_upload(Bucket=bucket, Key="a")["UploadId"]}
    for number in (0, 10_001):
        assert code_of(s3.upload_part, **upload, PartNumber=number, Body=b"1") == "InvalidArgument"
    parts = [
        {"PartNumber": number, "ETag": s3.upload_part(**upload, PartNumber=number, Body=b"1" * size)["ETag"]}
        for number, size in ((2, 5 * 1024 * 1024), (10_000, 1))
    ]
    backwards = {"Parts": parts[::-1]}
    assert code_of(s3.complete_multipart_upload, **upload, MultipartUpload=backwards) == "InvalidPartOrder"
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    assert s3.head_object(Bucket=bucket, Key="a")["ContentLength"] == 5 * 1024 * 1024 + 1
