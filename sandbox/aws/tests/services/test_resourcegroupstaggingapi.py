"""The Resource Groups Tagging API."""

from typing import Any

import pytest

from conftest import Aws

rule = pytest.mark.rule
FILTER = [{"Key": "Project", "Values": ["platform"]}]


def found(aws: Aws, **parameters: Any) -> list[str]:
    answer = aws("resourcegroupstaggingapi").get_resources(TagFilters=FILTER, **parameters)
    return sorted(resource["ResourceARN"] for resource in answer["ResourceTagMappingList"])


@rule("resourcegroupstaggingapi.find_batch_and_ecr")
def test_batch_and_ecr_are_found(aws: Aws) -> None:
    policy = aws("batch").create_scheduling_policy(name="fair", tags={"Project": "platform"})["arn"]
    aws("batch").create_scheduling_policy(name="other", tags={"Project": "other"})
    tags = [{"Key": "Project", "Value": "platform"}]
    repository = aws("ecr").create_repository(repositoryName="repository", tags=tags)["repository"]["repositoryArn"]
    assert found(aws) == [policy, repository]
    assert found(aws, ResourceTypeFilters=["ecr:repository"]) == [repository]
    assert found(aws, ResourceTypeFilters=["batch"]) == [policy]


@rule("resourcegroupstaggingapi.find_batch_and_ecr")
def test_they_are_tagged(aws: Aws) -> None:
    policy = aws("batch").create_scheduling_policy(name="fair")["arn"]
    repository = aws("ecr").create_repository(repositoryName="repository")["repository"]["repositoryArn"]
    tagging = aws("resourcegroupstaggingapi")
    tagging.tag_resources(ResourceARNList=[policy, repository], Tags={"Project": "platform"})
    assert found(aws) == [policy, repository]
    tagging.untag_resources(ResourceARNList=[policy, repository], TagKeys=["Project"])
    assert found(aws) == []
