"""Definitions in Amazon States Language."""

import json
from typing import Any

from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from ...errors import AwsError
from ...rules import guard, operation
from ...wire import Answer, Call
from .common import API
from .language import Problem, problems_of


@guard("stepfunctions", "CreateStateMachine", "UpdateStateMachine", source=API + "API_CreateStateMachine.html")
def check_definition(call: Call) -> Answer | None:
    """A definition that is not valid Amazon States Language is refused with InvalidDefinition."""
    problems = _problems(call.params["definition"]) if "definition" in call.params else []
    if problems:
        text = ", ".join(map(str, problems))
        raise AwsError("InvalidDefinition", f"Invalid State Machine Definition: '{text}'")
    return None


@operation("stepfunctions", "ValidateStateMachineDefinition", source=API + "API_ValidateStateMachineDefinition.html")
def validate_definition(call: Call) -> dict[str, Any]:
    """OK, or FAIL with what is wrong and where."""
    problems = _problems(call.params["definition"])
    most = call.params.get("maxResults") or 100
    diagnostics = [
        {
            "severity": "ERROR",
            "code": problem.code,
            "message": problem.message[:4096],
            **({"location": problem.location} if problem.location else {}),
        }
        for problem in problems
    ]
    return {
        "result": "FAIL" if problems else "OK",
        "diagnostics": diagnostics[:most],
        "truncated": len(diagnostics) > most,
    }


def _problems(definition: str) -> list[Problem]:
    """What moto's parser finds wrong with the form of a definition, or else what the language does with the rest."""
    try:
        StepFunctionsParserBackend._validate_definition(definition)
    except Exception as problem:
        return [Problem("SCHEMA_VALIDATION_FAILED", str(getattr(problem, "message", "") or problem), "")]
    return problems_of(json.loads(definition))
