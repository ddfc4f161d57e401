"""Subresources of buckets."""

import pytest

from conftest import Aws, code_of

rule = pytest.mark.rule


@rule("s3.refuse_unknown_subresources")
def test_no_subresource_is_taken_for_the_bucket(aws: Aws, bucket: str) -> None:
    """Seen on moto: deleting a configuration that it does not know deleted the bucket."""
    assert code_of(aws("s3").delete_bucket_metadata_table_configuration, Bucket=bucket) == "NotImplemented"
    aws("s3").head_bucket(Bucket=bucket)
