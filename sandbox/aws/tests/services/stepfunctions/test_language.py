"""What Amazon States Language wants of a definition."""

from typing import Any

import pytest

from sanders_aws.services.stepfunctions.language import problems_of

END = {"Type": "Pass", "End": True}
JOB = {"JobName": "a", "JobQueue.$": "$.queue", "JobDefinition": "c"}
SUBMIT = {"Type": "Task", "Resource": "arn:aws:states:::batch:submitJob.sync", "End": True}


def program(**states: dict[str, Any]) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states}


@pytest.mark.parametrize(
    "definition",
    [
        pytest.param(program(A={"Type": "Pass", "Next": "B"}, B=END), id="in a row"),
        pytest.param(
            program(A={"Type": "Choice", "Choices": [{"Next": "B"}], "Default": "C"}, B=END, C={"Type": "Fail"}),
            id="choice",
        ),
        pytest.param(program(A={**SUBMIT, "Parameters": JOB, "TimeoutSeconds": 60}), id="job"),
        pytest.param(
            program(A={"Type": "Parallel", "Branches": [program(B=END), program(C=END)], "End": True}), id="branches"
        ),
        pytest.param(program(A={"Type": "Map", "ItemProcessor": program(B=END), "End": True}), id="map"),
        pytest.param(program(A={**END, "Catch": [{"Next": "B"}]}, B={"Type": "Fail"}), id="catch"),
    ],
)
def test_nothing_is_wrong(definition: dict[str, Any]) -> None:
    assert problems_of(definition) == []


@pytest.mark.parametrize(
    ("definition", "problem"),
    [
        pytest.param({"StartAt": "X", "States": {"A": END}}, "Missing 'StartAt' target: X at /StartAt", id="start"),
        pytest.param(
            program(A={"Type": "Pass", "Next": "X"}, B=END), "Missing 'Next' target: X at /States/A/Next", id="next"
        ),
        pytest.param(program(A={**END, "Catch": [{"Next": "X"}]}), "target: X at /States/A/Catch[0]/Next", id="catch"),
        pytest.param(
            program(A={"Type": "Choice", "Choices": [], "Default": "X"}), "target: X at /States/A/Default", id="default"
        ),
        pytest.param(program(A=END, B=END), 'State "B" is not reachable. at /States/B', id="not reachable"),
        pytest.param(
            program(A={"Type": "Pass", "Next": "A"}), "No terminal state found in machine at /States", id="for ever"
        ),
        pytest.param(
            program(A={"Type": "Pass"}), "Exactly one of the fields 'Next' and 'End' is required", id="no way on"
        ),
        pytest.param(program(A={**END, "Next": "B"}, B=END), "Exactly one of the fields", id="end and next"),
        pytest.param(
            program(A={**SUBMIT, "Parameters": JOB, "TimeoutSeconds": 0}),
            "TimeoutSeconds must be from 1",
            id="time-out",
        ),
        pytest.param(
            program(A={**SUBMIT, "Parameters": {**JOB, "Queue": "x"}}), '"Queue" is not supported', id="unknown field"
        ),
        pytest.param(
            program(A={**SUBMIT, "Parameters": {}}),
            '"JobName" is required but was missing at /States/A/Parameters',
            id="missing field",
        ),
        pytest.param(
            program(A={"Type": "Parallel", "Branches": [program(B=END), program(B=END)], "End": True}),
            "DUPLICATE_STATE_NAME: Duplicate State name: B at /States/A/Branches[1]/States/B",
            id="a name twice",
        ),
        pytest.param(
            program(A={"Type": "Parallel", "Branches": [program(B={"Type": "Pass", "Next": "A"})], "End": True}),
            "Missing 'Next' target: A at /States/A/Branches[0]/States/B/Next",
            id="out of a branch",
        ),
        pytest.param({"StartAt": "a" * 81, "States": {"a" * 81: END}}, "at most 80 characters", id="a long name"),
    ],
)
def test_what_is_wrong(definition: dict[str, Any], problem: str) -> None:
    assert any(problem in str(found) for found in problems_of(definition)), problems_of(definition)
