"""A bucket."""

import pytest

from conftest import REGION, Aws

LOCATION = {"LocationConstraint": REGION}


@pytest.fixture
def bucket(aws: Aws) -> str:
    aws("s3").create_bucket(Bucket="data", CreateBucketConfiguration=LOCATION)
    return "data"
