"""Scheduling policies."""

from typing import Any

import pytest

from conftest import Aws, code_of

rule = pytest.mark.rule


@rule("batch.create_scheduling_policy")
def test_a_name_is_used_once(aws: Aws) -> None:
    aws("batch").create_scheduling_policy(name="fair")
    with pytest.raises(aws("batch").exceptions.ClientException, match="Object already exists"):
        aws("batch").create_scheduling_policy(name="fair")


@rule("batch.describe_scheduling_policies")
def test_at_most_a_hundred(aws: Aws) -> None:
    arn = aws("batch").create_scheduling_policy(name="fair", tags={"a": "b"})["arn"]
    found = aws("batch").describe_scheduling_policies(arns=[arn, f"{arn}-other"])["schedulingPolicies"]
    assert [(policy["name"], policy["tags"]) for policy in found] == [("fair", {"a": "b"})]
    assert code_of(aws("batch").describe_scheduling_policies, arns=[arn] * 101) == "ClientException"


@rule("batch.list_scheduling_policies")
def test_pages(aws: Aws) -> None:
    arns = [aws("batch").create_scheduling_policy(name=f"fair-{i}")["arn"] for i in range(3)]
    pages = list(aws("batch").get_paginator("list_scheduling_policies").paginate(PaginationConfig={"PageSize": 2}))
    assert [[found["arn"] for found in page["schedulingPolicies"]] for page in pages] == [arns[:2], arns[2:]]


@rule("batch.update_scheduling_policy")
def test_update(aws: Aws) -> None:
    batch = aws("batch")
    arn = batch.create_scheduling_policy(name="fair")["arn"]
    batch.update_scheduling_policy(arn=arn, fairsharePolicy={"shareDecaySeconds": 60})
    assert batch.describe_scheduling_policies(arns=[arn])["schedulingPolicies"][0]["fairsharePolicy"] == {
        "shareDecaySeconds": 60
    }
    assert code_of(batch.update_scheduling_policy, arn=f"{arn}-other", fairsharePolicy={}) == "ClientException"


@rule("batch.delete_scheduling_policy")
def test_a_policy_in_use_stays(aws: Aws, environment: dict[str, Any]) -> None:
    batch = aws("batch")
    arn = batch.create_scheduling_policy(name="fair")["arn"]
    order = [{"order": 1, "computeEnvironment": environment["computeEnvironmentArn"]}]
    batch.create_job_queue(
        jobQueueName="queue", state="ENABLED", priority=1, computeEnvironmentOrder=order, schedulingPolicyArn=arn
    )
    assert code_of(batch.delete_scheduling_policy, arn=arn) == "ClientException"


def test_delete(aws: Aws) -> None:
    batch = aws("batch")
    arn = batch.create_scheduling_policy(name="fair")["arn"]
    batch.delete_scheduling_policy(arn=arn)
    assert batch.describe_scheduling_policies(arns=[arn])["schedulingPolicies"] == []
