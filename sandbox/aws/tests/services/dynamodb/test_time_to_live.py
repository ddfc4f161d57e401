"""Time to live."""

from typing import Any

import pytest

from conftest import Aws, code_of, eventually

rule = pytest.mark.rule


def switch(aws: Aws, enabled: bool, attribute: str = "expires") -> Any:
    specification = {"Enabled": enabled, "AttributeName": attribute}
    return aws("dynamodb").update_time_to_live(TableName="features", TimeToLiveSpecification=specification)


def live(aws: Aws) -> dict[str, str]:
    return dict(aws("dynamodb").describe_time_to_live(TableName="features")["TimeToLiveDescription"])


@rule("dynamodb.update_time_to_live")
def test_switching_takes_its_time(aws: Aws, table: str) -> None:
    aws.delays("dynamodb.time-to-live=3600")
    switch(aws, True)
    assert live(aws) == {"TimeToLiveStatus": "ENABLING", "AttributeName": "expires"}
    assert code_of(switch, aws=aws, enabled=False) == "ValidationException"
    aws.delays("none")
    eventually(lambda: live(aws), lambda found: found["TimeToLiveStatus"] == "ENABLED")
    aws.delays("dynamodb.time-to-live=3600")
    switch(aws, False)
    assert live(aws) == {"TimeToLiveStatus": "DISABLING", "AttributeName": "expires"}


@rule("dynamodb.describe_time_to_live")
def test_what_is_off_has_no_attribute(aws: Aws, table: str) -> None:
    switch(aws, True)
    assert live(aws) == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    switch(aws, False)
    assert live(aws) == {"TimeToLiveStatus": "DISABLED"}


@rule("dynamodb.update_time_to_live")
def test_it_moves_by_way_of_off(aws: Aws, table: str) -> None:
    assert code_of(switch, aws=aws, enabled=False) == "ValidationException", "it is off already"
    switch(aws, True)
    assert code_of(switch, aws=aws, enabled=True) == "ValidationException", "it is on already"
    assert code_of(switch, aws=aws, enabled=True, attribute="ends") == "ValidationException"
    switch(aws, False)
    switch(aws, True, "ends")
    assert live(aws)["AttributeName"] == "ends"


@rule("dynamodb.update_time_to_live")
@rule("dynamodb.describe_time_to_live")
@pytest.mark.parametrize("action", ["update_time_to_live", "describe_time_to_live"])
def test_of_nothing(aws: Aws, action: str) -> None:
    specification = {"TimeToLiveSpecification": {"Enabled": True, "AttributeName": "expires"}}
    parameters = {"TableName": "unknown", **(specification if action.startswith("update") else {})}
    assert code_of(getattr(aws("dynamodb"), action), **parameters) == "ResourceNotFoundException"
