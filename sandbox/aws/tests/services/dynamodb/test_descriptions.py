"""How a table is described."""

import pytest

from conftest import Aws
from services.dynamodb.conftest import create, table_of

rule = pytest.mark.rule


@rule("dynamodb.describe_tables")
def test_a_table_has_an_id_of_its_own(aws: Aws, table: str) -> None:
    first, again = (table_of(aws)["TableId"] for _ in range(2))
    assert first == again
    aws("dynamodb").delete_table(TableName=table)
    create(aws)
    assert table_of(aws)["TableId"] != first
