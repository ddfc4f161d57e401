"""The Resource Groups Tagging API, which finds the resources of all services by their tags."""

from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource
from moto.ecr.models import ECRBackend, ecr_backends
from moto.resourcegroupstaggingapi import models

from ..rules import patch
from .batch.model import BatchBackend, batch_backends

SUPPORTED = "https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html"


@patch("resourcegroupstaggingapi", "GetResources", "TagResources", "UntagResources", source=SUPPORTED)
def find_batch_and_ecr() -> None:
    """Batch's resources and ECR's repositories are found by their tags, like those of other services."""
    known = models.iter_taggable_backends

    def iter_taggable_backends(account_id: str, region_name: str) -> Iterator[Any]:
        yield from known(account_id, region_name)
        yield _Batch(batch_backends[account_id][region_name])
        yield _Ecr(ecr_backends[account_id][region_name])

    models.iter_taggable_backends = iter_taggable_backends


class _Batch(TaggableResourcesMixin):
    SERVICE_NAMESPACE = "batch"

    def __init__(self, backend: BatchBackend) -> None:
        self.partition = backend.partition
        self._tags = backend.tags

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        for arn, tags in self._tags.items():
            kind = arn.split(":")[5].split("/")[0]
            yield TaggedResource(arn, tags, f"batch:{kind}")

    def tag_resource(self, arn: str, tags: dict[str, str]) -> None:
        self._tags[arn].update(tags)

    def untag_resource(self, arn: str, tag_keys: list[str]) -> None:
        for key in tag_keys:
            self._tags[arn].pop(key, None)


class _Ecr(TaggableResourcesMixin):
    SERVICE_NAMESPACE = "ecr"

    def __init__(self, backend: ECRBackend) -> None:
        self.partition = backend.partition
        self._backend = backend

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        for repository in self._backend.repositories.values():
            tags = self._backend.tagger.get_tag_dict_for_resource(repository.arn)
            yield TaggedResource(repository.arn, tags, "ecr:repository")

    def tag_resource(self, arn: str, tags: dict[str, str]) -> None:
        self._backend.tag_resource(arn, [{"Key": key, "Value": value} for key, value in tags.items()])

    def untag_resource(self, arn: str, tag_keys: list[str]) -> None:
        self._backend.untag_resource(arn, tag_keys)
