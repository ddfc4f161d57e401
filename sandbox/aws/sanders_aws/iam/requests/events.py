"""EventBridge: its rules are in the default event bus.

Source: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
"""

from ..questions import Asking, asks, request_tags


@asks(
    "events", "DeleteRule", "DescribeRule", "DisableRule", "EnableRule", "ListTargetsByRule", "PutRule", "PutTargets",
    "RemoveTargets",
)  # fmt: skip
def rule(asking: Asking) -> None:
    types = ("rule-on-default-event-bus",)
    asking.ask_by_names(asking.call.action, types, tags=request_tags(asking.params))


@asks("events", "PutEvents")
def put(asking: Asking) -> None:
    for bus in asking.named("events", "event-bus") or ["default"]:
        asking.ask("PutEvents", "event-bus", bus)
