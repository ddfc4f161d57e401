"""ECR."""

import pytest

from conftest import Aws, code_of

rule = pytest.mark.rule


@rule("ecr.paginate")
def test_pages(aws: Aws) -> None:
    ecr = aws("ecr")
    names = [f"repository-{i}" for i in range(3)]
    for name in names:
        ecr.create_repository(repositoryName=name)
    first = ecr.describe_repositories(maxResults=2)
    second = ecr.describe_repositories(maxResults=2, nextToken=first["nextToken"])
    pages = [[repository["repositoryName"] for repository in page["repositories"]] for page in (first, second)]
    assert pages == [names[:2], names[2:]]
    assert "nextToken" not in second


@rule("ecr.paginate")
def test_a_token_of_somebody_else(aws: Aws) -> None:
    assert code_of(aws("ecr").describe_repositories, nextToken="made up") == "InvalidParameterException"


@rule("ecr.replace_scanning_configuration")
def test_scanning_is_off_unless_it_is_on(aws: Aws) -> None:
    """This is what an SDK sends that leaves out whatever is false."""
    ecr = aws("ecr")
    ecr.create_repository(repositoryName="images", imageScanningConfiguration={"scanOnPush": True})
    answer = ecr.put_image_scanning_configuration(repositoryName="images", imageScanningConfiguration={})
    assert answer["imageScanningConfiguration"] == {"scanOnPush": False}
    found = ecr.describe_repositories(repositoryNames=["images"])["repositories"][0]
    assert found["imageScanningConfiguration"] == {"scanOnPush": False}
