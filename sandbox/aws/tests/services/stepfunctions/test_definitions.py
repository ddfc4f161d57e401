"""Definitions in Amazon States Language."""

import pytest

from conftest import Aws
from services.stepfunctions.conftest import PASS, create, definition

rule = pytest.mark.rule


@rule("stepfunctions.check_definition")
@pytest.mark.parametrize("text", ["{", "{}", '{"StartAt": "A", "States": {}}'])
def test_bad_definitions(aws: Aws, text: str) -> None:
    with pytest.raises(aws("stepfunctions").exceptions.InvalidDefinition, match="Invalid State Machine Definition"):
        create(aws, text)


@rule("stepfunctions.validate_definition")
def test_validation(aws: Aws) -> None:
    validate = aws("stepfunctions").validate_state_machine_definition
    assert validate(definition=PASS)["result"] == "OK"
    bad = validate(definition="{}")
    assert bad["result"] == "FAIL"
    assert bad["diagnostics"][0]["severity"] == "ERROR"
    lost = validate(definition=definition(("A", {"Type": "Pass", "Next": "B"})))["diagnostics"]
    assert {found["code"] for found in lost} == {"MISSING_TRANSITION_TARGET", "NO_TERMINAL_STATE"}
    assert lost[0]["location"] == "/States/A/Next"


@rule("stepfunctions.check_definition")
def test_a_definition_that_leads_nowhere(aws: Aws) -> None:
    with pytest.raises(
        aws("stepfunctions").exceptions.InvalidDefinition, match="Missing 'Next' target: B at /States/A"
    ):
        create(aws, definition(("A", {"Type": "Pass", "Next": "B"}), ("C", {"Type": "Succeed"})))
