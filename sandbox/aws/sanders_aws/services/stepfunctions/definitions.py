"""Definitions in Amazon States Language."""

from typing import Any

from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from ...errors import AwsError
from ...rules import guard, operation
from ...wire import Answer, Call
from .common import API


@guard("stepfunctions", "CreateStateMachine", "UpdateStateMachine", source=API + "API_CreateStateMachine.html")
def check_definition(call: Call) -> Answer | None:
    """A definition that is not valid Amazon States Language is refused with InvalidDefinition."""
    problem = _definition_problem(call.params["definition"]) if "definition" in call.params else ""
    if problem:
        raise AwsError("InvalidDefinition", f"Invalid State Machine Definition: '{problem}'")
    return None


@operation("stepfunctions", "ValidateStateMachineDefinition", source=API + "API_ValidateStateMachineDefinition.html")
def validate_definition(call: Call) -> dict[str, Any]:
    """OK, or FAIL with what is wrong."""
    problem = _definition_problem(call.params["definition"])
    if not problem:
        return {"result": "OK", "diagnostics": [], "truncated": False}
    diagnostic = {"severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED", "message": problem[:4096]}
    return {"result": "FAIL", "diagnostics": [diagnostic], "truncated": False}


def _definition_problem(definition: str) -> str:
    """What moto's parser finds wrong with a definition; empty if nothing."""
    try:
        StepFunctionsParserBackend._validate_definition(definition)
    except Exception as problem:
        return str(getattr(problem, "message", "") or problem)
    return ""
