"""Job definitions."""

from typing import Any

import pytest

from conftest import Aws, code_of

rule = pytest.mark.rule


def described(aws: Aws, **parameters: Any) -> list[dict[str, Any]]:
    return list(aws("batch").describe_job_definitions(**parameters)["jobDefinitions"])


def container(definition: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The definition with another container; None removes a property."""
    properties = {**definition["containerProperties"], **changes}
    properties = {key: value for key, value in properties.items() if value is not None}
    return {**definition, "containerProperties": properties}


def size(vcpus: str, memory: str) -> list[dict[str, str]]:
    return [{"type": "VCPU", "value": vcpus}, {"type": "MEMORY", "value": memory}]


@rule("batch.register_job_definition")
def test_normalised(aws: Aws, definition: dict[str, Any]) -> None:
    environment = [{"name": "Z", "value": "1"}, {"name": "EMPTY", "value": ""}, {"name": "A", "value": "2"}]
    aws("batch").register_job_definition(
        **container(definition, environment=environment),
        retryStrategy={"attempts": 2, "evaluateOnExit": [{"onExitCode": "1", "action": "RETRY"}]},
    )
    found = described(aws, jobDefinitionName="job")[0]
    properties = found["containerProperties"]
    assert properties["environment"] == [{"name": "A", "value": "2"}, {"name": "Z", "value": "1"}]
    assert properties["fargatePlatformConfiguration"] == {"platformVersion": "LATEST"}
    assert properties["mountPoints"] == properties["ulimits"] == properties["volumes"] == properties["secrets"] == []
    assert found["retryStrategy"]["evaluateOnExit"][0]["action"] == "retry"
    assert found["containerOrchestrationType"] == "ECS"


@rule("batch.register_job_definition")
@pytest.mark.parametrize(
    ("vcpus", "memory"),
    [("0.5", "5120"), ("1", "4000"), ("3", "8192"), ("8", "17408"), ("16", "30720"), ("0.25", "4096")],
)
def test_sizes_that_fargate_does_not_offer(aws: Aws, definition: dict[str, Any], vcpus: str, memory: str) -> None:
    with pytest.raises(aws("batch").exceptions.ClientException, match="not valid"):
        aws("batch").register_job_definition(**container(definition, resourceRequirements=size(vcpus, memory)))


@pytest.mark.parametrize(
    ("vcpus", "memory"),
    [("0.25", "512"), ("0.5", "4096"), ("1", "2048"), ("2", "8192"), ("4", "16384"), ("16", "122880")],
)
def test_sizes_that_fargate_offers(aws: Aws, definition: dict[str, Any], vcpus: str, memory: str) -> None:
    aws("batch").register_job_definition(**container(definition, resourceRequirements=size(vcpus, memory)))


@rule("batch.register_job_definition")
@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"vcpus": 1}, id="vcpus is for EC2"),
        pytest.param({"executionRoleArn": None}, id="no execution role"),
        pytest.param({"privileged": True}, id="privileged"),
        pytest.param({"logConfiguration": {"logDriver": "syslog"}}, id="log driver"),
        pytest.param({"ephemeralStorage": {"sizeInGiB": 20}}, id="storage too small"),
    ],
)
def test_refused(aws: Aws, definition: dict[str, Any], change: dict[str, Any]) -> None:
    assert code_of(aws("batch").register_job_definition, **container(definition, **change)) == "ClientException"


@rule("batch.describe_job_definitions")
def test_name_and_revision(aws: Aws, definition: dict[str, Any]) -> None:
    for _ in range(3):
        arn = aws("batch").register_job_definition(**definition)["jobDefinitionArn"]
    assert [found["revision"] for found in described(aws, jobDefinitions=["job:2"])] == [2]
    assert [found["revision"] for found in described(aws, jobDefinitions=[arn])] == [3]
    assert described(aws, jobDefinitions=["job:9", "other:1"]) == []
    parameters = {"jobDefinitions": ["job:1"], "status": "ACTIVE"}
    assert code_of(aws("batch").describe_job_definitions, **parameters) == "ClientException"


@rule("batch.describe_job_definitions")
def test_pages(aws: Aws, definition: dict[str, Any]) -> None:
    for _ in range(3):
        aws("batch").register_job_definition(**definition)
    pages = list(aws("batch").get_paginator("describe_job_definitions").paginate(PaginationConfig={"PageSize": 2}))
    assert [[found["revision"] for found in page["jobDefinitions"]] for page in pages] == [[3, 2], [1]]


def test_each_registration_is_a_revision(aws: Aws, definition: dict[str, Any]) -> None:
    batch = aws("batch")
    assert [batch.register_job_definition(**definition)["revision"] for _ in range(2)] == [1, 2]
    for revision in (1, 2):
        batch.deregister_job_definition(jobDefinition=f"job:{revision}")
    assert described(aws, jobDefinitionName="job", status="ACTIVE") == []
    assert batch.register_job_definition(**definition)["revision"] == 3, "a revision is not given twice"


def test_tags_belong_to_a_revision(aws: Aws, definition: dict[str, Any]) -> None:
    first = aws("batch").register_job_definition(**definition, tags={"a": "1"})["jobDefinitionArn"]
    second = aws("batch").register_job_definition(**definition, tags={"b": "2"})["jobDefinitionArn"]
    assert [described(aws, jobDefinitions=[arn])[0]["tags"] for arn in (first, second)] == [{"a": "1"}, {"b": "2"}]


@rule("batch.deregister_job_definition")
def test_deregister_names_a_revision(aws: Aws, definition: dict[str, Any]) -> None:
    aws("batch").register_job_definition(**definition)
    for reference in ("job", "job:9", "other:1"):
        assert code_of(aws("batch").deregister_job_definition, jobDefinition=reference) == "ClientException"
