"""What Amazon States Language wants of a definition beyond its form: that it leads somewhere, and its fields exist.

Source: https://states-language.net/spec.html and
https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_LONGEST_NAME = 80
_LONGEST_TIMEOUT = 99_999_999  # seconds
_WITH_TRANSITION = {"Map", "Parallel", "Pass", "Task", "Wait"}
_TERMINAL = {"Fail", "Succeed"}
# What the parameters of an integration can have, and what they must.
_SUBMIT_JOB = (
    {
        "ArrayProperties", "ContainerOverrides", "DependsOn", "JobDefinition", "JobName", "JobQueue", "Parameters",
        "RetryStrategy", "Tags", "Timeout",
    },
    ("JobDefinition", "JobName", "JobQueue"),
)  # fmt: skip
_PARAMETERS = {f"arn:aws:states:::batch:submitJob{suffix}": _SUBMIT_JOB for suffix in ("", ".sync")}


@dataclass(frozen=True)
class Problem:
    """What is wrong, and where: /States/NAME/…; empty if that is not known."""

    code: str
    message: str
    location: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" + (f" at {self.location}" if self.location else "")


def problems_of(definition: dict[str, Any]) -> list[Problem]:
    """What is wrong with a definition whose form is right."""
    names = [name for name, _ in _names(definition, "")]
    found = list(_program(definition, ""))
    for name, location in _names(definition, ""):
        if names.count(name) > 1:
            found.append(Problem("DUPLICATE_STATE_NAME", f"Duplicate State name: {name}", location))
        if len(name) > _LONGEST_NAME:
            found.append(_schema(f"State name must have at most {_LONGEST_NAME} characters: {name}", location))
    return found


def _names(program: dict[str, Any], location: str) -> Iterator[tuple[str, str]]:
    """All states' names, which are unique in the whole state machine."""
    for name, state in program.get("States", {}).items():
        yield name, f"{location}/States/{name}"
        for inner, inner_location in _programs(state, f"{location}/States/{name}"):
            yield from _names(inner, inner_location)


def _programs(state: dict[str, Any], location: str) -> Iterator[tuple[dict[str, Any], str]]:
    for number, branch in enumerate(state.get("Branches", [])):
        yield branch, f"{location}/Branches[{number}]"
    for key in ("ItemProcessor", "Iterator"):
        if key in state:
            yield state[key], f"{location}/{key}"


def _program(program: dict[str, Any], location: str) -> Iterator[Problem]:
    states, start = program.get("States", {}), program.get("StartAt")
    if start not in states:
        yield Problem("MISSING_TRANSITION_TARGET", f"Missing 'StartAt' target: {start}", f"{location}/StartAt")
    reached = {start}
    for name, state in states.items():
        where = f"{location}/States/{name}"
        for target, kind, target_location in _transitions(state, where):
            reached.add(target)
            if target not in states:
                yield Problem("MISSING_TRANSITION_TARGET", f"Missing '{kind}' target: {target}", target_location)
        yield from _state(state, where)
        for inner, inner_location in _programs(state, where):
            yield from _program(inner, inner_location)
    for name in states:
        if name not in reached:
            message = f'State "{name}" is not reachable.'
            yield Problem("MISSING_TRANSITION_TARGET", message, f"{location}/States/{name}")
    if not any(state.get("End") or state.get("Type") in _TERMINAL for state in states.values()):
        yield Problem("NO_TERMINAL_STATE", "No terminal state found in machine", f"{location}/States")


def _transitions(state: dict[str, Any], location: str) -> Iterator[tuple[str, str, str]]:
    """Target, field and location of each way out of a state."""
    for key in ("Next", "Default"):
        if key in state:
            yield state[key], key, f"{location}/{key}"
    for key in ("Catch", "Choices"):
        for number, choice in enumerate(state.get(key, [])):
            yield choice.get("Next"), "Next", f"{location}/{key}[{number}]/Next"


def _state(state: dict[str, Any], location: str) -> Iterator[Problem]:
    if state.get("Type") in _WITH_TRANSITION and ("Next" in state) == bool(state.get("End")):
        yield _schema("Exactly one of the fields 'Next' and 'End' is required", location)
    for key in ("HeartbeatSeconds", "TimeoutSeconds"):
        seconds = state.get(key, 1)
        if isinstance(seconds, int) and not 1 <= seconds <= _LONGEST_TIMEOUT:
            yield _schema(f"{key} must be from 1 to {_LONGEST_TIMEOUT}, got {seconds}", f"{location}/{key}")
    known, required = _PARAMETERS.get(state.get("Resource", ""), (None, ()))
    parameters = state.get("Parameters", {})
    if known is None or "Arguments" in state or not isinstance(parameters, dict):
        return
    given = {key.removesuffix(".$") for key in parameters}
    for key in sorted(given - known):
        yield _schema(f'The field "{key}" is not supported by Step Functions', f"{location}/Parameters")
    for key in required:
        if key not in given:
            yield _schema(f'The field "{key}" is required but was missing', f"{location}/Parameters")


def _schema(message: str, location: str) -> Problem:
    return Problem("SCHEMA_VALIDATION_FAILED", message, location)
