"""Tags of budgets."""

import pytest

from conftest import code_of
from services.budgets.conftest import ARN, Budgets

rule = pytest.mark.rule


@rule("budgets.list_tags_for_resource")
@rule("budgets.tag_resource")
@rule("budgets.untag_resource")
def test_tags(budgets: Budgets) -> None:
    client = budgets.client
    client.tag_resource(ResourceARN=ARN, ResourceTags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    client.untag_resource(ResourceARN=ARN, ResourceTagKeys=["a"])
    assert client.list_tags_for_resource(ResourceARN=ARN)["ResourceTags"] == [{"Key": "b", "Value": "2"}]
    reserved = [{"Key": "aws:a", "Value": ""}]
    assert code_of(client.tag_resource, ResourceARN=ARN, ResourceTags=reserved) == "InvalidParameterException"
    assert code_of(client.list_tags_for_resource, ResourceARN=f"{ARN}-other") == "NotFoundException"
