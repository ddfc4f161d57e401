"""Tags of everything in Batch."""

from typing import Any

from ...rules import operation
from ...wire import Call
from .common import API, backend_of, check_required, check_tags, refused


@operation("batch", "ListTagsForResource", source=API + "API_ListTagsForResource.html")
def list_tags_for_resource(call: Call) -> dict[str, Any]:
    """Refuses a resource that does not exist."""
    return {"tags": _tags(call)}


@operation("batch", "TagResource", source=API + "API_TagResource.html")
def tag_resource(call: Call) -> None:
    """Adds and replaces tags, 50 at most, none with the prefix aws:."""
    check_required(call)
    tags = _tags(call)
    changed = {**tags, **call.params["tags"]}
    check_tags(changed)
    tags.update(changed)


@operation("batch", "UntagResource", source=API + "API_UntagResource.html")
def untag_resource(call: Call) -> None:
    """Removes the tags of the given keys; a key that is not there is no error."""
    check_required(call)
    tags = _tags(call)
    for key in call.params["tagKeys"]:
        tags.pop(key, None)


def _tags(call: Call) -> dict[str, str]:
    arn = call.params["resourceArn"]
    tags = backend_of(call).tags.get(arn)
    if tags is None:
        raise refused(f"Object {arn} does not exist")
    return tags
