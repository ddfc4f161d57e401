"""Tables."""

from typing import Any

import pytest

from conftest import Aws


@pytest.fixture
def table(aws: Aws) -> str:
    """A table `features` with nothing but its keys."""
    create(aws)
    table_of(aws)
    return "features"


def create(aws: Aws, **parameters: Any) -> dict[str, Any]:
    """The description in the answer to the creation."""
    given = {
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        **({} if "ProvisionedThroughput" in parameters else {"BillingMode": "PAY_PER_REQUEST"}),
        **parameters,
    }
    return dict(aws("dynamodb").create_table(TableName="features", **given)["TableDescription"])


def update(aws: Aws, **parameters: Any) -> dict[str, Any]:
    """The description in the answer to the update."""
    return dict(aws("dynamodb").update_table(TableName="features", **parameters)["TableDescription"])


def table_of(aws: Aws) -> dict[str, Any]:
    """The table as described."""
    return dict(aws("dynamodb").describe_table(TableName="features")["Table"])
