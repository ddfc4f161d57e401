"""Tags of budgets."""

import re
from typing import Any

from ...errors import AwsError
from ...rules import operation
from ...wire import Call
from .common import API, budget_named, invalid
from .model import Budget

_ARN = re.compile(r"arn:aws[a-z-]*:budgets::(\d{12}):budget/(.+)")


@operation("budgets", "ListTagsForResource", source=API + "API_budgets_ListTagsForResource.html")
def list_tags_for_resource(call: Call) -> dict[str, Any]:
    """Refuses a budget that does not exist."""
    return {"ResourceTags": [{"Key": key, "Value": value} for key, value in _tagged(call).tags.items()]}


@operation("budgets", "TagResource", source=API + "API_budgets_TagResource.html")
def tag_resource(call: Call) -> None:
    """Adds and replaces tags, 50 at most, none with the prefix aws:."""
    budget = _tagged(call)
    tags = {**budget.tags, **as_map(call.params["ResourceTags"])}
    if len(tags) > 50:
        raise AwsError("ServiceQuotaExceededException", f"A budget can have at most 50 tags, got {len(tags)}.")
    budget.tags = tags


@operation("budgets", "UntagResource", source=API + "API_budgets_UntagResource.html")
def untag_resource(call: Call) -> None:
    """Removes the tags of the given keys; a key that is not there is no error."""
    budget = _tagged(call)
    for key in call.params["ResourceTagKeys"]:
        budget.tags.pop(key, None)


def as_map(tags: list[dict[str, str]]) -> dict[str, str]:
    """Tags by key; none may have the prefix aws:."""
    if any(tag["Key"].lower().startswith("aws:") for tag in tags):
        raise invalid("Tag keys must not start with aws:, which is reserved.")
    return {tag["Key"]: tag["Value"] for tag in tags}


def _tagged(call: Call) -> Budget:
    arn = call.params["ResourceARN"]
    match = _ARN.fullmatch(arn)
    if match is None:
        raise invalid(f"{arn} is not the ARN of a budget.")
    return budget_named(call, match[2])
