"""State machines: created and updated."""

import json
from typing import Any

import pytest

from conftest import ACCOUNT, Aws, code_of, trust
from services.stepfunctions.conftest import PASS, create, definition, describe

rule = pytest.mark.rule
LOG_GROUP = f"arn:aws:logs:eu-central-1:{ACCOUNT}:log-group:states"


def logging(*arns: str, **more: Any) -> dict[str, Any]:
    return {"destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}} for arn in arns], **more}


@rule("stepfunctions.check_existing")
def test_a_name_is_used_once(aws: Aws) -> None:
    arn = create(aws)
    assert create(aws) == arn, "the same again is fine"
    assert create(aws, json.dumps(json.loads(PASS), indent=2)) == arn, "white space makes no difference"
    other = definition(("Other", {"Type": "Pass", "End": True}))
    assert code_of(create, aws=aws, text=other) == "StateMachineAlreadyExists"
    assert code_of(create, aws=aws, type="EXPRESS") == "StateMachineAlreadyExists"


@rule("stepfunctions.check_update")
def test_an_update_of_nothing(aws: Aws) -> None:
    machine = create(aws)
    assert code_of(aws("stepfunctions").update_state_machine, stateMachineArn=machine) == "MissingRequiredParameter"


@rule("stepfunctions.fill_configurations")
def test_what_a_configuration_leaves_out_is_off(aws: Aws) -> None:
    log = logging(f"{LOG_GROUP}:*", level="ALL", includeExecutionData=True)
    machine = create(aws, tracingConfiguration={"enabled": True}, loggingConfiguration=log)
    update = aws("stepfunctions").update_state_machine
    update(stateMachineArn=machine, tracingConfiguration={})
    found = describe(aws, machine)
    assert found["tracingConfiguration"] == {"enabled": False}
    assert found["loggingConfiguration"] == log, "what the update does not speak of stays"
    update(stateMachineArn=machine, loggingConfiguration={})
    off = {"level": "OFF", "includeExecutionData": False, "destinations": []}
    assert describe(aws, machine)["loggingConfiguration"] == off


@rule("stepfunctions.check_role")
def test_the_role_must_trust_step_functions(aws: Aws) -> None:
    """The commonest reason why AWS refuses a state machine: its role is not there yet."""
    states, machine = aws("stepfunctions"), create(aws)
    aws("iam").create_role(RoleName="batch", AssumeRolePolicyDocument=trust("batch.amazonaws.com"))
    for role in (f"arn:aws:iam::{ACCOUNT}:role/batch", f"arn:aws:iam::{ACCOUNT}:role/unknown"):
        other = {"name": "other", "definition": PASS, "roleArn": role}
        assert code_of(states.create_state_machine, **other) == "AccessDeniedException"
        assert code_of(states.update_state_machine, stateMachineArn=machine, roleArn=role) == "AccessDeniedException"


@rule("stepfunctions.check_logging")
@pytest.mark.parametrize(
    "configuration",
    [
        pytest.param(logging(level="ERROR"), id="nowhere"),
        pytest.param(logging(f"{LOG_GROUP}:*", f"{LOG_GROUP}2:*", level="ERROR"), id="in two groups"),
        pytest.param(logging(LOG_GROUP, level="ERROR"), id="no :*"),
    ],
)
def test_refused_logging(aws: Aws, configuration: dict[str, Any]) -> None:
    assert code_of(create, aws=aws, loggingConfiguration=configuration) == "InvalidLoggingConfiguration"


@rule("stepfunctions.list_versions")
def test_versions(aws: Aws) -> None:
    machine = create(aws, publish=True)
    versions = aws("stepfunctions").list_state_machine_versions(stateMachineArn=machine)["stateMachineVersions"]
    assert [version["stateMachineVersionArn"] for version in versions] == [f"{machine}:1"]
