"""Redriving executions: they go on where they failed or were aborted.

Source: https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
"""

import copy
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from moto.core.utils import utcnow
from moto.stepfunctions.parser.api import ExecutionStatus, HistoryEventType
from moto.stepfunctions.parser.asl.component.common.flow.start_at import StartAt
from moto.stepfunctions.parser.asl.component.program.program import Program
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

from ...errors import AwsError
from ...rules import amendment, operation, patch
from ...wire import Answer, Call
from .common import API, GUIDE, execution_of

_PERIOD = timedelta(days=14)


@dataclass
class Point:
    """Where a program, which is a state machine or a branch of a Parallel state, goes on."""

    state: str  # empty if the program had come to its end
    data: Any  # the state's input, or the program's output


@dataclass
class _Redrives:
    """What an execution remembers of having been redriven."""

    dates: list[datetime] = field(default_factory=list)
    tokens: dict[str, datetime] = field(default_factory=dict)


@operation("stepfunctions", "RedriveExecution", source=API + "API_RedriveExecution.html")
def redrive_execution(call: Call) -> dict[str, Any]:
    """An execution that did not succeed goes on at its last state; in Parallel, in the branches that did not end."""
    execution = execution_of(call, call.params["executionArn"])
    redrives, token = _redrives(execution), call.params.get("clientToken", "")
    if token in redrives.tokens:
        return {"redriveDate": redrives.tokens[token]}
    obstacle = _obstacle(execution)
    if obstacle:
        raise AwsError("ExecutionNotRedrivable", obstacle)
    now = utcnow().replace(microsecond=0)
    redrives.dates.append(now)
    if token:
        redrives.tokens[token] = now
    _restart(execution, len(redrives.dates))
    return {"redriveDate": now}


@amendment("stepfunctions", "DescribeExecution", source=API + "API_DescribeExecution.html")
def describe_redrives(call: Call, answer: Answer) -> Answer:
    """An execution tells how often and when last it was redriven, and whether it can be."""
    execution = execution_of(call, call.params["executionArn"])
    described, obstacle = json.loads(answer.body), _obstacle(execution)
    described |= {"redriveStatus": "NOT_REDRIVABLE" if obstacle else "REDRIVABLE", **_counts(execution)}
    if obstacle:
        described["redriveStatusReason"] = obstacle
    return Answer(answer.status, answer.headers, json.dumps(described).encode())


@amendment("stepfunctions", "ListExecutions", source=API + "API_ExecutionListItem.html")
def list_redrives(call: Call, answer: Answer) -> Answer:
    """Listed executions tell how often and when last they were redriven."""
    listed = json.loads(answer.body)
    for item in listed["executions"]:
        item |= _counts(execution_of(call, item["executionArn"]))
    return Answer(answer.status, answer.headers, json.dumps(listed).encode())


@patch("stepfunctions", "RedriveExecution", source=GUIDE + "redrive-executions.html")
def go_on_where_it_stopped() -> None:
    """A redriven execution, or branch of one, starts at the state where it stopped, with that state's input."""
    evaluate = Program.eval

    def evaluate_from(self: Program, env: Environment) -> None:
        points: dict[str, Point] = env.aws_execution_details.__dict__.get("sanders_points", {})
        point = points.pop(self.start_at.start_at_name, None)
        if point is None:
            evaluate(self, env)
            return
        env.states.reset(input_value=point.data)
        if not point.state:
            env.set_ended()
            return
        resumed = copy.copy(self)
        resumed.start_at = StartAt(point.state)
        evaluate(resumed, env)

    Program.eval = evaluate_from


def points_of(program: dict[str, Any], events: list[dict[str, Any]]) -> dict[str, Point]:
    """Where a program and the branches in it go on, by the name of their first state, which no two have in common.

    What has not begun yet is left out: it begins at its start.
    """
    states = program["States"]
    entered = [event for event in events if event.get("stateEnteredEventDetails", {}).get("name") in states]
    if not entered:
        return {}
    last = entered[-1]
    name, state = last["stateEnteredEventDetails"]["name"], states[last["stateEnteredEventDetails"]["name"]]
    since = [event for event in events if event["id"] > last["id"]]
    exits = [event["stateExitedEventDetails"] for event in since if "stateExitedEventDetails" in event]
    output = next((json.loads(exited["output"]) for exited in exits if exited["name"] == name), None)
    if output is not None and (state.get("End") or state["Type"] == "Succeed"):
        return {program["StartAt"]: Point("", output)}
    if output is not None and "Next" in state:  # it was stopped between two states
        return {program["StartAt"]: Point(state["Next"], output)}
    points = {program["StartAt"]: Point(name, json.loads(last["stateEnteredEventDetails"]["input"]))}
    for branch in state.get("Branches", []):
        points |= points_of(branch, since)
    return points


class _RedrivenWorker(ExecutionWorker):
    """Carries an execution on, from the points and with the history that it has come to."""

    def __init__(self, worker: ExecutionWorker, events: list[dict[str, Any]], redrives: int) -> None:
        self.__dict__.update(worker.__dict__)
        self._events = events
        self._redrives = redrives
        details = self._evaluation_details
        details.aws_execution_details.sanders_points = points_of(
            json.loads(details.state_machine_details.definition), events
        )

    def _execution_logic(self) -> None:
        program, self.env = self._get_evaluation_entrypoint(), self._get_evaluation_environment()
        manager = self.env.event_manager
        manager._history_event_list.extend(self._events)
        manager._event_id_gen._next_id = len(self._events) + 1
        self.env.event_history_context.source_event_id = len(self._events)
        self.env.states.context_object.context_object_data["Execution"]["RedriveCount"] = self._redrives
        manager.add_event(
            context=self.env.event_history_context,
            event_type=HistoryEventType.ExecutionRedriven,
            event_details=EventDetails(executionRedrivenEventDetails={"redriveCount": self._redrives}),
        )
        program.eval(self.env)
        self._execution_communication.terminated()


def _restart(execution: Execution, redrives: int) -> None:
    events = execution.to_history_output()["events"]
    execution.exec_worker = _RedrivenWorker(execution._get_start_execution_worker(), events, redrives)
    execution.exec_status = ExecutionStatus.RUNNING
    execution.stop_date = execution.error = execution.cause = None
    execution.exec_worker.start()


def _obstacle(execution: Execution) -> str:
    """Why the execution cannot be redriven; empty if it can."""
    if execution.sm_type == "EXPRESS":
        return "Execution is of type EXPRESS and cannot be redriven"
    if execution.exec_status in (ExecutionStatus.RUNNING, ExecutionStatus.SUCCEEDED):
        return f"Execution is {execution.exec_status.value} and cannot be redriven"
    if execution.stop_date and execution.stop_date.replace(tzinfo=None) + _PERIOD < utcnow().replace(tzinfo=None):
        return "Execution has exceeded the max redrivable period"
    return ""


def _counts(execution: Execution) -> dict[str, Any]:
    dates = _redrives(execution).dates
    return {"redriveCount": len(dates), **({"redriveDate": dates[-1].timestamp()} if dates else {})}


def _redrives(execution: Execution) -> _Redrives:
    """Kept on moto's execution, to be saved, reset and deleted with it."""
    redrives: _Redrives = execution.__dict__.setdefault("sanders_redrives", _Redrives())
    return redrives
