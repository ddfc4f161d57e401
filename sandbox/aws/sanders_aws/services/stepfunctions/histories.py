"""The history of an execution, page by page."""

import json
from typing import Any

from ...paging import page
from ...rules import amendment
from ...wire import Answer, Call
from .common import API

_PAGE, _LARGEST_PAGE = 100, 1000


@amendment("stepfunctions", "GetExecutionHistory", source=API + "API_GetExecutionHistory.html")
def page_history(call: Call, answer: Answer) -> Answer:
    """Events come oldest first, or newest first with reverseOrder; 100 per page unless the call says otherwise."""
    events: list[dict[str, Any]] = json.loads(answer.body)["events"]
    if not call.params.get("includeExecutionData", True):
        events = [_without_data(event) for event in events]
    events.sort(key=lambda event: int(event["id"]), reverse=call.params.get("reverseOrder", False))
    asked = {**call.params, "maxResults": call.params.get("maxResults") or _PAGE}
    result = page(
        events, asked, "events", limit="maxResults", token="nextToken", error="InvalidToken", most=_LARGEST_PAGE
    )
    return Answer(answer.status, answer.headers, json.dumps(result).encode())


def _without_data(event: dict[str, Any]) -> dict[str, Any]:
    """The event without what the execution was given or gave."""
    data = ("input", "inputDetails", "output", "outputDetails", "parameters")
    return {
        name: {key: value for key, value in content.items() if key not in data}
        if isinstance(content, dict)
        else content
        for name, content in event.items()
    }
