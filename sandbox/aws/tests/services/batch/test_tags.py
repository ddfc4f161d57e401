"""Tags."""

from typing import Any

import pytest

from conftest import Aws, code_of

rule = pytest.mark.rule
UNKNOWN = "arn:aws:batch:eu-central-1:120569615884:job-queue/unknown"


def test_tags(aws: Aws, queue: dict[str, Any]) -> None:
    batch, arn = aws("batch"), queue["jobQueueArn"]
    batch.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
    batch.tag_resource(resourceArn=arn, tags={"b": "3"})
    batch.untag_resource(resourceArn=arn, tagKeys=["a", "unknown"])
    assert batch.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "3"}


@rule("batch.list_tags_for_resource")
def test_list_of_unknown(aws: Aws) -> None:
    assert code_of(aws("batch").list_tags_for_resource, resourceArn=UNKNOWN) == "ClientException"


@rule("batch.tag_resource")
@pytest.mark.parametrize(
    "tags",
    [
        pytest.param({"aws:a": "b"}, id="reserved prefix"),
        pytest.param({f"key-{i}": "" for i in range(51)}, id="too many"),
        pytest.param({"a": "x" * 257}, id="value too long"),
    ],
)
def test_refused(aws: Aws, queue: dict[str, Any], tags: dict[str, str]) -> None:
    assert code_of(aws("batch").tag_resource, resourceArn=queue["jobQueueArn"], tags=tags) == "ClientException"


@rule("batch.untag_resource")
def test_untag_unknown(aws: Aws) -> None:
    assert code_of(aws("batch").untag_resource, resourceArn=UNKNOWN, tagKeys=["a"]) == "ClientException"
