"""ECR: tags at creation need TagResource as well.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
"""

from ..questions import Asking, asks, request_tags


@asks("ecr", "CreateRepository")
def create(asking: Asking) -> None:
    tags = request_tags(asking.params)
    asking.ask_by_names("CreateRepository", tags=tags)
    if tags:
        asking.ask_by_names("TagResource", tags=tags)


@asks("ecr", "DescribeRepositories")
def describe(asking: Asking) -> None:
    if not asking.ask_by_names("DescribeRepositories"):
        asking.ask("DescribeRepositories", "repository", "*")
