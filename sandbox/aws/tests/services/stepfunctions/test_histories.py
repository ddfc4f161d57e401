"""The history of an execution."""

import pytest

from conftest import Aws, code_of
from services.stepfunctions.conftest import create
from services.stepfunctions.test_executions import run

rule = pytest.mark.rule
TYPES = ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]


@pytest.fixture
def execution(aws: Aws) -> str:
    return str(run(aws, create(aws), secret="x")["executionArn"])


@rule("stepfunctions.page_history")
def test_newest_first(aws: Aws, execution: str) -> None:
    get = aws("stepfunctions").get_execution_history
    assert [event["type"] for event in get(executionArn=execution)["events"]] == TYPES
    newest = get(executionArn=execution, reverseOrder=True)["events"]
    assert [(event["id"], event["type"]) for event in newest] == list(zip((4, 3, 2, 1), TYPES[::-1], strict=True))


@rule("stepfunctions.page_history")
@pytest.mark.parametrize("reverse", [False, True])
def test_page_by_page(aws: Aws, execution: str, reverse: bool) -> None:
    get = aws("stepfunctions").get_execution_history
    first = get(executionArn=execution, maxResults=3, reverseOrder=reverse)
    assert len(first["events"]) == 3
    last = get(executionArn=execution, maxResults=3, reverseOrder=reverse, nextToken=first["nextToken"])
    assert [event["type"] for event in first["events"] + last["events"]] == (TYPES[::-1] if reverse else TYPES)
    assert "nextToken" not in last
    assert code_of(get, executionArn=execution, nextToken="forged") == "InvalidToken"


@rule("stepfunctions.page_history")
def test_without_the_data(aws: Aws, execution: str) -> None:
    get = aws("stepfunctions").get_execution_history
    assert "secret" in str(get(executionArn=execution)["events"])
    assert "secret" not in str(get(executionArn=execution, includeExecutionData=False)["events"])
