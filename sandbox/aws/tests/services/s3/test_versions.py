"""Versions of objects, page by page."""

from typing import Any

import pytest

from conftest import Aws

rule = pytest.mark.rule


def put(aws: Aws, bucket: str, *keys: str) -> list[tuple[str, str]]:
    """Puts a version of each key; returns keys and version ids."""
    return [(key, aws("s3").put_object(Bucket=bucket, Key=key, Body=b"").get("VersionId", "null")) for key in keys]


def entries(page: dict[str, Any]) -> list[tuple[str, str]]:
    return [(entry["Key"], entry["VersionId"]) for entry in page.get("Versions", []) + page.get("DeleteMarkers", [])]


def empty_page_by_page(aws: Aws, bucket: str) -> list[tuple[str, str]]:
    """Deletes what a page lists before asking for the next page, from where that page ended."""
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
