"""Contributor insights."""

import pytest

from conftest import Aws, code_of

rule = pytest.mark.rule


@rule("dynamodb.describe_contributor_insights")
@rule("dynamodb.update_contributor_insights")
def test_contributor_insights(aws: Aws, table: str) -> None:
    dynamodb = aws("dynamodb")
    assert dynamodb.describe_contributor_insights(TableName=table)["ContributorInsightsStatus"] == "DISABLED"
    dynamodb.update_contributor_insights(TableName=table, ContributorInsightsAction="ENABLE")
    assert dynamodb.describe_contributor_insights(TableName=table)["ContributorInsightsStatus"] == "ENABLED"
    assert code_of(dynamodb.describe_contributor_insights, TableName="unknown") == "ResourceNotFoundException"
