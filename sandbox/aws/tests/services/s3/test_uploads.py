"""Multipart uploads."""

import pytest

from conftest import Aws

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
